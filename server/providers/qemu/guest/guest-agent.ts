import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ProviderError } from '#server/lib/provider-error';
import { withTimeout } from '#server/lib/timeout';
import { agentSocket, type MachineName } from '../qemu-args';
import type { ZoneFolder } from '../zone-folder';
import { floodedGuest, noGuestAgent, refusedByAgent } from './guest-errors';
import { GuestSocket } from './guest-socket';

/** Beside the output of a command, and all that is said of NICs. */
const bytesBeside = 64 * 1024;
const answerMs = 8_000;
const pollMs = 200;

const startedSchema = z.object({ pid: z.number().int() });
const programSchema = z.object({
  exited: z.boolean(),
  exitcode: z.number().int().optional(),
  signal: z.number().int().optional(),
  'out-data': z.string().optional(),
});

export interface AgentRun {
  /** What it has printed. */
  output: Buffer;
  /** Of one that a signal ended, as a shell says it. */
  code: number;
}

/**
 * The QEMU guest agent (https://qemu-project.gitlab.io/qemu/interop/qemu-ga-ref.html) of a guest that has one. One question at a time; before each
 * that does something the two are brought in step, so that nothing is done later that nobody waits for any more.
 */
export class GuestAgent {
  readonly #maxBytes: number;
  #socket: GuestSocket | null = null;
  #waiting: { hear: (line: string) => void; reject: (error: Error) => void } | null = null;
  #last: Promise<unknown> = Promise.resolve();
  /** Nothing of an older question can still come. */
  #inStep = false;

  private constructor(outputBytes: number) {
    // in base64
    this.#maxBytes = Math.ceil((outputBytes * 4) / 3) + bytesBeside;
  }

  /** Connects to a QEMU that listens; null for one without this port. `outputBytes`: of a program, at most. */
  static async open(
    folder: Pick<ZoneFolder, 'socketPath'>,
    sliceId: number,
    name: MachineName,
    outputBytes: number,
  ): Promise<GuestAgent | null> {
    const agent = new GuestAgent(outputBytes);
    agent.#socket = await GuestSocket.open(folder.socketPath(sliceId, agentSocket(name)), agent.#maxBytes, {
      onLine: (line) => agent.#waiting?.hear(line),
      onFlood: () => agent.#waiting?.reject(floodedGuest()),
    });
    return agent.#socket === null ? null : agent;
  }

  /** What the agent returns. TIMEOUT where none answers, UNSUPPORTED where it refuses. */
  ask(command: string, args: Record<string, unknown> = {}): Promise<unknown> {
    return this.#inTurn(async () => {
      await this.#fallInStep();
      return this.#exchange(command, args);
    });
  }

  /** Runs a program in the guest, until it ends or `ms` have passed: null. */
  async run(path: string, args: readonly string[], ms: number): Promise<AgentRun | null> {
    const until = performance.now() + ms;
    const started = await this.ask('guest-exec', { path, arg: args, 'capture-output': true });
    const { pid } = startedSchema.parse(started);
    for (let wait = pollMs / 4; performance.now() < until; wait = Math.min(pollMs, wait * 2)) {
      await sleep(wait);
      const seen = programSchema.parse(await this.ask('guest-exec-status', { pid }));
      if (!seen.exited) continue;
      const { exitcode, signal = 127, 'out-data': output = '' } = seen;
      return { output: Buffer.from(output, 'base64'), code: (exitcode ?? 128 + signal) & 255 };
    }
    return null;
  }

  close(): void {
    this.#waiting?.reject(noGuestAgent());
    this.#socket?.close();
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #fallInStep(): Promise<void> {
    if (this.#inStep) return;
    const id = randomInt(1, 2 ** 31);
    // what begins with the byte ends whatever the agent was in the middle of
    const anew = { before: Uint8Array.of(0xff), isIt: (answer: unknown) => answer === id };
    await this.#exchange('guest-sync-delimited', { id }, anew);
    this.#inStep = true;
  }

  /** `isIt`: what is returned otherwise, and refused, is of an older question. */
  async #exchange(
    command: string,
    args: Record<string, unknown>,
    { before, isIt }: { before?: Uint8Array; isIt?: (answer: unknown) => boolean } = {},
  ): Promise<unknown> {
    const socket = this.#socket;
    if (socket === null || socket.isStuck) throw noGuestAgent();
    if (socket.flooded) throw floodedGuest();
    const answered = new Promise<unknown>((resolve, reject) => {
      const hear = (line: string) => {
        const answer = answerOf(line);
        if (answer !== null && 'returned' in answer && isIt?.(answer.returned) !== false) resolve(answer.returned);
        else if (answer !== null && 'refused' in answer && isIt === undefined) reject(refusedByAgent(line));
      };
      this.#waiting = { hear, reject };
    });
    socket.expect(this.#maxBytes);
    if (before) socket.write(before);
    socket.write(`${JSON.stringify({ execute: command, arguments: args })}\n`);
    try {
      return await withTimeout(answered, answerMs, noGuestAgent);
    } catch (error) {
      // a refusal is an answer
      this.#inStep &&= error instanceof ProviderError && error.code === 'UNSUPPORTED';
      throw error;
    } finally {
      this.#waiting = null;
    }
  }
}

/** Null for a line that is no answer. */
function answerOf(line: string): { returned: unknown } | { refused: true } | null {
  try {
    const answer: unknown = JSON.parse(line);
    if (typeof answer !== 'object' || answer === null) return null;
    if ('return' in answer) return { returned: answer.return };
    return 'error' in answer ? { refused: true } : null;
  } catch {
    return null;
  }
}
