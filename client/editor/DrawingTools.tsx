import { ActionIcon, Button, Divider, Tooltip } from '@mantine/core';
import {
  Braces,
  CircleHelp,
  Copy,
  Network,
  PanelRight,
  Redo2,
  Search,
  Server,
  Trash2,
  Undo2,
  type LucideIcon,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Act, Acts } from './acts';
import { AnnotateMenu } from './AnnotateMenu';
import { ArrangeMenu, type ArrangeMenuProps } from './arrange/ArrangeMenu';
import classes from './editor.module.css';
import { PresetMenu, type PresetMenuProps } from './PresetMenu';
import { hasKey, shortcutText } from './shortcuts';

export interface DrawingToolsProps {
  acts: Acts;
  presets: PresetMenuProps;
  arranging: ArrangeMenuProps;
  /** Whether the text is seen beside the drawing. */
  hasText: boolean;
  /** On a narrow screen the panel is a sheet that is opened from here. */
  onPanel?: (() => void) | undefined;
}

/** What is done most often to the drawing; the palette has everything. */
export function DrawingTools({ acts, presets, arranging, hasText, onPanel }: DrawingToolsProps) {
  const { t } = useTranslation('editor');
  return (
    <div className={classes.tools} role="toolbar" aria-label={t('tool.label')}>
      <NamedTool icon={Server} act={acts.addVm} word={t('tool.vm')} />
      <NamedTool icon={Network} act={acts.addNetwork} word={t('tool.network')} />
      <PresetMenu {...presets} />
      <AnnotateMenu acts={acts} />
      <ArrangeMenu {...arranging} />
      <Divider orientation="vertical" />
      <Tool icon={Undo2} act={acts.undo} />
      <Tool icon={Redo2} act={acts.redo} />
      <Tool icon={Copy} act={acts.duplicate} />
      <Tool icon={Trash2} act={acts.delete} />
      <Tool icon={Search} act={acts.palette} />
      <Tool icon={Braces} act={acts.text} pressed={hasText} />
      <Tool icon={CircleHelp} act={acts.help} />
      {onPanel !== undefined && (
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('tool.panel')} onClick={onPanel}>
          <PanelRight size={17} />
        </ActionIcon>
      )}
    </div>
  );
}

interface ToolProps {
  icon: LucideIcon;
  act: Act;
  /** Of one that switches something: whether that is on. */
  pressed?: boolean;
}

const withKey = ({ id, label }: Act) => (hasKey(id) ? `${label} (${shortcutText(id)})` : label);

function NamedTool({ icon: Icon, act, word }: ToolProps & { word: string }) {
  return (
    <Tooltip label={withKey(act)}>
      <Button
        variant="default"
        size="xs"
        leftSection={<Icon size={15} />}
        aria-label={act.label}
        disabled={!act.enabled}
        onClick={act.run}
      >
        {word}
      </Button>
    </Tooltip>
  );
}

function Tool({ icon: Icon, act, pressed }: ToolProps) {
  return (
    <Tooltip label={withKey(act)}>
      <ActionIcon
        variant={pressed === true ? 'light' : 'subtle'}
        color={pressed === true ? undefined : 'gray'}
        size="lg"
        aria-label={act.label}
        aria-pressed={pressed}
        disabled={!act.enabled}
        onClick={act.run}
      >
        <Icon size={17} />
      </ActionIcon>
    </Tooltip>
  );
}
