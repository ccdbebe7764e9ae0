import { notifications } from '@mantine/notifications';
import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import type { ErrorCode } from '#shared/errors';
import { appErrorOf, isApiError } from '../api/app-error';

const whats = ['template', 'slice', 'flavour', 'image', 'zone', 'vm', 'deployment', 'user'] as const;

/** The sentence for an error, in the language of the reader. */
function sentenceFor(error: unknown): string {
  const app = appErrorOf(error);
  if (app === null) return isApiError(error) ? i18next.t('errors:network') : i18next.t('errors:unexpected');
  const what = whats.find((known) => known.toLowerCase() === String(app.params?.what).toLowerCase());
  if (app.code === 'NOT_FOUND' && what !== undefined) return i18next.t(`errors:notFound.${what}`);
  return i18next.t(`errors:code.${app.code}`, { ...app.params, message: app.message, defaultValue: app.message });
}

/** Returns the function that makes the sentence; changes with the language. */
export function useErrorMessage(): (error: unknown) => string {
  useTranslation('errors');
  return sentenceFor;
}

/** Where an error belongs that names no field itself. */
const usualField: Partial<Record<ErrorCode, string>> = { NAME_TAKEN: 'name', EMAIL_TAKEN: 'email' };

interface FormLike {
  values: object;
  setFieldError: (path: string, message: string) => void;
}

/**
 * Puts the error on the field that it is about. Returns null when it found its place, else the sentence, for the
 * form to show as its one alert.
 */
export function applyFieldErrors(form: FormLike, error: unknown): string | null {
  const app = appErrorOf(error);
  const field = app === null ? undefined : (app.field ?? usualField[app.code]);
  const top = field?.split('.')[0];
  if (field === undefined || top === undefined || !(top in form.values)) return sentenceFor(error);
  form.setFieldError(field, sentenceFor(error));
  return null;
}

/** The cross of a message has a name. */
function closable() {
  return { closeButtonProps: { 'aria-label': i18next.t('actions.close') } };
}

/** For an action that has no form and no place of its own: a button in a row, a menu. */
export function notifyError(error: unknown): void {
  notifications.show({
    ...closable(),
    color: 'red',
    title: i18next.t('errors:title'),
    message: sentenceFor(error),
    autoClose: 10_000,
  });
}

/** Says that something was done, when the page itself does not show it. */
export function notifyDone(message: string): void {
  notifications.show({ ...closable(), color: 'weft', message, autoClose: 4_000 });
}
