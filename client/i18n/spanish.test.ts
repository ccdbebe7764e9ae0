import { expect, test } from 'vitest';
import { first as english } from './en/first';
import { first as spanish } from './es/first';
import { textLoaders } from './lazy-texts';

/** Every text by its key, such as `slices.one`. */
function flat(value: unknown, prefix: string): [string, string][] {
  if (typeof value === 'string') return [[prefix, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => flat(inner, prefix === '' ? key : `${prefix}.${key}`));
}

async function all(language: 'en' | 'es'): Promise<Map<string, string>> {
  const texts = new Map(flat(language === 'en' ? english : spanish, ''));
  for (const [namespace, load] of Object.entries(await textLoaders(language)))
    for (const [key, text] of flat(await load(), namespace)) texts.set(key, text);
  return texts;
}

const en = await all('en');
const es = await all('es');

const slots = (text: string) => Array.from(text.matchAll(/\{\{(\w+)/g), ([, name]) => name ?? '').sort();
const withoutSlots = (text: string) => text.replaceAll(/\{\{[^}]*\}\}/g, '');

/** What is the same word in both languages, or a name. */
const sameInBoth = new Set(
  [
    ...['Trama', 'OpenStack', 'SHA-256', 'MiB', 'GiB', 'RAM', 'RAM ×', 'vCPU', 'vCPU ×', 'NIC', 'Internet'],
    ...['No', 'Slice', 'Slices', 'Token', 'Tokens', 'Plan', 'Error', 'Kernel', 'Bus', 'Roles'],
    ...['Webhook', 'Webhooks', 'Cable', 'DSL', '4G', 'MTU', 'IPv6'],
  ].map((word) => word.toLowerCase()),
);

/** Words that address the reader as tú; the app says usted. Third persons (`elige`, `crea`) read the same and are not here. */
const familiar =
  /(?<![\p{L}\d])(tú|tus?|tuy[oa]s?|contigo|te|ti|puedes|podrás|debes|tienes|quieres|necesitas|eres|estás|has|haz|vas|pon|ve a|elegiste|inténtalo|asegúrate|guárdal[oa]s?|cópial[oa]s?|elígel[oa]s?|míral[oa]s?|prueba de nuevo|vuelve a intentarlo)(?![\p{L}\d])/iu;

test('there are all the texts to compare', () => {
  expect(es.size).toBeGreaterThan(1000);
});

test('no text is missing in one of the languages', () => {
  expect([...es.keys()].sort()).toEqual([...en.keys()].sort());
  expect([...es].filter(([, text]) => text.trim() === '')).toEqual([]);
});

test('no English is left in Spanish', () => {
  const same = [...en].filter(([key, text]) => {
    const words = withoutSlots(text).trim().toLowerCase();
    // what a format is called
    if (/^(templates\.(imports|exports)|addresses)\.formats\./.test(key)) return false;
    return es.get(key) === text && /\p{L}/u.test(words) && !sameInBoth.has(words);
  });
  expect(same).toEqual([]);
  const englishWords = /(?<![\p{L}\d])(the|and|of|with|your|cannot|this|is|are|not)(?![\p{L}\d])/iu;
  expect([...es].filter(([, text]) => englishWords.test(withoutSlots(text)))).toEqual([]);
});

test('Spanish is told what English is told', () => {
  // the sentence of the server names what uses it; Spanish makes its own of the same facts
  const ownFacts = ['refusals.code.FLAVOUR_IN_USE', 'refusals.code.IMAGE_IN_USE'];
  const differ = [...en].filter(
    ([key, text]) => !ownFacts.includes(key) && slots(text).join(' ') !== slots(es.get(key) ?? '').join(' '),
  );
  expect(differ.map(([key, text]) => `${key}: ${text} | ${es.get(key) ?? ''}`)).toEqual([]);
});

test('Spanish addresses the reader as usted, never as tú', () => {
  expect([...es].filter(([, text]) => familiar.test(withoutSlots(text)))).toEqual([]);
  // the sentence in which both were mixed once
  expect('Su plantilla fue eliminada o no se comparte contigo').toMatch(familiar);
});
