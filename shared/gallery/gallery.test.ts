import { describe, expect, test } from 'vitest';
import { limits } from '../limits';
import { nameSchema } from '../primitives';
import { tagSchema } from '../template';
import { galleryLabs, galleryLanguages, galleryTags } from './labs';
import { galleryTexts } from './texts';

describe.each(galleryLanguages)('in %s', (language) => {
  test.each(galleryLabs)('%s says what it is and what is to be done', (lab) => {
    const { title, description, task } = galleryTexts[language][lab];
    expect(nameSchema.parse(title)).toBe(title);
    expect(description.length).toBeLessThanOrEqual(limits.descriptionLength);
    expect(task.length).toBeGreaterThanOrEqual(3);
    // as the note that it becomes beside the drawing
    expect([title, ...task].join('\n\n 1. ').length).toBeLessThanOrEqual(limits.noteLength);
  });
});

test('what one types is the same in every language', () => {
  const commands = (text: string) =>
    text.match(/vtysh -c "[^"]*"|iperf3(?: -[ct] \w+)+|udhcpd \S+\.conf|echo \d > \S+/g) ?? [];
  for (const lab of galleryLabs)
    expect(galleryTexts.es[lab].task.map(commands)).toEqual(galleryTexts.en[lab].task.map(commands));
});

test('each is filed under tags that a template may have', () => {
  for (const lab of galleryLabs) for (const tag of galleryTags[lab]) expect(tagSchema.parse(tag)).toBe(tag);
});
