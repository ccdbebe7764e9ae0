import { Button, Menu, TextInput } from '@mantine/core';
import { ChevronDown, History, MessageSquareText, Rocket, Save } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import { ChangingHint } from '../ui/ChangingHint';
import classes from './editor.module.css';
import type { PageActs } from './acts';
import { shortcutText } from './shortcuts';

export interface TemplateNameProps {
  name: string;
  error: string | null;
  /** It is somebody else's to change. */
  fixed: boolean;
  onName: (name: string) => void;
  /** "Saved", "Unsaved changes" … */
  state: string;
}

/** Which template is edited, and whether it is saved. */
export function TemplateName({ name, error, fixed, onName, state }: TemplateNameProps) {
  const { t } = useTranslation('editor');
  return (
    <>
      <TextInput
        aria-label={t('template.name')}
        placeholder={t('template.namePlaceholder')}
        value={name}
        maxLength={limits.nameLength}
        error={error}
        readOnly={fixed}
        title={fixed ? t('template.nameFixed') : undefined}
        onChange={(event) => onName(event.currentTarget.value)}
        className={classes.nameInput}
        data-autofocus
      />
      <span className={classes.state} role="status" title={state}>
        {state}
      </span>
    </>
  );
}

export interface TemplateDeedsProps {
  saving: boolean;
  /** Why it cannot be saved, null if it can. */
  saveBlocked: string | null;
  onSave: () => void;
  deployBlocked: string | null;
  onDeploy: () => void;
  /** What stands in the menu beside the button that saves. */
  acts: Required<PageActs>;
}

const menuActs = [
  ['saveWithMessage', MessageSquareText],
  ['history', History],
] as const;

/** What is done with the template that is edited. */
export function TemplateDeeds({ saving, saveBlocked, onSave, deployBlocked, onDeploy, acts }: TemplateDeedsProps) {
  const { t } = useTranslation('editor');
  return (
    <>
      <ChangingHint label={deployBlocked ?? t('tool.deployHint')}>
        <Button
          variant="default"
          size="xs"
          leftSection={<Rocket size={15} />}
          // not `disabled`: the reason could not be read then, neither by pointer nor by keyboard
          data-disabled={deployBlocked !== null || undefined}
          aria-disabled={deployBlocked !== null}
          onClick={() => deployBlocked === null && onDeploy()}
        >
          {t('tool.deploy')}
        </Button>
      </ChangingHint>
      <ChangingHint label={saveBlocked ?? shortcutText('save')}>
        <Button
          size="xs"
          leftSection={<Save size={15} />}
          loading={saving}
          data-disabled={saveBlocked !== null || undefined}
          aria-disabled={saveBlocked !== null}
          onClick={onSave}
        >
          {t('tool.save')}
        </Button>
      </ChangingHint>
      <Menu position="bottom-end" returnFocus withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <Button variant="default" size="xs" px={6} aria-label={t('tool.more')}>
            <ChevronDown size={15} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {menuActs.map(([id, Icon]) => (
            <Menu.Item
              key={id}
              leftSection={<Icon size={15} />}
              rightSection={<kbd>{shortcutText(id)}</kbd>}
              disabled={!acts[id].enabled}
              // once the menu has given the focus back
              onClick={() => requestAnimationFrame(acts[id].run)}
            >
              {t(`acts.${id}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
