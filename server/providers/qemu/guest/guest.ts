import { z } from 'zod';
import { ProviderError } from '#server/lib/provider-error';
import { guestLimits, type GuestNic, type GuestRun, type GuestStatus } from '#shared/guest';
import { say } from '#shared/sentence';
import type { VmSpec } from '../../provider';
import type { MachineName } from '../qemu-args';
import type { ZoneFolder } from '../zone-folder';
import { askedBytes, killedCode, runScript, shownText } from './command';
import { figuresScript, statusOf, ToldNics } from './figures';
import { GuestAgent } from './guest-agent';
import { noGuestPort } from './guest-errors';
import { GuestPort } from './guest-port';

/** For what a guest answers at once; without KVM, on a busy machine, that takes seconds. */
const answerMs = 8_000;
/** Lines of a status: figures, NICs and their addresses. */
const statusLines = 8 + guestLimits.nics * (1 + guestLimits.addressesPerNic);
/** In base64, 57 bytes a line. */
const outputLines = Math.ceil(askedBytes / 57) + 1;
/** A guest ends what takes too long itself; how much later it is no more waited for. */
const graceMs = 5_000;
const runsAtOnce = 4;

/**
 * Who is asked in a guest: in one with a disk the QEMU guest agent, which distributions have, in a kernel image the listener of the built-in
 * guests. Nothing that is said is believed: it is bounded, read strictly and shown.
 */
export class Guest {
  readonly #port: GuestPort | null;
  readonly #agent: GuestAgent | null;
  readonly #kind: VmSpec['image']['kind'];
  #status: Promise<GuestStatus> | null = null;
  #runs = 0;

  private constructor(kind: VmSpec['image']['kind'], port: GuestPort | null, agent: GuestAgent | null) {
    this.#kind = kind;
    this.#port = port;
    this.#agent = agent;
  }

  static async open(
    folder: Pick<ZoneFolder, 'socketPath'>,
    sliceId: number,
    name: MachineName,
    kind: VmSpec['image']['kind'],
  ): Promise<Guest> {
    const port = await GuestPort.open(folder, sliceId, name);
    const agent = kind === 'disk' ? await GuestAgent.open(folder, sliceId, name, askedBytes) : null;
    return new Guest(kind, port, agent);
  }

  resize(cols: number, rows: number): void {
    this.#port?.resize(cols, rows);
  }

  configure(config: string): void {
    this.#port?.configure(config);
  }

  tellTime(): void {
    this.#port?.tellTime();
  }

  /** What it says of itself now. Who asks while it is being asked gets the same answer. */
  status(): Promise<GuestStatus> {
    this.#status ??= understood(this.#kind === 'disk' ? this.#statusByAgent() : this.#statusByPort()).finally(() => {
      this.#status = null;
    });
    return this.#status;
  }

  /** Runs a command line by its shell, for `seconds` at most. Rejects where nobody in it does that; then it was not run. */
  async run(line: string, seconds: number): Promise<GuestRun> {
    if (this.#runs >= runsAtOnce)
      throw new ProviderError('UNAVAILABLE', say('GUEST_BUSY', { limit: runsAtOnce }), true);
    this.#runs++;
    const began = performance.now();
    try {
      const ran = await understood(
        this.#kind === 'disk' ? this.#runByAgent(line, seconds) : this.#runByPort(line, seconds),
      );
      const durationMs = Math.round(performance.now() - began);
      if (ran === null) return { output: '', truncated: false, exitCode: null, timedOut: true, durationMs };
      const { text: output, cut: truncated } = shownText(ran.output);
      const timedOut = ran.code === killedCode && durationMs >= seconds * 1000;
      return { output, truncated, exitCode: timedOut ? null : ran.code, timedOut, durationMs };
    } finally {
      this.#runs--;
    }
  }

  close(): void {
    this.#port?.close();
    this.#agent?.close();
  }

  async #statusByPort(): Promise<GuestStatus> {
    const { lines } = await opened(this.#port).ask('status', [], { ms: answerMs, lines: statusLines });
    return statusOf(lines);
  }

  async #statusByAgent(): Promise<GuestStatus> {
    const agent = opened(this.#agent);
    const nics = await unlessRefused(agent.ask('guest-network-get-interfaces'));
    const figures = await unlessRefused(agent.run('/bin/sh', ['-c', figuresScript], answerMs));
    const printed = figures?.output.toString('utf8').split('\n', statusLines) ?? [];
    return { ...statusOf(printed), nics: nics === null ? null : nicsOf(nics) };
  }

  async #runByPort(line: string, seconds: number): Promise<{ output: Buffer; code: number } | null> {
    const port = opened(this.#port);
    await port.ask('here', [], { ms: answerMs, lines: 0 });
    const words = [String(seconds), Buffer.from(line).toString('base64')];
    const ms = seconds * 1000 + graceMs;
    const answer = await unlessLate(port.ask('run', words, { ms, lines: outputLines }));
    return answer && { output: Buffer.from(answer.lines.join(''), 'base64'), code: answer.code };
  }

  async #runByAgent(line: string, seconds: number) {
    const args = ['-c', runScript, 'sh', String(seconds), String(askedBytes), line];
    return opened(this.#agent).run('/bin/sh', args, seconds * 1000 + graceMs);
  }
}

/** The process may be of a version that had no such port. */
function opened<Port>(port: Port | null): Port {
  if (port === null) throw noGuestPort();
  return port;
}

/** What it said and nobody understands is told as that. */
function understood<Answer>(answer: Promise<Answer>): Promise<Answer> {
  return answer.catch((error: unknown) => {
    if (error instanceof ProviderError) throw error;
    throw new ProviderError('UNAVAILABLE', say('GUEST_NONSENSE'), true, error);
  });
}

const unless = (code: ProviderError['code']) => (error: unknown) => {
  if (error instanceof ProviderError && error.code === code) return null;
  throw error;
};
const unlessRefused = <Answer>(answer: Promise<Answer>) => answer.catch(unless('UNSUPPORTED'));
const unlessLate = <Answer>(answer: Promise<Answer>) => answer.catch(unless('TIMEOUT'));

const interfacesSchema = z.array(
  z.object({
    name: z.string(),
    'hardware-address': z.string().optional(),
    'ip-addresses': z.array(z.object({ 'ip-address': z.string(), prefix: z.number() })).optional(),
  }),
);

/** What `guest-network-get-interfaces` returns, without the loopback. */
export function nicsOf(answer: unknown): GuestNic[] {
  const nics = new ToldNics();
  for (const { name, 'hardware-address': mac, 'ip-addresses': addresses = [] } of interfacesSchema.parse(answer)) {
    if (mac === undefined || mac === '00:00:00:00:00:00') continue;
    nics.nic(name, mac);
    for (const { 'ip-address': address, prefix } of addresses) nics.address(name, `${address}/${prefix}`);
  }
  return nics.all;
}
