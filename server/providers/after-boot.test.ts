import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { ProviderError } from '#server/lib/provider-error';
import type { BootRun, GuestRun } from '#shared/guest';
import { say } from '#shared/sentence';
import { publicRun, runCommands, type KeptRun } from './after-boot';

const done: GuestRun = { output: 'done\n', truncated: false, exitCode: 0, timedOut: false, durationMs: 1 };

/** What outlives whoever runs the commands; `act` is called before each act, and may end it. */
function guest(commands: string[], act: () => void = () => undefined, outcome = (_line: string) => done) {
  const begun: string[] = [];
  const heard: BootRun[] = [];
  let ran: KeptRun[] = [];
  const run = (signal = new AbortController().signal) =>
    runCommands(
      {
        commands,
        listensWithinMs: 30_000,
        ran: () => ran,
        async keep(runs) {
          act();
          ran = runs;
        },
        async run({ line }) {
          act();
          begun.push(line);
          const answer = outcome(line);
          act();
          return answer;
        },
      },
      {
        signal,
        async tell(one) {
          act();
          heard.push(one);
        },
      },
    );
  return { run, begun, heard, ran: () => ran };
}

test('commands are run in order, one that fails keeps no other from being run, and each is told', async () => {
  const vm = guest(['one', 'two', 'one'], undefined, (line) => ({ ...done, exitCode: line === 'two' ? 3 : 0 }));
  await vm.run();
  expect(vm.begun).toEqual(['one', 'two', 'one']);
  expect(vm.heard.map(({ command, exitCode, error }) => [command, exitCode, error])).toEqual([
    ['one', 0, null],
    ['two', 3, null],
    ['one', 0, null],
  ]);
  expect(vm.ran().map(publicRun)).toEqual(vm.heard);
  await vm.run();
  expect(vm.begun).toHaveLength(3);
  expect(vm.heard).toHaveLength(3);
});

test('whoever is killed when, none is begun twice and what became of each is told', async () => {
  const commands = ['a', 'b', 'c', 'd'];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 6 }), async (lives) => {
      let left = 0;
      const vm = guest(commands, () => {
        if (--left === 0) throw new Error('killed');
      });
      for (const acts of lives) {
        left = acts;
        await vm.run().catch(() => undefined);
      }
      left = Number.POSITIVE_INFINITY;
      await vm.run();
      expect(vm.begun).toEqual([...new Set(vm.begun)]);
      expect(vm.ran().map(({ command }) => command)).toEqual(commands);
      expect(new Set(vm.heard.map(({ command }) => command))).toEqual(new Set(commands));
      for (const { exitCode, error } of vm.ran())
        expect([exitCode, error !== null]).toEqual(exitCode === null ? [null, true] : [0, false]);
      // what is not known is what may have been begun
      for (const { command, error } of vm.ran()) if (error === null) expect(vm.begun).toContain(command);
    }),
  );
});

test('where nobody in the guest listens, all are told why, and none is asked for twice', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  const vm = guest(['one', 'two'], undefined, () => {
    vi.advanceTimersByTime(8_000);
    throw new ProviderError('TIMEOUT', say('GUEST_NO_AGENT'), true);
  });
  const ended = vm.run();
  await vi.advanceTimersByTimeAsync(5_000);
  await ended;
  vi.useRealTimers();
  // for half a minute somebody may begin to listen
  expect(vm.begun).toEqual(['one', 'one', 'one', 'one']);
  expect(vm.heard).toMatchObject([
    { command: 'one', exitCode: null, sentences: [{ code: 'GUEST_NO_AGENT' }] },
    { command: 'two', exitCode: null, sentences: [{ code: 'GUEST_NO_AGENT' }] },
  ]);
});

test('commands that take long leave no time for those after them, which are told so', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const vm = guest(['long', 'long', 'late'], undefined, () => {
    vi.advanceTimersByTime(60_000);
    return { ...done, exitCode: null, timedOut: true, durationMs: 60_000 };
  });
  await vm.run();
  vi.useRealTimers();
  expect(vm.begun).toEqual(['long', 'long']);
  expect(vm.heard[2]).toMatchObject({
    command: 'late',
    sentences: [{ code: 'EXEC_NO_TIME', params: { seconds: 120 } }],
  });
});

test('what it prints is cut, and who calls it off is not kept waiting', async () => {
  const long = guest(['long'], undefined, () => ({ ...done, output: 'y'.repeat(5_000) }));
  await long.run();
  expect(long.heard[0]).toMatchObject({ output: 'y'.repeat(2_000), truncated: true });
  const off = new AbortController();
  const vm = guest(['one', 'two'], undefined, () => {
    off.abort();
    return done;
  });
  await expect(vm.run(off.signal)).rejects.toMatchObject({ code: 'ABORTED' });
  expect(vm.begun).toEqual(['one']);
});
