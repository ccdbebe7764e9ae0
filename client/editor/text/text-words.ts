import type { TFunction } from 'i18next';
import type { Explained } from './suggestions';

/** What is said of a place in the text, a line each. */
export function explanation(t: TFunction<'yaml'>, explained: Explained): string[] {
  const { about, called, choices, least, most, unit, isNeeded, fallback } = explained;
  const words: Readonly<Record<string, string>> = t('about', { returnObjects: true });
  const bounds =
    most === undefined || unit === null
      ? null
      : unit === 'number'
        ? t('explained.number', { least: least ?? 0, most })
        : t(`explained.${unit}`, { most });
  return [
    called ?? about,
    words[about] ?? null,
    choices.length > 1 ? t('explained.choices', { list: choices.join(', ') }) : bounds,
    isNeeded ? t('explained.needed') : null,
    fallback === undefined ? null : t('explained.fallback', { value: fallback }),
  ].filter((line) => line !== null);
}

/** What the editor of texts says itself, by its own English words. */
export function phrasesOf(t: TFunction<'yaml'>): Record<string, string> {
  return {
    Completions: t('phrases.completions'),
    Diagnostics: t('phrases.diagnostics'),
    'No diagnostics': t('phrases.noDiagnostics'),
    close: t('phrases.close'),
    'Control character': t('phrases.controlCharacter'),
    'Selection deleted': t('phrases.selectionDeleted'),
    unfold: t('phrases.unfold'),
    'folded code': t('phrases.foldedCode'),
    Find: t('phrases.find'),
    Replace: t('phrases.replace'),
    next: t('phrases.next'),
    previous: t('phrases.previous'),
    all: t('phrases.all'),
    'match case': t('phrases.matchCase'),
    'by word': t('phrases.byWord'),
    regexp: t('phrases.regexp'),
    replace: t('phrases.replaceOne'),
    'replace all': t('phrases.replaceAll'),
    'current match': t('phrases.currentMatch'),
    'on line': t('phrases.onLine'),
    'replaced $ matches': t('phrases.replacedMatches'),
    'replaced match on line $': t('phrases.replacedOnLine'),
  };
}
