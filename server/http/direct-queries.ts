import type { IncomingMessage, ServerResponse } from 'node:http';
import { callTRPCProcedure, getTRPCErrorFromUnknown, getTRPCErrorShape, type TRPCError } from '@trpc/server';
import { getHTTPStatusCode } from '@trpc/server/http';
import { z } from 'zod';
import { appRouter } from '#server/rpc/app-router';
import type { RequestContext } from '#server/rpc/context';
import { maxBatchSize, type RpcCalls } from './rpc-calls';
import { originAllowed, plainAnswerHeaders } from './security';

const endpoint = '/trpc/';
const definition = z.object({ type: z.enum(['query', 'mutation', 'subscription']) });
const queries = new Set(
  Object.entries(appRouter._def.procedures)
    .filter(([, procedure]) => definition.parse(Reflect.get(procedure, '_def')).type === 'query')
    .map(([path]) => path),
);
const inputsSchema = z.record(z.string(), z.unknown());

interface Call {
  path: string;
  input: unknown;
}

/**
 * The plain calls in a request's address: queries, alone or in a batch. Null for whatever is not exactly that, wrong input
 * included: tRPC's own adapter answers it.
 */
function callsIn(url: string): { calls: Call[]; batch: boolean } | null {
  const mark = url.indexOf('?');
  const paths = (mark < 0 ? url.slice(endpoint.length) : url.slice(endpoint.length, mark)).split(',');
  if (paths.length > maxBatchSize || !paths.every((path) => queries.has(path))) return null;
  const search = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  const given = [...search.keys()];
  const batch = search.has('batch');
  if (new Set(given).size !== given.length || !given.every((key) => key === 'input' || key === 'batch')) return null;
  if (batch ? search.get('batch') !== '1' : paths.length !== 1) return null;
  const text = search.get('input');
  try {
    const input: unknown = text === null ? undefined : JSON.parse(text);
    if (!batch) return { batch, calls: paths.map((path) => ({ path, input })) };
    const inputs = inputsSchema.safeParse(input ?? {});
    if (!inputs.success) return null;
    return { batch, calls: paths.map((path, index) => ({ path, input: inputs.data[index] })) };
  } catch {
    return null;
  }
}

/** Whether nothing in a request's head asks for more than a plain answer, or has to be refused. */
function isPlain({ headers }: IncomingMessage, publicUrl: string | null): boolean {
  const site = headers['sec-fetch-site'];
  return (
    (site === undefined || site === 'same-origin' || site === 'none') &&
    (headers.origin === undefined || originAllowed(headers.origin, headers.host, publicUrl)) &&
    headers['trpc-accept'] === undefined &&
    headers.accept?.includes('application/jsonl') !== true &&
    headers['content-length'] === undefined &&
    headers['transfer-encoding'] === undefined
  );
}

/**
 * Answers queries by GET straight from Node's request into Node's response: the greater part of all calls, and a third of
 * their CPU went into the objects between (see `npm run bench:api`). Answers, refusals and headers are those of the other
 * way in. False, and nothing done, for everything that is not a plain query.
 */
export function createDirectQueries(
  calls: RpcCalls,
  { publicUrl }: { publicUrl: string | null },
): (incoming: IncomingMessage, response: ServerResponse) => boolean {
  const headers = answerHeaders(publicUrl?.startsWith('https://') ?? false);
  return (incoming, response) => {
    const { url, method } = incoming;
    if (method !== 'GET' || url?.startsWith(endpoint) !== true || !isPlain(incoming, publicUrl)) return false;
    const asked = callsIn(url);
    if (asked === null) return false;
    void answer(calls, incoming, asked).then(({ status, body, cookies }) => {
      const own = cookies.flatMap((cookie) => ['set-cookie', cookie]);
      const length = Buffer.byteLength(body);
      response.writeHead(status, [...headers, 'content-length', String(length), ...own]);
      // what is ASCII through and through need not be encoded once more
      response.end(body, length === body.length ? 'latin1' : 'utf8');
    });
    return true;
  };
}

/** Never rejects. */
async function answer(rpc: RpcCalls, incoming: IncomingMessage, { calls, batch }: { calls: Call[]; batch: boolean }) {
  const cookies: string[] = [];
  const known = await rpc
    .contextOf({
      peer: incoming.socket.remoteAddress,
      // of these Node makes one text each, however often they are sent
      header: (name) => incoming.headers[name]?.toString(),
      setCookie: (value) => cookies.push(value),
    })
    .then(
      (context) => ({ context, refused: null }),
      (error: unknown) => ({ context: undefined, refused: getTRPCErrorFromUnknown(error) }),
    );
  const answers = await Promise.all(calls.map((call, index) => one(rpc, known, call, index)));
  const [first = { result: { data: null } }] = answers;
  return {
    status: getHTTPStatusCode(batch ? answers : first),
    body: JSON.stringify(batch ? answers : first),
    cookies,
  };
}

async function one(
  rpc: RpcCalls,
  { context, refused }: { context: RequestContext | undefined; refused: TRPCError | null },
  { path, input }: Call,
  batchIndex: number,
) {
  const type = 'query';
  try {
    if (refused !== null) throw refused;
    const getRawInput = () => Promise.resolve(input);
    const data: unknown = await callTRPCProcedure({
      router: appRouter,
      path,
      type,
      ctx: context,
      getRawInput,
      // a query is too short to be broken off
      signal: undefined,
      batchIndex,
    });
    return { result: { data } };
  } catch (cause) {
    const error = getTRPCErrorFromUnknown(cause);
    rpc.failed({ error, path, type });
    return { error: getTRPCErrorShape({ config: appRouter._def._config, ctx: context, error, input, path, type }) };
  }
}

/** Name, value, name, value … of every answer: none is a page, so nothing may be loaded, framed or run. */
function answerHeaders(https: boolean): string[] {
  return Object.entries({
    ...plainAnswerHeaders({ https }),
    'content-type': 'application/json',
    vary: 'trpc-accept, accept',
  }).flat();
}
