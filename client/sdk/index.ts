import { createTRPCClient, httpLink, splitLink, type TRPCClient } from '@trpc/client';
import { checkingVersion } from './check-version';
import { openConsole, type TramaConsole } from './console';
import { errorOfAnswer } from './errors';
import { retryLink, retryPolicy, type RetryOptions } from './retry';
import { subscribe, subscriptionLink } from './subscription';
import type { Transport } from './transport';
import type { AppRouter, CaptureBatch, Deployment, RouterInputs, SliceEvent, SliceNotice, Traffic } from './types';

type CaptureInput = RouterInputs['captures']['follow'];
import { waitForDeployment, type WaitOptions } from './wait-for';

export type { TramaConsole } from './console';
export { TramaError, type TramaErrorCode } from './errors';
export type { RetryOptions } from './retry';
export type * from './types';
export type { WaitOptions } from './wait-for';
export { verifyWebhook, type VerifyWebhookOptions } from './webhook';

export interface TramaClientOptions {
  /** Where Trama is: `https://trama.example.org`. */
  url: string;
  /** A personal access token or a service token, `trama_…`. Without one only public procedures answer. */
  token?: string | undefined;
  /** In place of the global one. */
  fetch?: typeof globalThis.fetch | undefined;
  /** Ends everything that this client has under way. */
  signal?: AbortSignal | undefined;
  /** Of queries, and of mutations with an `idempotencyKey`; false: never. */
  retry?: RetryOptions | false | undefined;
}

export interface WatchOptions {
  sliceId: number;
  /** Begins behind this event; with what comes from now on unless told. */
  lastEventId?: number | undefined;
  /** Ends the loop, without an error. */
  signal?: AbortSignal | undefined;
}

export interface CaptureOptions extends CaptureInput {
  /** Ends the loop, without an error. */
  signal?: AbortSignal | undefined;
}

export interface TramaClient {
  /** Every procedure: `client.api.slices.list.query({ limit: 10 })`. Fails with a {@link TramaError}. */
  readonly api: TRPCClient<AppRouter>;
  /**
   * The events of a slice, live: `for await (const event of client.watch({ sliceId }))`. Goes on behind the last event after
   * any interruption, so that none is missed or comes twice.
   */
  watch(options: WatchOptions): AsyncGenerator<SliceEvent, void>;
  /** A notice for each change of any slice that one may see. */
  changes(options?: { signal?: AbortSignal | undefined }): AsyncGenerator<SliceNotice, void>;
  /**
   * Resolves with the deployment when it has succeeded. Rejects with DEPLOYMENT_FAILED, and the sentence of the deployment,
   * or DEPLOYMENT_CANCELLED.
   */
  waitFor(deployment: Pick<Deployment, 'id'> & { sliceId?: number }, options?: WaitOptions): Promise<Deployment>;
  /** A console of a VM that runs: the serial one, or the bytes of RFB (`vnc`) of one with `graphics`. In Node only. */
  console(
    vmId: number,
    options?: { kind?: RouterInputs['slices']['openConsole']['kind']; signal?: AbortSignal | undefined },
  ): Promise<TramaConsole>;
  /**
   * What passes on links of a slice, live: `for await (const { frames } of client.capture({ sliceId, edgeIds }))`. Ends when none of their VMs
   * runs. After an interruption it goes on with what passes then.
   */
  capture(options: CaptureOptions): AsyncGenerator<CaptureBatch, void>;
  /** How much passes on a slice's links, each second: `for await (const { links } of client.traffic({ sliceId }))`. It is counted while somebody reads it. */
  traffic(options: { sliceId: number; signal?: AbortSignal | undefined }): AsyncGenerator<Traffic, void>;
  /** All items of a list, page by page: `for await (const slice of client.all(client.api.slices.list, { of: 'all' }))`. */
  all<Input, Item>(
    list: ListProcedure<Input, Item>,
    input?: NoInfer<Omit<Input, 'cursor'>>,
  ): AsyncGenerator<Item, void>;
}

interface ListProcedure<Input, Item> {
  query(input: Input, options?: { signal?: AbortSignal }): Promise<Page<Item>>;
}

interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** A client of one server, as one user. It holds no connection while nothing is under way. */
export function createTramaClient(options: TramaClientOptions): TramaClient {
  const { token } = options;
  const transport: Transport = {
    url: baseUrl(options.url),
    fetch: checkingVersion(options.fetch ?? ((input, init) => globalThis.fetch(input, init))),
    headers: (): Record<string, string> => (token === undefined ? {} : { authorization: `Bearer ${token}` }),
    retry: retryPolicy(options.retry),
  };
  const until = (signal: AbortSignal | undefined): AbortSignal | undefined => {
    const signals = [options.signal, signal].filter((one) => one !== undefined);
    return signals.length === 0 ? undefined : AbortSignal.any(signals);
  };
  const calls = { url: `${transport.url}/trpc`, headers: transport.headers, fetch: jsonOnly(transport.fetch) };
  const api = createTRPCClient<AppRouter>({
    links: [
      () =>
        ({ op, next }) =>
          next({ ...op, signal: until(op.signal ?? undefined) ?? null }),
      splitLink({
        condition: (op) => op.type === 'subscription',
        true: subscriptionLink(transport),
        false: [
          retryLink(transport.url, transport.retry),
          splitLink({
            condition: isLong,
            true: httpLink({ ...calls, methodOverride: 'POST' }),
            false: httpLink(calls),
          }),
        ],
      }),
    ],
  });

  return {
    api,
    async *watch({ sliceId, lastEventId, signal: own }) {
      const signal = until(own);
      // where it begins has to be known, or what happens during a first interruption would be missed
      const from = lastEventId ?? (await api.slices.get.query({ id: sliceId }, { signal: own })).lastEventId;
      const input = { sliceId, lastEventId: String(from) };
      for await (const { data } of subscribe(transport, { path: 'deployments.watch', input, signal }))
        yield data as SliceEvent;
    },
    async *changes({ signal } = {}) {
      for await (const { data } of subscribe(transport, { path: 'slices.changes', input: {}, signal: until(signal) }))
        yield data as SliceNotice;
    },
    async *capture({ signal, ...input }) {
      for await (const { data } of subscribe(transport, { path: 'captures.follow', input, signal: until(signal) }))
        yield data as CaptureBatch;
    },
    async *traffic({ signal, sliceId }) {
      const asked = { path: 'captures.traffic', input: { sliceId }, signal: until(signal) };
      for await (const { data } of subscribe(transport, asked)) yield data as Traffic;
    },
    waitFor: (deployment, wait = {}) =>
      waitForDeployment(api, transport, deployment, { ...wait, signal: until(wait.signal) }),
    async console(vmId, { kind, signal } = {}) {
      const ticket = await api.slices.openConsole.mutate({ vmId, kind }, { signal });
      return openConsole(transport, ticket, until(signal));
    },
    async *all<Input, Item>(list: ListProcedure<Input, Item>, input?: Omit<Input, 'cursor'>) {
      let cursor: string | null = null;
      do {
        // what every list takes; see `listInput` in shared/primitives.ts
        const page: Page<Item> = await list.query({ ...input, cursor } as Input);
        yield* page.items;
        cursor = page.nextCursor;
      } while (cursor !== null);
    },
  };
}

/** Whether a query is asked with more than an address holds: what one wants the plan of an update to. */
function isLong(op: { type: string; input: unknown }): boolean {
  return op.type === 'query' && (JSON.stringify(op.input) ?? '').length > 1_500;
}

/** A proxy's page, or another program's, is no answer to be read: its status says what there is to say. */
function jsonOnly(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (response.headers.get('content-type')?.startsWith('application/json') === true) return response;
    await response.body?.cancel();
    throw errorOfAnswer(null, response.status);
  };
}

/** Without what may follow the host and its path. */
function baseUrl(text: string): string {
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError(`This is not an address: ${text}`);
  return url.origin + url.pathname.replace(/\/+$/, '');
}
