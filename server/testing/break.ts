import fc, { type Arbitrary } from 'fast-check';

/**
 * JSON that `JSON.stringify` does not write: a text of these stands for it until {@link toJson} puts it in. Numbers that
 * become infinite, nesting without end, keys that are given twice.
 */
const raw: Record<string, string> = {
  '\u0001infinite': '1e999',
  '\u0001minus-infinite': '-1e999',
  '\u0001minus-zero': '-0',
  '\u0001tiny': '1e-400',
  '\u0001digits': '9'.repeat(400),
  '\u0001deep-list': '['.repeat(10_000) + ']'.repeat(10_000),
  '\u0001deep-object': '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000),
  '\u0001twice': '{"id":1,"id":"2","id":null}',
  '\u0001proto': '{"__proto__":{"polluted":true}}',
  '\u0001constructor': '{"constructor":{"prototype":{"polluted":true}}}',
  '\u0001many': `[${'{},'.repeat(4_999)}{}]`,
};
const rawInQuotes = new RegExp(`"\\\\u0001([a-z-]+)"`, 'g');

/** The JSON text of a broken value. `undefined` is left out by JSON; alone it is `null`. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.replaceAll(rawInQuotes, (whole, name: string) => raw[`\u0001${name}`] ?? whole);
}

const sizes = [0, 1, 63, 64, 254, 255, 256, 500, 501, 1_000, 4_096, 70_000];

/** Texts that mean something to some interpreter on the way: SQL, shell, HTML, QEMU, JSON, paths, formats. */
export const meaningfulTexts = [
  `' or '1'='1`,
  `'; drop table users; -- `,
  `" union all (values 1)#`,
  `\\' or 1=1 -- `,
  `%' and sleep(0) and '%'='`,
  `\`id\``,
  `$(touch /tmp/pwned)`,
  `; rm -rf / #`,
  `| cat /etc/passwd`,
  `-device e1000`,
  `a,process=evil,debug-threads=on`,
  `../../../../etc/passwd`,
  `/etc/passwd\u0000.png`,
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `{{constructor.constructor('return 1')()}}`,
  `\${7*7}`,
  `=cmd|' /C calc'!A0`,
  `%s%s%s%n%d`,
  `\r\nSet-Cookie: trama_session=evil`,
  `__proto__`,
  `constructor`,
  `toString`,
  `null`,
  `undefined`,
  `NaN`,
  `9223372036854775808`,
  `0x7fffffff`,
  `1e308`,
  `\ud800`,
  `\udc00\ud800`,
  `\u202eright to left`,
  `a\u0300\u0300\u0300\u0300`,
  `👩‍👩‍👧‍👦`,
  `İıſK`,
  `\u0000`,
  `\u0007\u001b[31m`,
  `\ufeff`,
  ` `,
  ``,
];

/** What stands where something else was expected. */
export const junk: Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(...meaningfulTexts) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(...Object.keys(raw)) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<unknown>(
      ...[null, true, false, [], {}, 0, -1, 1, 0.5, -0.5, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53, 2 ** 53 - 1, 2 ** 63],
      ...[1e308, -1e308, 5e-324, '0', '1', '-1', '1.5', [[]], [null], { id: 1 }, { length: 1e9 }, { toJSON: 1 }],
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(...sizes).map((length) => 'x'.repeat(length)) },
  { weight: 1, arbitrary: fc.constantFrom(...sizes.slice(0, 8)).map((length) => '💥'.repeat(length)) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  // UTF-16 as it comes, halves of characters among it
  {
    weight: 1,
    arbitrary: fc.array(fc.nat(0xffff), { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
  },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.maxSafeInteger() },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

const strangeKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'id',
  'ownerId',
  'userId',
  'role',
  'kind',
  'scopes',
  'isAdmin',
  '',
  ' ',
  '\u0000',
  '💥',
  'x'.repeat(1_000),
];

type Break =
  | { how: 'replace'; where: number; value: unknown }
  | { how: 'drop'; where: number }
  | { how: 'add'; where: number; key: string; value: unknown }
  | { how: 'wrap'; where: number; in: 'list' | 'object' };

const where = fc.nat(1_000);
const oneBreak: Arbitrary<Break> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ how: fc.constant('replace' as const), where, value: junk }) },
  { weight: 2, arbitrary: fc.record({ how: fc.constant('drop' as const), where }) },
  {
    weight: 2,
    arbitrary: fc.record({
      how: fc.constant('add' as const),
      where,
      key: fc.constantFrom(...strangeKeys),
      value: junk,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ how: fc.constant('wrap' as const), where, in: fc.constantFrom('list' as const, 'object') }),
  },
);

/** `valid` as it is (one in six) or broken in up to three places, and now and then something else entirely. */
export function broken(valid: Arbitrary<unknown>): Arbitrary<unknown> {
  return fc.oneof(
    { weight: 2, arbitrary: valid },
    {
      weight: 9,
      arbitrary: fc
        .tuple(valid, fc.array(oneBreak, { minLength: 1, maxLength: 3 }))
        .map(([value, breaks]) => breaks.reduce(apply, value)),
    },
    { weight: 1, arbitrary: junk },
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The number of values in the tree, itself among them. */
function count(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + count(item), 1);
  return isObject(value) ? count(Object.values(value)) : 1;
}

/** The tree with its `n`-th value (in the order of writing, from 0) as `change` makes it; undefined takes it out. */
function at(value: unknown, n: number, change: (value: unknown) => unknown): unknown {
  if (n === 0) return change(value);
  let rest = n - 1;
  const next = (item: unknown) => {
    const size = count(item);
    const mine = rest >= 0 && rest < size;
    const result = mine ? at(item, rest, change) : item;
    rest -= size;
    return result;
  };
  if (Array.isArray(value)) return value.map(next);
  if (!isObject(value)) return value;
  return withKeys(Object.entries(value).map(([key, item]) => [key, next(item)]));
}

/** Own keys whatever their names: `__proto__` too, which an assignment would swallow. */
function withKeys(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(entries);
}

function apply(value: unknown, change: Break): unknown {
  const n = change.where % count(value);
  return at(value, n, (old) => {
    switch (change.how) {
      case 'replace':
        return change.value;
      case 'drop':
        return undefined;
      case 'add':
        return isObject(old)
          ? withKeys([...Object.entries(old), [change.key, change.value]])
          : { [change.key]: change.value };
      case 'wrap':
        return change.in === 'list' ? [old] : { value: old };
    }
  });
}
