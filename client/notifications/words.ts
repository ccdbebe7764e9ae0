import i18next from 'i18next';
import type { Happening } from '#shared/notification';
import { notificationWords } from '#shared/notification-words';
import { spoken } from '../i18n/spoken';
import { formatExact } from '../ui/format';

/** The reader's catalogue; what it lacks is said in English. */
function textAt(path: string): string | null {
  for (const language of [i18next.language, 'en']) {
    const text: unknown = i18next.getResource(language, 'notifications', path);
    if (typeof text === 'string') return text;
  }
  return null;
}

/** The sentence of a notification in the reader's language. */
export function sentenceOf(happening: Happening): string {
  return notificationWords(happening, {
    textAt,
    moment: (at) => formatExact(Date.parse(at), i18next.language),
    cause: ({ error, sentences }) => (error === null ? '' : spoken(error, sentences)),
  });
}

/** Where a notification leads, as a path of the app; null for nowhere. */
export function pathOf(happening: Happening): string | null {
  if ('slice' in happening) return `/slices/${happening.slice.id}`;
  if ('template' in happening) return `/templates/${happening.template.id}`;
  if ('webhook' in happening) return `/account/webhooks?panel=calls-${happening.webhook.id}`;
  return 'image' in happening ? '/images' : null;
}

/** The slice whose page an address is of; null for other pages. */
export function sliceOfPath(pathname: string): number | null {
  const id = /^\/slices\/(\d{1,15})\/?$/.exec(pathname)?.[1];
  return id === undefined ? null : Number(id);
}
