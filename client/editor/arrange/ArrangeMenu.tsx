import { Button, Loader, Menu } from '@mantine/core';
import {
  CircleDot,
  Grid3x3,
  ListTree,
  MapPinned,
  Orbit,
  Rows3,
  Waypoints,
  Workflow,
  type LucideIcon,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { arrangements, type Arrangement } from './arrange';
import type { ArrangeState } from './use-arrange';
import { ToolButton } from '../ToolButton';

const icons: Record<Arrangement, LucideIcon> = {
  layered: Rows3,
  tree: ListTree,
  radial: Orbit,
  force: Waypoints,
  circular: CircleDot,
  grid: Grid3x3,
  geographic: MapPinned,
};

export interface ArrangeMenuProps {
  arrange: ArrangeState;
  /** How many nodes are drawn, and how many of them are selected. */
  drawn: number;
  selected: number;
  /** It is known where some of them are on the earth. */
  located: boolean;
}

/** The ways to arrange what is drawn, or what is selected of it. */
export function ArrangeMenu({ arrange, drawn, selected, located }: ArrangeMenuProps) {
  const { t } = useTranslation('editor');
  const { under } = arrange;
  return (
    <>
      {under === null ? (
        <Menu position="bottom-start" shadow="md" withinPortal>
          <Menu.Target>
            <ToolButton icon={Workflow} aria-label={t('tool.arrange')} disabled={drawn < 2}>
              {t('tool.arrange')}
            </ToolButton>
          </Menu.Target>
          <Menu.Dropdown aria-label={t('tool.arrange')}>
            <Menu.Label>
              {selected > 1 ? t('arrange.selection', { count: selected }) : t('arrange.all', { count: drawn })}
            </Menu.Label>
            {arrangements.map((arrangement) => {
              if (arrangement === 'geographic' && !located) return null;
              const Icon = icons[arrangement];
              return (
                <Menu.Item
                  key={arrangement}
                  leftSection={<Icon size={15} />}
                  onClick={() => arrange.start(arrangement)}
                >
                  {t(`arrange.kind.${arrangement}`)}
                </Menu.Item>
              );
            })}
          </Menu.Dropdown>
        </Menu>
      ) : (
        <Button
          variant="default"
          size="xs"
          leftSection={<Loader size={13} />}
          aria-label={t('arrange.cancel')}
          onClick={arrange.cancel}
        >
          {t('arrange.cancel')}
        </Button>
      )}
    </>
  );
}
