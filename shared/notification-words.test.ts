import { expect, test } from 'vitest';
import { happeningSchema } from './notification';
import { notificationWords } from './notification-words';

test('what a slice has had of the internet is told near its total and at it', () => {
  const told = (percent: 80 | 100, mbPerMonth: number) =>
    notificationWords(
      happeningSchema.parse({ kind: 'slice.internet', slice: { id: 3, name: 'lab' }, percent, mbPerMonth }),
    );
  expect([told(80, 512), told(100, 512), told(100, 0)]).toEqual([
    'lab has used 80 % of the 512 MiB that it may have of the internet in this month.',
    'lab has used up the 512 MiB that it may have of the internet in this month: it has none any more.',
    // a quota may leave nothing at all, of which nothing was used up
    'lab may have nothing of the internet in this month: it has none any more.',
  ]);
});
