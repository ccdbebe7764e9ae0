import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What becomes of a request: it never arrives, its answer does not, it is done twice, it is answered 503 without being done, its answer is slow, or who
 * asks is cut off and it is done after that.
 */
export const faults = ['lost-request', 'lost-answer', 'twice', '503', 'slow', 'late'] as const;
export type Fault = (typeof faults)[number];

const slowMs = 2_000;
/** Longer than who was cut off takes to ask again. */
const lateMs = 1_500;

/** A call as the one that asks means it: ids are the names of what they are of, so that it is called alike in every run. */
export interface Passing {
  method: string;
  /** `POST networks trama-1-proof.s4.e3`, `DELETE servers trama-1-proof.s4.v1`. */
  call: string;
}

export interface FaultProxy {
  /** Keystone's, by which all other services are reached through the proxy, too. */
  authUrl: string;
  /** Asked of each call but signing in; null: it is passed on. */
  fault: (passing: Passing) => Fault | null;
  close(): Promise<void>;
}

interface Request {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: Buffer;
}
interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** Stands in front of all APIs of a cloud on loopback. */
export async function startFaultProxy(keystone: string): Promise<FaultProxy> {
  /** Names by ids, of all that was made through here. */
  const names = new Map<string, string>();
  const server = http.createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const proxied = (url: string) => `${own}/${new URL(url).port}${new URL(url).pathname.replace(/\/$/, '')}`;

  const proxy: FaultProxy = {
    authUrl: proxied(keystone),
    fault: () => null,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await requestOf(incoming);
    const isSignIn = request.url.pathname.endsWith('/auth/tokens');
    const fault = isSignIn ? null : proxy.fault(passingOf(request, names));
    const cut = () => void incoming.socket.destroy();
    if (fault === 'lost-request') return cut();
    if (fault === '503') return send(response, { status: 503, headers: {}, body: Buffer.from('{}') });
    if (fault === 'late') {
      cut();
      await sleep(lateMs);
    }
    const answer = await passOn(request);
    remember(answer, names);
    if (fault === 'twice') remember(await passOn(request), names);
    if (fault === 'slow') await sleep(slowMs);
    if (fault === 'lost-answer' || fault === 'late') return cut();
    send(response, isSignIn ? throughHere(answer) : answer);
  }

  /** The catalogue that comes with a token, with the proxy in front of each endpoint. */
  function throughHere({ body, ...answer }: Answer): Answer {
    const text = body.toString('utf8');
    const changed = text.replaceAll(/"url": ?"(http:[^"]+)"/g, (_, url: string) => `"url": "${proxied(url)}"`);
    return { ...answer, body: Buffer.from(changed) };
  }
  return proxy;
}

/** `/8774/v2.1/servers` is `/v2.1/servers` at port 8774. */
async function requestOf(incoming: IncomingMessage): Promise<Request> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const [, port = '', rest = '/'] = /^\/(\d+)(\/.*)?$/.exec(incoming.url ?? '') ?? [];
  const { host: _host, connection: _connection, ...headers } = incoming.headers;
  return {
    method: incoming.method ?? 'GET',
    url: new URL(`http://127.0.0.1:${port}${rest}`),
    headers: headers as Record<string, string>,
    body: Buffer.concat(parts),
  };
}

async function passOn({ method, url, headers, body }: Request): Promise<Answer> {
  const answer = await fetch(url, { method, headers, ...(body.length > 0 && { body: new Uint8Array(body) }) });
  const kept = ['content-type', 'x-subject-token', 'retry-after'].flatMap((name) => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return {
    status: answer.status,
    headers: Object.fromEntries(kept),
    body: Buffer.from(await answer.arrayBuffer()),
  };
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers);
  response.end(status === 204 ? undefined : body);
}

function passingOf({ method, url, body }: Request, names: ReadonlyMap<string, string>): Passing {
  const named = url.pathname
    .replace(/^\/v2(\.\d)?\//, '')
    .split('/')
    .map((part) => names.get(part) ?? part)
    .join(' ');
  const detail = method === 'GET' ? [...url.searchParams.values()].sort().join(',') : nameIn(body.toString('utf8'));
  return { method, call: [method, named, detail].filter((part) => part !== '').join(' ') };
}

/** The first name in what is sent; of an action, which one it is. */
function nameIn(text: string): string {
  if (text === '') return '';
  const [[kind, values] = ['', null]] = Object.entries(JSON.parse(text) as Record<string, unknown>);
  const name = values !== null && typeof values === 'object' && 'name' in values ? values.name : kind;
  return String(name);
}

/** Of what was made, and of what is listed: which name an id has. */
function remember({ body }: Answer, names: Map<string, string>): void {
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (value === null || typeof value !== 'object') return;
    if ('id' in value && 'name' in value && String(value.name) !== '') names.set(String(value.id), String(value.name));
    for (const inner of Object.values(value)) visit(inner);
  };
  const text = body.toString('utf8');
  if (text.startsWith('{')) visit(JSON.parse(text));
}
