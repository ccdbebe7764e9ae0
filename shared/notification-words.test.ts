import { expect, test } from 'vitest';
import { happeningSchema } from './notification';
import { notificationWords } from './notification-words';

test('what a slice has had of the internet is told near its total and at it', () => {
  const told = ([80, 100] as const).map((percent) =>
    notificationWords(
      happeningSchema.parse({
        kind: 'slice.internet',
        slice: { id: 3, name: 'lab' },
        percent,
        mbPerMonth: 512,
      }),
    ),
  );
  expect(told).toEqual([
    'lab has used 80 % of the 512 MiB that it may have of the internet in this month.',
    'lab has used up the 512 MiB that it may have of the internet in this month: it has none any more.',
  ]);
});
