import { notifications } from '@mantine/notifications';
import i18next from 'i18next';
import { useTranslation } from 'react-i18next';
import type { ErrorCode, PublicError } from '#shared/errors';
import { errors } from '../i18n/en/errors';
import { inLanguage, spoken } from '../i18n/spoken';
import { appErrorOf, isApiError } from './app-error';

const whats = [
  'template',
  'slice',
  'flavour',
  'image',
  'upload',
  'zone',
  'vm',
  'deployment',
  'user',
  'token',
  'session',
  'role',
  'share',
] as const;

/** Codes whose sentences are there before any page is opened. */
const isEarly = (code: ErrorCode): code is keyof typeof errors.code => code in errors.code;

/** How long to wait, as people say it. */
function waitSentence(seconds: number): string {
  if (seconds < 120) return i18next.t('errors:waitSeconds', { count: Math.ceil(seconds) });
  return i18next.t('errors:waitMinutes', { count: Math.ceil(seconds / 60) });
}

/** The sentence of a code that more than the code decides; null for all others. */
function specialSentence({ code, field, params }: PublicError): string | null {
  if (code === 'NOT_FOUND') {
    const what = whats.find((known) => known === String(params?.what).toLowerCase());
    return what === undefined ? null : i18next.t(`refusals:notFound.${what}`);
  }
  // who is signed in has not given an address that could be wrong
  if (code === 'INVALID_CREDENTIALS' && field === 'currentPassword') return i18next.t('refusals:passwordWrong');
  if (code === 'RATE_LIMITED' && typeof params?.seconds === 'number') return waitSentence(params.seconds);
  return null;
}

/** The sentence for an error, in the language of the reader. */
function sentenceFor(error: unknown): string {
  const app = appErrorOf(error);
  if (app === null) return isApiError(error) ? i18next.t('errors:network') : i18next.t('errors:unexpected');
  return publicSentence(app);
}

/** The sentence for what the server has refused, in the language of the reader. */
export function publicSentence(app: PublicError): string {
  const special = specialSentence(app);
  if (special !== null) return special;
  const said = spoken(app.message, app.sentences);
  // said as data it is the whole sentence, and in the reader's language
  if (said !== app.message) return said;
  return i18next.t(isEarly(app.code) ? `errors:code.${app.code}` : `refusals:code.${app.code}`, {
    ...inLanguage(i18next.language, app.params),
    message: app.message,
    defaultValue: app.message,
  });
}

/** Returns the function that makes the sentence; changes with the language. */
export function useErrorMessage(): (error: unknown) => string {
  useTranslation('errors');
  return sentenceFor;
}

/** Where an error belongs that names no field itself. */
const usualField: Partial<Record<ErrorCode, string>> = {
  NAME_TAKEN: 'name',
  EMAIL_TAKEN: 'email',
  EMAIL_DOMAIN_NOT_ALLOWED: 'email',
  SECOND_FACTOR_NEEDED: 'code',
  SECOND_FACTOR_WRONG: 'code',
};

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
  notifyFailure(sentenceFor(error));
}

/** The same for what has its own sentence already. */
export function notifyFailure(message: string): void {
  notifications.show({
    ...closable(),
    color: 'red',
    title: i18next.t('errors:title'),
    message,
    autoClose: 10_000,
  });
}

/** Says that something was done, when the page itself does not show it. */
export function notifyDone(message: string): void {
  notifications.show({ ...closable(), color: 'weft', message, autoClose: 4_000 });
}
