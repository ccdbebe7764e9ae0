import { Menu } from '@mantine/core';
import { BoxSelect, Circle, Minus, Square, StickyNote, Type, type LucideIcon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Acts } from './acts';
import { annotationTools, type AnnotationTool } from './annotate';
import { hasKey, shortcutText } from './shortcuts';
import { ToolButton } from './ToolButton';

const annotationIcons: Record<AnnotationTool, LucideIcon> = {
  note: StickyNote,
  label: Type,
  rectangle: Square,
  ellipse: Circle,
  line: Minus,
  group: BoxSelect,
};

/** What can be drawn beside VMs and networks. */
export function AnnotateMenu({ acts }: { acts: Acts }) {
  const { t } = useTranslation('editor');
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <ToolButton icon={StickyNote} aria-label={t('tool.annotateLabel')}>
          {t('tool.annotate')}
        </ToolButton>
      </Menu.Target>
      <Menu.Dropdown>
        {annotationTools.map((tool) => {
          const { id, label, enabled, run } = acts[`annotate.${tool}`];
          const Icon = annotationIcons[tool];
          return (
            <Menu.Item
              key={tool}
              leftSection={<Icon size={15} />}
              rightSection={hasKey(id) ? <kbd>{shortcutText(id)}</kbd> : undefined}
              disabled={!enabled}
              // once the menu has given the focus back
              onClick={() => requestAnimationFrame(run)}
            >
              {label}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
