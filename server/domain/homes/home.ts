import type { HomeSigns } from '#server/db/queries/homes';
import {
  adoptZones,
  homeByIdentity,
  insertHome,
  keepHome,
  leaveHome,
  othersAlive,
  takeHome,
  writeReport,
} from '#server/db/queries/homes';
import { zonesByName, type ZoneRow } from '#server/db/queries/zones';
import { repeatedly } from '#server/lib/repeatedly';
import { localProviderKinds } from '#shared/zone';
import type { DomainContext, Home } from '../context';
import { serves } from './places';
import { answerQuestions } from './questions';

/** What is said again of a zone though nothing has changed, so that its time tells that somebody still looks. */
const sameReportMs = 60_000;

/** How often it is looked whether another server wants to know something. */
const answerMs = 250;

export interface HomeOptions {
  signs: HomeSigns;
  /** Of the run of the machine that its VMs live in; null where that cannot be told. */
  bootId?: string | null;
  /** No other server reaches the database: all zones of local providers are this home's, whoever had them. */
  exclusive: boolean;
  /** Whether that server process certainly runs no more. */
  isDead: (server: string) => boolean;
  /** Often enough that one that was missed does not make this server away. */
  beatMs?: number;
}

/** A server's hold on its home, and what it does for it while it has it. */
export interface HomeKeeper {
  readonly home: Home;
  /** Resolves after the first heartbeat, whatever came of it. */
  start(): Promise<void>;
  /** A heartbeat now: a zone may have come or gone. */
  beat(): Promise<void>;
  /** Calls back whenever zones may have become this server's. */
  onGain(listener: () => void): void;
  /** Stops, and lets go of the home. */
  stop(): Promise<void>;
}

/**
 * Keeps a home: takes it as soon as no other living server has it, renews the hold by a heartbeat, adopts zones that have
 * none, and writes down what its zones report, for the servers that cannot look.
 */
export function createHomeKeeper(
  ctx: Pick<DomainContext, 'db' | 'log' | 'providers' | 'clock'>,
  options: HomeOptions,
): HomeKeeper {
  const { db, log, providers } = ctx;
  const { signs, exclusive, beatMs = 2_000 } = options;
  const state = { id: null as number | null, everything: false, accompanied: false, rebooted: null as string | null };
  const listeners = new Set<() => void>();
  const said = new Map<number, { text: string; at: number }>();
  const silent = new Set<number>();
  let mine = new Set<number>();
  let stopBeating = () => {};
  let beating: Promise<void> = Promise.resolve();
  let failing = false;
  let stopped = false;

  async function hold(): Promise<number | null> {
    if (state.id !== null && (await keepHome(db, state.id, signs.server))) return state.id;
    if (state.id !== null) log.error('Another server uses the identity of this data folder.', { ...signs });
    let known = await homeByIdentity(db, signs.identity);
    if (known === null) {
      await insertHome(db, signs, options.bootId ?? null);
      known = await homeByIdentity(db, signs.identity);
    }
    if (known === null) return null;
    const holder = known.server;
    const holderIsDead = holder !== null && options.isDead(holder);
    if (!(await takeHome(db, known.id, signs, { holder, holderIsDead }))) return null;
    const bootId = options.bootId ?? null;
    state.rebooted = bootId !== null && bootId !== known.bootId ? bootId : null;
    return known.id;
  }

  async function look(): Promise<void> {
    const before = state.id;
    const id = await hold();
    if (id === null) {
      if (before !== null || !failing) log.warn('This data folder’s zones are in the hands of another server.', {});
      state.id = null;
      state.everything = false;
      return;
    }
    state.id = id;
    state.everything = exclusive;
    state.accompanied = !exclusive && (await othersAlive(db, id));
    const able = await providers.runnable();
    // a machine that cannot run them says how that is mended, but only where no other one can
    const kinds = state.accompanied ? able : localProviderKinds;
    const adopted = await adoptZones(db, id, { providers: kinds, all: exclusive });
    for (const zoneId of adopted) log.info('A zone has found its home here.', { zoneId });
    const zones = (await zonesByName(db)).filter((zone) => zone.homeId !== null && serves(state, zone));
    // an administrator may have given it some
    const gained = zones.some((zone) => !mine.has(zone.id));
    mine = new Set(zones.map((zone) => zone.id));
    if (before !== id || gained) for (const listener of listeners) listener();
    await report(zones);
  }

  /** Tells what the zones are like, where that has changed or was told long ago. */
  async function report(zones: readonly ZoneRow[]): Promise<void> {
    // what was said of one that left is forgotten with it
    for (const id of said.keys()) if (!mine.has(id)) said.delete(id);
    for (const zone of zones) {
      try {
        const description = await (await providers.forZone(zone)).describe();
        const { observedAt, ...report } = description;
        const text = JSON.stringify(report);
        const at = ctx.clock.now().getTime();
        const last = said.get(zone.id);
        if (last?.text === text && at - last.at < sameReportMs) continue;
        await writeReport(db, zone.id, report, observedAt);
        said.set(zone.id, { text, at });
        silent.delete(zone.id);
      } catch (error) {
        if (!silent.has(zone.id))
          log.warn('A zone could not be described for other servers.', { zoneId: zone.id, error });
        silent.add(zone.id);
      }
    }
  }

  /** What other servers want to know at once; one that is alone is asked nothing. */
  async function answer(): Promise<void> {
    const { id } = state;
    if (id === null || !state.accompanied || stopped) return;
    // of those it was said just now; the next heartbeat says what has changed since
    for (const zoneId of await answerQuestions(ctx, { homeId: id })) said.delete(zoneId);
  }

  function beat(): Promise<void> {
    beating = beating.then(async () => {
      if (stopped) return;
      try {
        await look();
        failing = false;
      } catch (error) {
        if (!failing) log.warn('The heartbeat of this home failed.', { error });
        failing = true;
      }
    });
    return beating;
  }

  return {
    home: state,
    async start() {
      const beats = repeatedly(beatMs, beat);
      const answers = repeatedly(Math.min(beatMs, answerMs), answer);
      stopBeating = () => {
        beats.stop();
        answers.stop();
      };
      await beat();
    },
    beat,
    onGain: (listener) => void listeners.add(listener),
    async stop() {
      stopped = true;
      stopBeating();
      await beating;
      const { id } = state;
      state.id = null;
      state.everything = false;
      if (id !== null) await leaveHome(db, id, signs.server).catch(() => undefined);
    },
  };
}
