import { describe, expect, it } from 'vitest';
import { CliError } from './errors';
import { readSteps, wordsOf } from './link-steps';

const read = (text: string) => readSteps(wordsOf(text));

describe('steps of link changes', () => {
  it('are read one behind the other, from a line or from many', () => {
    const steps = [
      { at: 30, deed: 'down', link: 'r1:r2', quality: {} },
      { at: 60, deed: 'bend', link: 'r1:r2', quality: { delayMs: 100, lossPercent: 0.5, back: { delayMs: 5 } } },
      { at: 90, deed: 'restore', link: '17', quality: {} },
    ];
    const text = '30 down r1:r2 60 bend r1:r2 delayMs=100 lossPercent=0.5 back.delayMs=5 90 restore 17';
    expect(read(text)).toEqual(steps);
    expect(
      read(`# the far way
30 down r1:r2   # cut

60 bend r1:r2 delayMs=100 lossPercent=0.5 back.delayMs=5\r
90 restore 17`),
    ).toEqual(steps);
    expect(read('')).toEqual([]);
    expect(read('5 bend a:b')).toEqual([{ at: 5, deed: 'bend', link: 'a:b', quality: {} }]);
  });

  it.each([
    ['down r1:r2', /“down” is no whole number of seconds/],
    ['-5 down r1:r2', /“-5” is no whole number/],
    ['30 cut r1:r2', /“cut” is none of down, up, bend, restore/],
    ['30 down', /does not say which link/],
    ['30 down delayMs=1', /does not say which link/],
    ['30 down r1:r2 delayMs=1', /Only bend takes delayMs=1/],
    ['30 bend r1:r2 delayMs=fast', /“delayMs=fast” is no property with a number/],
  ])('%s is refused, and said why', (text, why) => {
    expect(() => read(text)).toThrow(CliError);
    expect(() => read(text)).toThrow(why);
  });
});
