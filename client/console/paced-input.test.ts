import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PacedInput, pieceBytes } from './paced-input';

/** A guest whose line is watched: what has gone to it, and a clock that goes only when told. */
function line() {
  const sent: Uint8Array[] = [];
  const timers: { callback: () => void; cancelled: boolean }[] = [];
  let told = 0;
  const input = new PacedInput({
    send: (data) => sent.push(data),
    setTimer: (callback) => {
      const timer = { callback, cancelled: false };
      timers.push(timer);
      return () => {
        timer.cancelled = true;
      };
    },
    onProgress: () => told++,
  });
  return {
    input,
    sent,
    text: () => Buffer.concat(sent).toString('utf8'),
    bytes: () => sent.reduce((sum, piece) => sum + piece.byteLength, 0),
    told: () => told,
    /** The guest says nothing for long enough. Answers false when nobody waits for that. */
    quiet: () => {
      const waiting = timers.splice(0).findLast((timer) => !timer.cancelled);
      waiting?.callback();
      return waiting !== undefined;
    },
  };
}

describe('PacedInput', () => {
  it('sends keys and short pastes at once', () => {
    const { input, text, told } = line();
    for (const key of ['l', 's', '\r', 'x'.repeat(pieceBytes)]) input.type(key);
    expect(text()).toBe(`ls\r${'x'.repeat(pieceBytes)}`);
    expect(told()).toBe(0);
  });

  it('a guest lost the middle of a long paste: never more is unread there than a piece', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: pieceBytes + 1, maxLength: 20_000, unit: 'grapheme' }),
        fc.infiniteStream(fc.integer({ min: 1, max: 2000 })),
        (pasted, echoes) => {
          const guest = line();
          guest.input.type(pasted);
          let taken = 0;
          while (guest.input.progress() !== null) {
            expect(guest.bytes() - taken).toBeLessThanOrEqual(pieceBytes);
            const echo = Math.min(echoes.next().value, guest.bytes() - taken);
            taken += echo;
            guest.input.heard(echo);
          }
          expect(guest.text()).toBe(Buffer.from(pasted).toString('utf8'));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('goes on when a guest that does not echo has been quiet, and says how far it is', () => {
    const { input, bytes, quiet } = line();
    input.type('x'.repeat(3 * pieceBytes));
    expect(input.progress()).toEqual({ sent: pieceBytes, total: 3 * pieceBytes });
    // part of an echo is no reason to go on
    input.heard(pieceBytes - 1);
    expect(bytes()).toBe(pieceBytes);
    quiet();
    expect(bytes()).toBe(2 * pieceBytes);
    while (quiet()) {
      // until it is through
    }
    expect(bytes()).toBe(3 * pieceBytes);
    expect(input.progress()).toBeNull();
  });

  it('lets what is typed meanwhile wait behind the paste', () => {
    const { input, text, quiet } = line();
    const long = 'y'.repeat(2 * pieceBytes);
    input.type('x'.repeat(2 * pieceBytes));
    input.type('\r');
    input.type(long);
    input.type('!');
    while (quiet()) {
      // until it is through
    }
    expect(text()).toBe(`${'x'.repeat(2 * pieceBytes)}\r${long}!`);
  });

  it('gives the rest up at Ctrl+C, which reaches the guest', () => {
    const { input, text, quiet } = line();
    input.type('x'.repeat(3 * pieceBytes));
    input.type('later');
    input.type('\u0003');
    expect(quiet()).toBe(false);
    expect(text()).toBe(`${'x'.repeat(pieceBytes)}\u0003`);
  });

  it('closes a marked paste that is given up, since the guest waits for its end', () => {
    const { input, text } = line();
    input.type(`\u001b[200~${'x'.repeat(3 * pieceBytes)}\u001b[201~`);
    input.cancel();
    expect(text()).toMatch(/^\u001b\[200~x+\u001b\[201~$/);
    input.cancel();
    expect(text().match(/\[201~/g)).toHaveLength(1);
  });

  it('a marked paste could end itself and run what it held behind', () => {
    const { input, text } = line();
    input.type('\u001b[200~ls\u001b[201~\rrm -rf /\r\u001b[201~');
    expect(text()).toBe('\u001b[200~ls\rrm -rf /\r\u001b[201~');
  });

  it('forgets all of it when the guest is gone', () => {
    const { input, bytes, quiet } = line();
    input.type('x'.repeat(3 * pieceBytes));
    input.type('\r');
    input.reset();
    expect(quiet()).toBe(false);
    input.heard(pieceBytes);
    expect(bytes()).toBe(pieceBytes);
    expect(input.progress()).toBeNull();
  });
});
