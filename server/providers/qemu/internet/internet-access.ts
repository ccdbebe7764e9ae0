import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KeyedMutex } from '#server/lib/keyed-mutex';
import { CommandError, runCommand } from '#server/lib/run-command';
import type { RunAs } from '#server/lib/unprivileged-user';
import { asReason, say, together, type Said } from '#shared/sentence';
import type { Capability } from '#shared/zone';
import type { SettingsOf } from '#shared/zone-settings';
import { gatewayName } from '../qemu-args';
import { lastWords } from '../qemu-process';
import { openTunnel, pastaArgs, planGateway, shutIn, type GatewayPlan } from './gateway-plan';
import { readHostNetwork } from './host-network';

type Ranges = Pick<SettingsOf<'qemu'>, 'internetDenied' | 'internetAllowed'>;

/** What is known of the host's network is asked for anew after this. */
const freshMs = 2_000;
const tryAgainMs = 60_000;

/** What the gateways of a zone share: how they are started on this machine, and whether they can be. */
export class InternetAccess {
  /** One change of a slice's gateway at a time. */
  readonly locks = new KeyedMutex<number>();
  readonly #within: readonly string[];
  #ranges: Ranges;
  #plan: { readonly at: number; readonly plan: Promise<GatewayPlan | null> } | null = null;

  #tried: { until: number; capability: Promise<Capability> } | null = null;

  /** @param within the program, with its arguments, by which others are run in the network that guests are let out by; empty: the server's own */
  constructor(within: readonly string[], ranges: Ranges) {
    this.#within = within;
    this.#ranges = ranges;
  }

  /** Takes the zone's settings; gateways that are there follow at their next look. */
  set ranges(ranges: Ranges) {
    this.#ranges = ranges;
    this.#plan = null;
  }

  /** How a gateway has to be started now; null while the host has no way out itself. */
  plan(): Promise<GatewayPlan | null> {
    if (this.#plan === null || performance.now() - this.#plan.at > freshMs) {
      const plan = readHostNetwork(this.#within).then((host) => planGateway(host, this.#ranges));
      this.#plan = { at: performance.now(), plan };
    }
    return this.#plan.plan;
  }

  /** The programs that start a gateway's process, as the user of its slice. */
  through(plan: GatewayPlan, user: RunAs | null): string[] {
    const inside = ['unshare', '--mount', 'sh', '-c', shutIn, 'gateway', plan.routes.join('\n')];
    const pasta = ['pasta', ...pastaArgs(plan), '--', ...inside];
    if (user === null) return [...this.#within, ...pasta];
    const asUser = ['unshare', '--mount', 'sh', '-c', openTunnel, 'gateway', String(user.uid), String(user.gid)];
    return [...this.#within, ...asUser, ...pasta];
  }

  /** Whether gateways can be started here. Tried once; what could not be is tried again after a minute, or when `refresh` says so. */
  capability(root: string, user: RunAs | null, refresh: boolean): Promise<Capability> {
    if (this.#tried === null || refresh || performance.now() > this.#tried.until) {
      const tried = { until: Infinity, capability: this.#probe(root, user) };
      this.#tried = tried;
      void tried.capability.then(({ ok }) => {
        if (!ok) tried.until = performance.now() + tryAgainMs;
      });
    }
    return this.#tried.capability;
  }

  /** Tries whether gateways can be started here, by one that ends at once. */
  async #probe(root: string, user: RunAs | null): Promise<Capability> {
    const folder = await mkdtemp(join(root, 'gateway-probe-'));
    try {
      const own = join(folder, gatewayName);
      await mkdir(own);
      if (user) {
        await chmod(folder, 0o711);
        await chown(own, user.uid, user.gid);
      }
      const plan = await this.plan();
      if (plan === null) return cannot(say('INTERNET_NO_ROUTE'));
      // what is not installed is told by its own name, not by who looks for it last
      await runCommand('pasta', ['--version'], { timeoutMs: 10_000 });
      const [program = 'pasta', ...args] = this.through(plan, user);
      await runCommand(program, [...args, 'true'], { cwd: folder, timeoutMs: 15_000 });
      return { ok: true, reason: null };
    } catch (error) {
      return cannot(error instanceof CommandError ? reasonOf(error) : say('INTERNET_UNSAFE'));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

const cannot = (said: Said): Capability => ({ ok: false, ...asReason(said) });

/** Debian's packages of the programs that a gateway is made of. */
const packagesOf = new Map([
  ['pasta', 'passt'],
  ['ip', 'iproute2'],
  ['unshare', 'util-linux'],
]);

function reasonOf({ program, missing, stderr }: CommandError): Said {
  if (missing) return say('TOOL_MISSING', { tool: program, packages: packagesOf.get(program) ?? program });
  // it speaks to a log that this machine has not, too
  const line = lastWords(stderr.replaceAll(/^Failed to send \d+ bytes to syslog$/gm, ''));
  return line === '' ? say('INTERNET_UNSAFE') : together(say('INTERNET_UNSAFE'), say('INTERNET_TRIED', { line }));
}
