import { Button, Group, Stack, type ButtonProps, type MantineSpacing } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { FormAlert } from './FormAlert';

export interface FormFrameProps {
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  /** The sentence of an error that belongs to no field. */
  alert: string | null;
  gap?: MantineSpacing | undefined;
  /** The fields. */
  children: ReactNode;
  /** What stands at a greater distance below them. */
  foot?: ReactNode;
}

/** A form that checks itself (the browser does not): what was refused as a whole, and its fields below each other. */
export function FormFrame({ onSubmit, alert, gap = 'sm', children, foot }: FormFrameProps) {
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap={gap}>
        <FormAlert message={alert} />
        {children}
      </Stack>
      {foot}
    </form>
  );
}

interface FormFootProps extends Pick<ButtonProps, 'variant' | 'color' | 'disabled'> {
  /** What the button says that sends the form. */
  submit: string;
  saving: boolean;
  /** Buttons before it. */
  children?: ReactNode;
}

/** The buttons at the end of a form. */
export function FormFoot({ submit, saving, children, ...button }: FormFootProps) {
  return (
    <Group justify="flex-end" mt="md">
      {children}
      <Button type="submit" loading={saving} {...button}>
        {submit}
      </Button>
    </Group>
  );
}

export interface PanelFormProps extends Omit<FormFrameProps, 'foot'> {
  /** What the button says that sends it. */
  submit: string;
  saving: boolean;
  /** It takes something away. */
  danger?: boolean | undefined;
  /** Nothing can be filled in: the focus is led to Cancel. */
  focusCancel?: boolean | undefined;
  onCancel: () => void;
}

/** A form in a side panel, with the two buttons at its end. */
export function PanelForm({ submit, saving, danger, focusCancel, onCancel, ...frame }: PanelFormProps) {
  const { t } = useTranslation();
  return (
    <FormFrame
      {...frame}
      foot={
        <FormFoot submit={submit} saving={saving} color={danger === true ? 'red' : undefined}>
          <Button variant="default" onClick={onCancel} data-autofocus={focusCancel === true || undefined}>
            {t('actions.cancel')}
          </Button>
        </FormFoot>
      }
    />
  );
}
