import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KeyedMutex } from '#server/lib/keyed-mutex';
import { CommandError, runCommand } from '#server/lib/run-command';
import type { RunAs } from '#server/lib/unprivileged-user';
import { asReason, say, together, type Said } from '#shared/sentence';
import type { Capability } from '#shared/zone';
import type { SettingsOf } from '#shared/zone-settings';
import type { InternetLimits, SliceRef } from '../../provider';
import { gatewayName } from '../qemu-args';
import { lastWords } from '../qemu-process';
import { openTunnel, pastaArgs, planGateway, shutIn, shutInArgs, type GatewayPlan, type WayOut } from './gateway-plan';
import { readHostNetwork } from './host-network';

type Ranges = Pick<SettingsOf<'qemu'>, 'internetDenied' | 'internetAllowed'>;

type Kind = 'any' | 'slow';

interface Tried {
  until: number;
  capability: Promise<Capability>;
}

/** What is known of the host's network is asked for anew after this. */
const freshMs = 2_000;
const tryAgainMs = 60_000;

/** What the gateways of a zone share: how they are started on this machine, and whether they can be. */
export class InternetAccess {
  /** One change of a slice's gateway at a time. */
  readonly locks = new KeyedMutex<number>();
  readonly #within: readonly string[];
  #ranges: Ranges;
  #plan: { readonly at: number; readonly plan: Promise<WayOut | null> } | null = null;

  /** Of what was tried out: any gateway, and one that slows guests down. */
  readonly #tried: Record<Kind, Tried | null> = { any: null, slow: null };

  /** What is asked for of a slice. */
  readonly limitsOf: (slice: SliceRef) => Promise<InternetLimits>;

  /** @param within the program, with its arguments, by which others are run in the network that guests are let out by; empty: the server's own */
  constructor(
    within: readonly string[],
    ranges: Ranges,
    limitsOf: (slice: SliceRef) => Promise<InternetLimits> = async () => ({ kbps: null, usedUp: false }),
  ) {
    this.#within = within;
    this.#ranges = ranges;
    this.limitsOf = limitsOf;
  }

  /** Takes the zone's settings; gateways that are there follow at their next look. */
  set ranges(ranges: Ranges) {
    this.#ranges = ranges;
    this.#plan = null;
  }

  /** How a gateway has to be started now; null while the host has no way out itself. */
  plan(): Promise<WayOut | null> {
    if (this.#plan === null || performance.now() - this.#plan.at > freshMs) {
      const plan = readHostNetwork(this.#within).then((host) => planGateway(host, this.#ranges));
      this.#plan = { at: performance.now(), plan };
    }
    return this.#plan.plan;
  }

  /** The programs that start a gateway's process, as the user of its slice. */
  through(plan: GatewayPlan, user: RunAs | null): string[] {
    const inside = ['unshare', '--mount', 'sh', '-c', shutIn, 'gateway', ...shutInArgs(plan)];
    const pasta = ['pasta', ...pastaArgs(plan), '--', ...inside];
    if (user === null) return [...this.#within, ...pasta];
    const asUser = ['unshare', '--mount', 'sh', '-c', openTunnel, 'gateway', String(user.uid), String(user.gid)];
    return [...this.#within, ...asUser, ...pasta];
  }

  /**
   * Whether gateways can be started here, and whether they can be slow ones. Tried once; what could not be is tried again after a minute, or
   * when `refresh` says so.
   */
  async capabilities(root: string, user: RunAs | null, refresh: boolean): Promise<Record<Kind, Capability>> {
    const any = await this.#capability('any', root, user, refresh);
    return { any, slow: any.ok ? await this.#capability('slow', root, user, refresh) : any };
  }

  #capability(kind: Kind, root: string, user: RunAs | null, refresh: boolean): Promise<Capability> {
    const known = this.#tried[kind];
    if (known !== null && !refresh && performance.now() <= known.until) return known.capability;
    const tried = { until: Infinity, capability: this.#probe(kind, root, user) };
    this.#tried[kind] = tried;
    void tried.capability.then(({ ok }) => {
      if (!ok) tried.until = performance.now() + tryAgainMs;
    });
    return tried.capability;
  }

  /** Tries whether gateways of a kind can be started here, by one that ends at once. */
  async #probe(kind: Kind, root: string, user: RunAs | null): Promise<Capability> {
    const unable = say(kind === 'any' ? 'INTERNET_UNSAFE' : 'INTERNET_NO_SHAPER');
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
      const [program = 'pasta', ...args] = this.through({ ...plan, kbps: kind === 'any' ? null : 1_000 }, user);
      await runCommand(program, [...args, 'true'], { cwd: folder, timeoutMs: 15_000 });
      return { ok: true, reason: null };
    } catch (error) {
      return cannot(error instanceof CommandError ? reasonOf(error, unable) : unable);
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

function reasonOf({ program, missing, stderr }: CommandError, unable: Said): Said {
  if (missing) return say('TOOL_MISSING', { tool: program, packages: packagesOf.get(program) ?? program });
  // it speaks to a log that this machine has not, too
  const line = lastWords(stderr.replaceAll(/^Failed to send \d+ bytes to syslog$/gm, ''));
  return line === '' ? unable : together(unable, say('INTERNET_TRIED', { line }));
}
