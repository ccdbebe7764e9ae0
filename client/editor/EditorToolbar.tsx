import { ActionIcon, Button, Divider, Group, TextInput, Tooltip } from '@mantine/core';
import { CircleHelp, Copy, Network, PanelRight, Redo2, Rocket, Save, Server, Trash2, Undo2 } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import classes from './editor.module.css';
import { PresetMenu, type PresetMenuProps } from './PresetMenu';
import { shortcutText, type PageShortcut } from './shortcuts';

export interface EditorToolbarProps {
  name: string;
  nameError: string | null;
  onName: (name: string) => void;
  /** "Saved", "Unsaved changes" … */
  state: string;
  run: (action: PageShortcut) => void;
  can: { undo: boolean; redo: boolean; add: boolean; alter: boolean };
  saving: boolean;
  /** Why it cannot be saved, null if it can. */
  saveBlocked: string | null;
  deployBlocked: string | null;
  onDeploy: () => void;
  presets: PresetMenuProps;
  /** On a narrow screen the panel is a sheet that is opened from here. */
  onPanel?: (() => void) | undefined;
}

/** Name, state, and everything that can be done to the drawing. */
export function EditorToolbar(props: EditorToolbarProps) {
  const { t } = useTranslation('editor');
  const { run, can } = props;
  return (
    <header className={classes.bar}>
      <Group gap="xs" wrap="nowrap" className={classes.title}>
        <TextInput
          aria-label={t('template.name')}
          placeholder={t('template.namePlaceholder')}
          value={props.name}
          maxLength={limits.nameLength}
          error={props.nameError}
          onChange={(event) => props.onName(event.currentTarget.value)}
          className={classes.nameInput}
          data-autofocus
        />
        <span className={classes.state} role="status">
          {props.state}
        </span>
      </Group>
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
        <PresetMenu {...props.presets} />
        <Divider orientation="vertical" />
        <Tool icon={Undo2} id="undo" label={t('tool.undo')} disabled={!can.undo} run={run} />
        <Tool icon={Redo2} id="redo" label={t('tool.redo')} disabled={!can.redo} run={run} />
        <Tool icon={Copy} id="duplicate" label={t('tool.duplicate')} disabled={!can.alter} run={run} />
        <Tool icon={Trash2} id="delete" label={t('tool.delete')} disabled={!can.alter} run={run} />
        <Tool icon={CircleHelp} id="help" label={t('tool.help')} disabled={false} run={run} />
        {props.onPanel !== undefined && (
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('tool.panel')} onClick={props.onPanel}>
            <PanelRight size={17} />
          </ActionIcon>
        )}
      </div>
      <Group gap="xs" wrap="nowrap" className={classes.save}>
        <Hint label={props.deployBlocked ?? t('tool.deployHint')}>
          <Button
            variant="default"
            size="xs"
            leftSection={<Rocket size={15} />}
            // not `disabled`: the reason could not be read then, neither by pointer nor by keyboard
            data-disabled={props.deployBlocked !== null || undefined}
            aria-disabled={props.deployBlocked !== null}
            onClick={() => props.deployBlocked === null && props.onDeploy()}
          >
            {t('tool.deploy')}
          </Button>
        </Hint>
        <Hint label={props.saveBlocked ?? shortcutText('save')}>
          <Button
            size="xs"
            leftSection={<Save size={15} />}
            loading={props.saving}
            data-disabled={props.saveBlocked !== null || undefined}
            aria-disabled={props.saveBlocked !== null}
            onClick={() => run('save')}
          >
            {t('tool.save')}
          </Button>
        </Hint>
      </Group>
    </header>
  );
}

/**
 * A tooltip whose words change with the work. It says what was so when the pointer or the focus came; when that changes
 * under the resting pointer, as after a click on "Save", it goes away instead of covering the panel with news.
 */
function Hint({ label, children }: { label: string; children: ReactElement }) {
  const [met, setMet] = useState<string | null>(null);
  return (
    <Tooltip label={label} disabled={met !== null && label !== met} multiline maw={280}>
      <span
        className={classes.hint}
        onPointerEnter={() => setMet(label)}
        onFocus={() => setMet(label)}
        onPointerLeave={() => setMet(null)}
        onBlur={() => setMet(null)}
      >
        {children}
      </span>
    </Tooltip>
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
