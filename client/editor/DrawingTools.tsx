import { ActionIcon, Button, Divider, Tooltip } from '@mantine/core';
import { CircleHelp, Copy, Network, PanelRight, Redo2, Server, Trash2, Undo2, type LucideIcon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import classes from './editor.module.css';
import { ArrangeMenu, type ArrangeMenuProps } from './arrange/ArrangeMenu';
import { PresetMenu, type PresetMenuProps } from './PresetMenu';
import { shortcutText, type PageShortcut } from './shortcuts';

export interface DrawingToolsProps {
  run: (action: PageShortcut) => void;
  can: { undo: boolean; redo: boolean; add: boolean; alter: boolean };
  presets: PresetMenuProps;
  arranging: ArrangeMenuProps;
  /** On a narrow screen the panel is a sheet that is opened from here. */
  onPanel?: (() => void) | undefined;
}

/** Everything that can be done to the drawing. */
export function DrawingTools({ run, can, presets, arranging, onPanel }: DrawingToolsProps) {
  const { t } = useTranslation('editor');
  return (
    <div className={classes.tools} role="toolbar" aria-label={t('tool.label')}>
      <Tooltip label={`${t('tool.addVm')} (${shortcutText('addVm')})`}>
        <Button
          variant="default"
          size="xs"
          leftSection={<Server size={15} />}
          aria-label={t('tool.addVm')}
          disabled={!can.add}
          onClick={() => run('addVm')}
        >
          {t('tool.vm')}
        </Button>
      </Tooltip>
      <Tooltip label={`${t('tool.addNetwork')} (${shortcutText('addNetwork')})`}>
        <Button
          variant="default"
          size="xs"
          leftSection={<Network size={15} />}
          aria-label={t('tool.addNetwork')}
          onClick={() => run('addNetwork')}
        >
          {t('tool.network')}
        </Button>
      </Tooltip>
      <PresetMenu {...presets} />
      <ArrangeMenu {...arranging} />
      <Divider orientation="vertical" />
      <Tool icon={Undo2} id="undo" label={t('tool.undo')} disabled={!can.undo} run={run} />
      <Tool icon={Redo2} id="redo" label={t('tool.redo')} disabled={!can.redo} run={run} />
      <Tool icon={Copy} id="duplicate" label={t('tool.duplicate')} disabled={!can.alter} run={run} />
      <Tool icon={Trash2} id="delete" label={t('tool.delete')} disabled={!can.alter} run={run} />
      <Tool icon={CircleHelp} id="help" label={t('tool.help')} disabled={false} run={run} />
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
  id: PageShortcut;
  label: string;
  disabled: boolean;
  run: (action: PageShortcut) => void;
}

function Tool({ icon: Icon, id, label, disabled, run }: ToolProps) {
  return (
    <Tooltip label={`${label} (${shortcutText(id)})`}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={label}
        disabled={disabled}
        onClick={() => run(id)}
      >
        <Icon size={17} />
      </ActionIcon>
    </Tooltip>
  );
}
