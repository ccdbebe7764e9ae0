import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Blocks } from './blocks';
import { blockOf, endOf, hostsOf, offsetIn, overlap, textOf, type Block } from './ipv4';

const block = (text: string): Block => {
  const found = blockOf(text);
  if (found === null) throw new Error(`${text} is no block`);
  return found;
};
/** Of a /24, so that they meet often. */
const small = fc
  .tuple(fc.integer({ min: 24, max: 32 }), fc.integer({ min: 0, max: 255 }))
  .map(([prefix, host]) => block(textOf({ base: block(`10.0.0.${host}/${prefix}`).base, prefix })));

test('blocks that are taken are found by those that they are in the way of, and by no others', () => {
  fc.assert(
    fc.property(fc.array(small, { maxLength: 30 }), small, (taken, asked) => {
      const meets = new Blocks([], taken).meets(asked);
      expect(meets !== undefined).toBe(taken.some((one) => overlap(one, asked)));
      if (meets !== undefined) expect(overlap(meets, asked)).toBe(true);
    }),
  );
});

test('blocks that are given are in the pools, apart from each other and from what is taken, until none is left', () => {
  const pools = [block('10.0.0.0/25'), block('10.0.0.192/26')];
  fc.assert(
    fc.property(fc.array(small, { maxLength: 6 }), fc.integer({ min: 27, max: 32 }), (taken, prefix) => {
      const blocks = new Blocks(pools, taken);
      const given: Block[] = [];
      try {
        for (;;) given.push(blocks.take(prefix));
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
      const isFree = (one: Block) => !taken.some((other) => overlap(one, other));
      const size = 2 ** (32 - prefix);
      const all = pools.flatMap((pool) =>
        Array.from({ length: (endOf(pool) - pool.base) / size }, (_, at) => ({ base: pool.base + at * size, prefix })),
      );
      // each that is free, the lowest first
      expect(given).toEqual(all.filter(isFree));
    }),
  );
});

test('addresses are read and written', () => {
  expect(blockOf('192.168.1.7/24')).toEqual({ base: 0xc0a80100, prefix: 24, offset: 7 });
  expect(textOf(block('255.255.255.254/31'), 1)).toBe('255.255.255.255/31');
  expect(blockOf('0.0.0.0/0')).toEqual({ base: 0, prefix: 0, offset: 0 });
  for (const wrong of ['10.0.0.0', '10.0.0.0/33', '256.0.0.0/8', '1..2.3/8', '10.0.0.0/', 'fd00::/64', undefined])
    expect(blockOf(wrong)).toBeNull();
  expect(hostsOf(block('10.0.0.0/30'))).toEqual({ first: 1, last: 2 });
  expect(hostsOf(block('10.0.0.0/31'))).toEqual({ first: 0, last: 1 });
  expect(offsetIn(block('10.0.0.0/24'), '10.0.0.9')).toBe(9);
  expect(offsetIn(block('10.0.0.0/24'), '10.0.1.9')).toBeUndefined();
});
