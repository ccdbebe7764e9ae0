import { expect, test } from 'vitest';
import { sentences as english } from '#shared/sentences';
import { sentences as spanish } from './es/sentences';

const slots = (text: string) => Array.from(text.matchAll(/\{\{(\w+)\}\}/g), ([, name]) => name ?? '').sort();
const withoutSlots = (text: string) => text.replaceAll(/\{\{[^}]*\}\}/g, '');
const codes = Object.keys(english) as (keyof typeof english)[];

test.each(codes)('the server’s sentence %s is there in both languages, of the same facts', (code) => {
  expect(english[code].trim()).not.toBe('');
  expect((spanish[code] ?? '').trim()).not.toBe('');
  expect(slots(spanish[code])).toEqual(slots(english[code]));
  // what is more than quoted is translated
  if (withoutSlots(english[code]).trim() !== '' && code !== 'ACCELERATOR_KVM')
    expect(spanish[code]).not.toBe(english[code]);
});

test('Spanish has no sentence that the server does not say', () => {
  expect(Object.keys(spanish).sort()).toEqual([...codes].sort());
});

test('no English is left in the Spanish of the server’s sentences', () => {
  const words = /(?<![\p{L}\d])(the|and|of|with|your|cannot|this|is|are|not|could)(?![\p{L}\d])/iu;
  expect(Object.entries(spanish).filter(([, text]) => words.test(withoutSlots(text)))).toEqual([]);
});
