import { expect, test } from 'vitest';
import { chooseFlavour, type FlavourRule } from './cloud-flavours';

const flavour = (name: string, vcpus: number, ramMb: number, diskGb: number) => ({
  ...{ id: `id-${name}`, name },
  ...{ vcpus, ramMb, diskGb },
});
const flavours = [
  flavour('large', 4, 8_192, 40),
  flavour('small', 1, 512, 2),
  flavour('medium', 2, 2_048, 10),
  flavour('diskless', 2, 2_048, 0),
];
/** The name of what is chosen, the code of the refusal, or that it is made. */
function choose(
  [vcpus, ramMb, diskGb]: readonly [number, number, number],
  {
    rule = 'smallest',
    listed = {},
    flavourId,
  }: { rule?: FlavourRule; listed?: Record<number, string>; flavourId?: number } = {},
): string {
  const offer = { flavours, rule, listed: new Map(Object.entries(listed).map(([id, name]) => [Number(id), name])) };
  const choice = chooseFlavour(offer, { vcpus, ramMb, diskGb, flavourId });
  if ('flavour' in choice) return choice.flavour.name;
  return 'create' in choice ? `make ${Object.values(choice.create).join(' ')}` : choice.refused.code;
}

test('the smallest that has what is needed is chosen', () => {
  expect(choose([1, 96, 1])).toBe('small');
  expect(choose([2, 96, 1])).toBe('medium');
  expect(choose([1, 96, 11])).toBe('large');
  expect(choose([2, 96, 0])).toBe('diskless');
  expect(choose([8, 96, 1])).toBe('CLOUD_FLAVOUR_NONE_FITS');
});

test('what is listed for a flavour goes before the rule, by id or name, for VMs of its size', () => {
  const listed = { 7: 'large', 8: 'id-medium', 9: 'gone' };
  expect(choose([1, 96, 1], { listed, flavourId: 7 })).toBe('large');
  expect(choose([1, 96, 1], { listed, flavourId: 8, rule: 'none' })).toBe('medium');
  expect(choose([1, 96, 1], { listed, flavourId: 9 })).toBe('CLOUD_FLAVOUR_GONE');
  // one that says a size of its own has no flavour
  expect(choose([1, 96, 1], { listed })).toBe('small');
  expect(choose([1, 96, 1], { listed, flavourId: 5, rule: 'none' })).toBe('CLOUD_FLAVOUR_NOT_LISTED');
});

test('what is listed and smaller is refused, but for a disk that is as large as the image', () => {
  expect(choose([1, 96, 11], { listed: { 7: 'medium' }, flavourId: 7 })).toBe('CLOUD_FLAVOUR_SMALLER');
  expect(choose([4, 96, 1], { listed: { 7: 'medium' }, flavourId: 7 })).toBe('CLOUD_FLAVOUR_SMALLER');
  expect(choose([1, 96, 11], { listed: { 7: 'diskless' }, flavourId: 7 })).toBe('diskless');
});

test('one of exactly the size is made, unless it is there', () => {
  expect(choose([1, 96, 1], { rule: 'create' })).toBe('make 1 96 1');
  expect(choose([2, 2_048, 10], { rule: 'create' })).toBe('medium');
});
