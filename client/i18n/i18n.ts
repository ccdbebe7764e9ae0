import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { first } from './en/first';
import { sentencesNamespace } from './spoken';
import { textLoaders, type LazyNamespace, type LazyResources } from './lazy-texts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: typeof first & LazyResources;
  }
}

export const languages = ['en', 'es'] as const;
export type Language = (typeof languages)[number];
const storageKey = 'trama.language';

/** The language that was chosen, else the browser's, else English. */
export function preferredLanguage(): Language {
  const wanted = [localStorage.getItem(storageKey), ...navigator.languages];
  for (const tag of wanted)
    for (const language of languages) if (tag?.toLowerCase().startsWith(language)) return language;
  return 'en';
}

/** What the pages that were opened speak with: a change of the language must bring all of it. */
const opened = new Set<LazyNamespace>();

function currentLanguage(): Language {
  return languages.find((language) => language === i18next.language) ?? 'en';
}

async function loadFirst(language: Language): Promise<void> {
  // English is in the first load, so that there are words even when nothing else arrives
  if (language === 'en' || i18next.hasResourceBundle(language, 'common')) return;
  const [texts, { sentences }] = await Promise.all([import('./es/first'), import('./es/sentences')]);
  for (const [namespace, messages] of Object.entries(texts.first))
    i18next.addResourceBundle(language, namespace, messages);
  // in English the server says them itself
  i18next.addResourceBundle(language, sentencesNamespace, sentences);
}

async function loadLazy(language: Language, namespaces: Iterable<LazyNamespace>): Promise<void> {
  const missing = Array.from(namespaces).filter((namespace) => !i18next.hasResourceBundle(language, namespace));
  if (missing.length === 0) return;
  const loaders = await textLoaders(language);
  await Promise.all(
    missing.map(async (namespace) => i18next.addResourceBundle(language, namespace, await loaders[namespace]())),
  );
}

/** Resolves when the texts of a page are there, in the language of now; the page must not be shown before. */
export async function loadTexts(namespaces: readonly LazyNamespace[]): Promise<void> {
  for (const namespace of namespaces) opened.add(namespace);
  await loadLazy(currentLanguage(), namespaces);
}

/** Resolves when the texts of the preferred language are there. */
export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: first },
    defaultNS: 'common',
    interpolation: { escapeValue: false },
  });
  await applyLanguage(preferredLanguage());
}

async function applyLanguage(language: Language): Promise<void> {
  await loadFirst(language);
  // a page may have been opened while the texts were on their way
  for (let known = -1; known !== opened.size;) {
    known = opened.size;
    await loadLazy(language, opened);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

/** Changes the language now and for the next visits. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(storageKey, language);
  await applyLanguage(language);
}
