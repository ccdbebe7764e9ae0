import { expect, test } from 'vitest';
import { withoutRepeats } from './log-repeats';
import { describeError, type Logger } from './logger';

function made() {
  const written: [string, Record<string, unknown> | undefined][] = [];
  const write: Logger['error'] = (message, details) => written.push([message, details]);
  let now = 0;
  const log = withoutRepeats({ info: write, warn: write, error: write }, { now: () => new Date(now) });
  return { written, log, pass: (ms: number) => (now += ms) };
}
const full = () =>
  new Error('Failed query', { cause: Object.assign(new Error('Disk full'), { code: 'ER_DISK_FULL' }) });

test('a full disk that refuses a thousand calls is logged once, and then how often it was', () => {
  const { written, log, pass } = made();
  for (let index = 0; index < 1_000; index += 1)
    log.error('procedure failed', { procedure: `p${index}`, error: describeError(full()) });
  expect(written).toHaveLength(1);
  pass(30_000);
  log.error('procedure failed', { error: full() });
  expect(written).toHaveLength(2);
  expect(written[1]?.[1]).toMatchObject({ repeated: 999 });
});

test('what is different is logged, and so is what is no fault', () => {
  const { written, log } = made();
  log.error('procedure failed', { error: full() });
  log.error('procedure failed', { error: new Error('another') });
  log.warn('procedure failed', { error: full() });
  log.info('begun');
  log.info('begun');
  expect(written).toHaveLength(5);
});
