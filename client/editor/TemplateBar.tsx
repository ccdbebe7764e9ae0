import { Button, TextInput } from '@mantine/core';
import { Rocket, Save } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import { ChangingHint } from '../ui/ChangingHint';
import classes from './editor.module.css';
import { shortcutText } from './shortcuts';

export interface TemplateNameProps {
  name: string;
  error: string | null;
  onName: (name: string) => void;
  /** "Saved", "Unsaved changes" … */
  state: string;
}

/** Which template is edited, and whether it is saved. */
export function TemplateName({ name, error, onName, state }: TemplateNameProps) {
  const { t } = useTranslation('editor');
  return (
    <>
      <TextInput
        aria-label={t('template.name')}
        placeholder={t('template.namePlaceholder')}
        value={name}
        maxLength={limits.nameLength}
        error={error}
        onChange={(event) => onName(event.currentTarget.value)}
        className={classes.nameInput}
        data-autofocus
      />
      <span className={classes.state} role="status">
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
}

/** What is done with the template that is edited. */
export function TemplateDeeds({ saving, saveBlocked, onSave, deployBlocked, onDeploy }: TemplateDeedsProps) {
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
    </>
  );
}
