import { z } from 'zod';
import { ProviderError } from '#server/lib/provider-error';
import { pause, unless } from '#server/lib/waiting';
import { bootRunSchema, guestLimits, type BootRun, type GuestRun } from '#shared/guest';
import { asError, say, told, type Said } from '#shared/sentence';
import { aborted } from './errors';
import type { AfterBoot, GuestCommand } from './provider';

/** What is kept of the commands of a VM since its last start. `told`: somebody has heard of it. `begun`: it may be running. */
export const keptRunSchema = bootRunSchema.extend({ state: z.enum(['begun', 'ended', 'told']) });
export type KeptRun = z.infer<typeof keptRunSchema>;

export interface Commands {
  /** What was applied of the VM's `exec`. */
  commands: readonly string[];
  /** How long it may take until somebody in the guest listens. */
  listensWithinMs: number;
  /** Of this boot of the VM. Rejects once it has ended. */
  ran(): readonly KeptRun[];
  keep(ran: KeptRun[]): Promise<void>;
  run(command: GuestCommand): Promise<GuestRun>;
}

/** How long until a guest in which nobody listened is asked again. */
const againMs = 500;
const nothing: GuestRun = { output: '', truncated: false, exitCode: null, timedOut: false, durationMs: 0 };

/** What `runAfterBoot` of the contract does, for whatever runs commands and keeps what became of them. Not twice at once for one VM. */
export async function runCommands(vm: Commands, { signal, tell }: AfterBoot): Promise<void> {
  const change = (at: number, run: KeptRun) => vm.keep(vm.ran().toSpliced(at, 1, run));
  const tellOf = async (at: number) => {
    const run = vm.ran()[at];
    if (run === undefined || run.state === 'told') return;
    // whoever began it was ended before it did
    const ended = run.state === 'begun' ? { ...run, ...asError(say('EXEC_CUT_OFF')) } : run;
    await tell(publicRun(ended));
    await change(at, { ...ended, state: 'told' });
  };
  for (let at = 0; at < vm.ran().length; at++) await tellOf(at);
  let leftMs = guestLimits.allBootSeconds * 1_000 - vm.ran().reduce((sum, { durationMs }) => sum + durationMs, 0);
  let nobody: Said | null = null;
  for (const [at, command] of vm.commands.entries()) {
    if (at < vm.ran().length) continue;
    if (signal.aborted) throw aborted(signal);
    const seconds = Math.min(guestLimits.bootSeconds, Math.floor(leftMs / 1_000));
    if (seconds < 1) nobody ??= say('EXEC_NO_TIME', { seconds: guestLimits.allBootSeconds });
    await change(at, { ...nothing, command, ...asError(nobody), state: nobody === null ? 'begun' : 'ended' });
    if (nobody === null) {
      const began = performance.now();
      const run = await unless(signal, listening(vm, { line: command, seconds }, signal), () => aborted(signal));
      if ('message' in run) nobody = run;
      const ended = 'message' in run ? { ...nothing, ...asError(run) } : { ...cut(run), ...asError(null) };
      await change(at, { ...ended, command, state: 'ended' });
      leftMs -= performance.now() - began;
    }
    await tellOf(at);
  }
}

/** What {@link KeptRun}s are for whoever asks. */
export function publicRun({ state: _state, ...run }: KeptRun): BootRun {
  return run;
}

/** The first command may come before anybody listens. Answers why it was not run, if it was not. */
async function listening(vm: Commands, command: GuestCommand, signal: AbortSignal): Promise<GuestRun | Said> {
  const until = performance.now() + vm.listensWithinMs;
  for (;;) {
    try {
      return await vm.run(command);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      // what nobody has heard was not run
      const again = error.code === 'TIMEOUT' && performance.now() < until && !signal.aborted;
      if (!again) return told(error.sentences);
      await pause(againMs, signal);
    }
  }
}

function cut({ output, truncated, ...run }: GuestRun): GuestRun {
  const isLong = output.length > guestLimits.bootOutput;
  return { ...run, output: output.slice(0, guestLimits.bootOutput), truncated: truncated || isLong };
}
