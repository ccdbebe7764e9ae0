import type { IncomingMessage, RequestListener } from 'node:http';
import { BlockList } from 'node:net';
import type { Duplex } from 'node:stream';
import { createConsoleServer } from '#server/console/console-server';
import { createRelayServer, openRelayedConsole } from '#server/console/relay';
import type { DatabaseHandle } from '#server/db/client';
import { zoneById, type ProviderZone } from '#server/db/queries/zones';
import { createRelayVerifier, signRelay } from '#server/domain/auth/relay-tokens';
import { askAgainMs, authenticate, authenticateToken, isSignedIn } from '#server/domain/auth/sessions';
import type { DomainContext, ProviderRegistry } from '#server/domain/context';
import { createHomeKeeper, type HomeOptions } from '#server/domain/homes/home';
import { placeOf, serves, zoneAway } from '#server/domain/homes/places';
import { maySlice } from '#server/domain/slices/access';
import { startImageFetcher } from '#server/domain/images/fetch-uploads';
import { startUploadKeeper } from '#server/domain/images/process-uploads';
import { imageFolders } from '#server/domain/images/upload-files';
import { startImageKeeper } from '#server/domain/images/image-states';
import { startTimetable } from '#server/domain/leases/timetable';
import { startMeasuring } from '#server/domain/figures/measure';
import { startCountingInternet } from '#server/domain/internet/counting';
import { startIdleWatch } from '#server/domain/idle/watch';
import { startLinkRuns } from '#server/domain/link-runs/round';
import { startJoins } from '#server/domain/networks/round';
import { startLine } from '#server/domain/line/admit';
import { startHousekeeping } from '#server/domain/housekeeping';
import {
  isOfSlice,
  redeemConsoleToken,
  spendConsoleToken,
  takeConsole,
  type ConsoleGrant,
} from '#server/domain/slices/consoles';
import { startWebhookCaller } from '#server/domain/webhooks/caller';
import { createEventBus } from '#server/events/bus';
import { identify, type Credentials } from '#server/http/credentials';
import { createDirectQueries } from '#server/http/direct-queries';
import { createHttpApp } from '#server/http/http-app';
import { nodeListener } from '#server/http/node-listener';
import type { Pages } from '#server/http/pages';
import { createRpcCalls } from '#server/http/rpc-calls';
import { originAllowed } from '#server/http/security';
import { systemClock } from '#server/lib/clock';
import type { Logger } from '#server/lib/logger';
import { clientAddress } from '#server/lib/trusted-proxies';
import { withTimeout } from '#server/lib/timeout';
import { createLeaseOwner, processRealm } from '#server/provisioning/owner';
import { createProvisioning } from '#server/provisioning/provisioning';
import type { Config } from './config';

export interface App {
  domain: DomainContext;
  /** Resolves once it is known which zones are this server's. */
  ready: Promise<void>;
  request: RequestListener;
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;
  /** Stops working and lets go of everything. VMs go on running. Twice is once. */
  close(): Promise<void>;
}

export interface AppParts {
  config: Pick<
    Config,
    | 'publicUrl'
    | 'registrationOpen'
    | 'registrationDomains'
    | 'sessionHours'
    | 'sessionIdleHours'
    | 'auditDays'
    | 'simulator'
    | 'dataDir'
  > &
    // none is trusted without it
    Partial<Pick<Config, 'trustedProxies' | 'webhooks' | 'imageNetworks'>>;
  database: DatabaseHandle;
  providers: ProviderRegistry;
  jwtSecret: Uint8Array;
  pages: Pages;
  /** Folder of the built client; null in development. */
  assets: string | null;
  log: Logger;
  /** What this server says of its home; null where no other one shares the database and nothing is kept of it: in tests. */
  home: (Omit<HomeOptions, 'isDead' | 'signs'> & { signs: Omit<HomeOptions['signs'], 'server'> }) | null;
  /** Cheaper in tests. OWASP's parameters by default. */
  argon2?: { memoryCost: number; timeCost: number };
}

/** The composition root: everything that this process is made of, wired together and working. */
export function createApp(parts: AppParts): App {
  const { config, database, log } = parts;
  const owner = createLeaseOwner();
  const keeper =
    parts.home === null
      ? null
      : createHomeKeeper(
          { db: database.db, log, providers: parts.providers, clock: systemClock },
          {
            bootId: processRealm(),
            ...parts.home,
            signs: { ...parts.home.signs, server: owner.name },
            isDead: (server) => owner.isDead(server),
          },
        );
  const domain: DomainContext = {
    db: database.db,
    home: keeper?.home ?? { id: null, everything: true, accompanied: false },
    bus: createEventBus(),
    providers: parts.providers,
    clock: systemClock,
    log,
    settings: {
      registrationOpen: config.registrationOpen,
      registrationDomains: config.registrationDomains,
      jwtSecret: parts.jwtSecret,
      argon2: parts.argon2 ?? { memoryCost: 19_456, timeCost: 2 },
      sessionHours: config.sessionHours,
      sessionIdleHours: config.sessionIdleHours,
      auditDays: config.auditDays,
      simulator: config.simulator,
      images: imageFolders(config.dataDir),
      imageNetworks: config.imageNetworks ?? new BlockList(),
      webhooks: config.webhooks ?? { networks: new BlockList(), http: false },
    },
  };
  const provisioning = createProvisioning(domain, {}, owner);
  keeper?.onGain(() => {
    domain.bus.offerWork();
    void provisioning.reconciler.round();
  });
  const ready = keeper?.start() ?? Promise.resolve();
  provisioning.run();
  const stopHousekeeping = startHousekeeping(domain);
  const stopImageKeeper = startImageKeeper(domain);
  const stopUploadKeeper = startUploadKeeper(domain);
  const stopImageFetcher = startImageFetcher(domain);
  const stopCaller = startWebhookCaller(domain);
  const stopTimetable = startTimetable(domain);
  const stopLine = startLine(domain);
  const stopIdleWatch = startIdleWatch(domain);
  const stopLinkRuns = startLinkRuns(domain);
  const stopJoins = startJoins(domain);
  const stopMeasuring = startMeasuring(domain);
  const stopCounting = startCountingInternet(domain);

  const trustedProxies = config.trustedProxies ?? new BlockList();
  const addressOf = (peer: string | undefined, forwardedFor: string | undefined) =>
    clientAddress(trustedProxies, peer, forwardedFor);
  const actorOf = (credentials: Credentials, client: { ip: string | null }) =>
    identify(
      credentials,
      {
        session: (token) => authenticate(domain, token, client),
        token: (token) => authenticateToken(domain, token, client),
      },
      { secure: config.publicUrl?.startsWith('https://') ?? false },
    );
  const calls = createRpcCalls({
    domain,
    authenticate: actorOf,
    addressOf,
    publicUrl: config.publicUrl,
  });
  const http = createHttpApp({
    domain,
    calls,
    ping: async () => {
      const late = () => new Error('The database does not answer.');
      // waiting for a connection counts, too
      await withTimeout(database.pool.query({ sql: 'select 1', timeout: 2_000 }), 3_000, late);
    },
    publicUrl: config.publicUrl,
    pages: parts.pages,
    assets: parts.assets,
  });
  const consoleHere = async (
    zone: ProviderZone,
    { sliceId, vmId, kind }: Pick<ConsoleGrant, 'sliceId' | 'vmId' | 'kind'>,
  ) => {
    const provider = await parts.providers.forZone(zone);
    return provider.openConsole({ id: sliceId }, vmId, kind);
  };
  /** At its home: here, or by way of the server that is. */
  const consoleOf = async (vm: ConsoleGrant) => {
    const { zone, sliceId, vmId, userId, kind } = vm;
    const place = await placeOf(domain, { zone });
    if (place.at === 'here') return consoleHere(zone, vm);
    if (place.at !== 'elsewhere' || place.home.server === null) throw zoneAway(zone, place);
    const { server } = place.home;
    const grant = { vmId, sliceId, zoneId: zone.id, userId, kind };
    const pass = await signRelay(parts.jwtSecret, { ...grant, server, now: systemClock.now() });
    return openRelayedConsole(place.home, pass, kind);
  };
  const consoles = createConsoleServer({
    domain,
    authenticate: ({ headers, socket }) => {
      // Node puts what comes in several headers of this name together, in their order
      const forwardedFor = headers['x-forwarded-for'];
      return actorOf(headers, { ip: addressOf(socket.remoteAddress, forwardedFor?.toString()) });
    },
    originAllowed: ({ headers }) => originAllowed(headers.origin, headers.host, config.publicUrl),
    stillSignedIn: (actor) => isSignedIn(domain, { actor }),
    askAgainMs,
    maySlice: (actor, sliceId, need) => maySlice(domain.db, { actor, id: sliceId, need }),
    isThere: (vmId) => isOfSlice(domain, { vmId }),
    spend: async (token) => {
      await spendConsoleToken(domain, { token });
    },
    open: async (actor, token) => {
      const vm = await redeemConsoleToken(domain, { actor, token });
      const giveBack = takeConsole(domain, { actor });
      try {
        const stream = await consoleOf(vm);
        return {
          ...stream,
          sliceId: vm.sliceId,
          vmId: vm.vmId,
          vmName: vm.vmName,
          readOnly: vm.readOnly,
          close: () => {
            giveBack();
            stream.close();
          },
        };
      } catch (error) {
        giveBack();
        throw error;
      }
    },
  });
  const takeIn = createRelayVerifier({ secret: parts.jwtSecret, server: owner.name, now: () => systemClock.now() });
  const relay = createRelayServer({
    log,
    open: async (token) => {
      const grant = await takeIn(token);
      const zone = grant === null ? null : await zoneById(database.db, grant.zoneId);
      if (grant === null || zone === null || !serves(domain.home, zone)) return null;
      return consoleHere(zone, grant);
    },
  });

  const listener = nodeListener(http.fetch);
  const answersDirectly = createDirectQueries(calls, { publicUrl: config.publicUrl });
  let closed: Promise<void> | undefined;
  const close = async () => {
    consoles.close();
    relay.close();
    await Promise.all([
      provisioning.stop(),
      stopHousekeeping(),
      stopImageKeeper(),
      stopUploadKeeper(),
      stopImageFetcher(),
      stopCaller(),
      stopTimetable(),
      stopLine(),
      stopIdleWatch(),
      stopLinkRuns(),
      stopJoins(),
      stopMeasuring(),
      stopCounting(),
    ]);
    // only now: whoever takes the home over finds nothing under way
    await keeper?.stop();
    await parts.providers.close();
  };
  return {
    domain,
    ready,
    request: (incoming, response) => {
      if (!answersDirectly(incoming, response)) listener(incoming, response);
    },
    upgrade: (incoming, socket, head) =>
      consoles.handleUpgrade(incoming, socket, head) || relay.handleUpgrade(incoming, socket, head),
    close: () => (closed ??= close()),
  };
}
