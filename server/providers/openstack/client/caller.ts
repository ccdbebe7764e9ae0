import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Semaphore } from '#server/lib/semaphore';
import { addressOf, novaVersionUrl, type Query } from './addresses';
import { understood } from './answers';
import { attemptOf } from './attempt';
import { refusal, type Asked, type Service } from './cloud-error';
import { nextOf } from './repeat';
import { createSession, type ClientParts, type Grant } from './session';
import type { Access } from './settings';
import { chooseVersion, novaVersions } from './versions';
import { createWire, type HttpAnswer, type HttpRequest } from './wire';

/** An API answers at once, or within what its own proxies allow. */
const callMs = 60_000;
/** What is as large as a disk. */
const fileMs = 6 * 3_600_000;

export interface Call<Answer> {
  service: Service;
  method: HttpRequest['method'];
  /** Behind the endpoint, from its slash on. */
  path: string;
  query?: Query | undefined;
  body?: unknown;
  /** In its place what is in a file. It takes as long as it takes. */
  file?: HttpRequest['file'];
  /** What the answer has to be. */
  answer: z.ZodType<Answer>;
  /** That it is done twice does no harm. Unless said, of all but POST. */
  repeatable?: boolean;
  signal?: AbortSignal | undefined;
}

/** Calls of one cloud, as one project. */
export interface Caller {
  /** Resolves with the answer. Rejects with a `CloudError`, whose details say whether it may have been done all the same. */
  call<Answer>(call: Call<Answer>): Promise<Answer>;
  /** Who calls. */
  grant(signal?: AbortSignal): Promise<Grant>;
  /** The newest version that Nova and this client speak, and that which Nova has. */
  novaVersion(): Promise<{ spoken: string; max: string }>;
  /** So many calls at once from now on. */
  pace(calls: number): void;
  close(): void;
}

const novaVersionSchema = z.object({ version: z.object({ version: z.string(), min_version: z.string() }) });

/** Waits by the clock. */
export const wait: ClientParts['pause'] = (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal });

export const realParts = (access: Access): ClientParts => ({
  wire: createWire({ ca: access.ca, sockets: access.calls }),
  now: () => new Date(),
  pause: wait,
});

/**
 * Makes calls with a token that is good, at most so many at once; repeats what {@link nextOf} says, and has all calls of a service wait that asks
 * for it (`Retry-After`).
 */
export function createCaller(access: Access, parts: ClientParts = realParts(access)): Caller {
  const { wire, now, pause } = parts;
  const session = createSession(access, parts);
  const places = new Semaphore(access.calls);
  /** Until when a service wants nothing. */
  const resting = new Map<Service, number>();
  let version: Promise<{ spoken: string; max: string }> | null = null;

  async function waitFor(service: Service, signal?: AbortSignal): Promise<void> {
    for (;;) {
      const restMs = (resting.get(service) ?? 0) - now().getTime();
      if (restMs <= 0) return;
      await pause(restMs, signal);
    }
  }

  /** The last answer, once there is nothing more to be tried. */
  async function answerTo(
    asked: Asked,
    { method, urlOf, headers, body, file, repeatable, signal }: Sent,
  ): Promise<HttpAnswer> {
    let grant = await session.grant(signal);
    let signedInAnew = false;
    for (let attempt = 1; ; attempt += 1) {
      await waitFor(asked.service, signal);
      const leave = await places.acquire(signal);
      const request: HttpRequest = {
        method,
        url: urlOf(grant),
        headers: { accept: 'application/json', 'x-auth-token': grant.token, ...headers },
        timeoutMs: file === undefined ? callMs : fileMs,
        signal,
        ...(body !== undefined && { body }),
        ...(file !== undefined && { file }),
      };
      const { answer, failed, outcome } = await attemptOf(wire, asked, request).finally(leave);
      const next = nextOf(outcome, { attempt, repeatable, signedInAnew }, now());
      switch (next.do) {
        case 'sign-in':
          grant = await session.renewed(grant, signal);
          signedInAnew = true;
          break;
        case 'repeat':
          if (next.everybody) resting.set(asked.service, now().getTime() + next.afterMs);
          await pause(next.afterMs, signal);
          grant = await session.grant(signal);
          break;
        default:
          if (failed !== null) throw failed;
          if (next.do === 'take') return answer;
          throw refusal(asked, answer);
      }
    }
  }

  async function call<Answer>(call: Call<Answer>): Promise<Answer> {
    const { service, method, path, query, body, file, answer: schema, repeatable = method !== 'POST', signal } = call;
    const asked = { service, call: `${method} ${path}` };
    const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    if (file !== undefined) headers['content-type'] = 'application/octet-stream';
    if (service === 'compute') headers['openstack-api-version'] = `compute ${(await novaVersion()).spoken}`;
    const { text } = await answerTo(asked, {
      method,
      urlOf: (grant) => addressOf(session.endpoint(grant, service), { service, path, query }),
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      file,
      repeatable,
      signal,
    });
    return understood(asked, text, schema);
  }

  function novaVersion(): Promise<{ spoken: string; max: string }> {
    if (version !== null) return version;
    const asked = { service: 'compute', call: 'GET /' } as const;
    const asking = answerTo(asked, {
      method: 'GET',
      urlOf: (grant) => novaVersionUrl(session.endpoint(grant, 'compute')),
      headers: {},
      body: undefined,
      file: undefined,
      repeatable: true,
      signal: undefined,
    }).then(({ text }) => {
      const { min_version: min, version: max } = understood(asked, text, novaVersionSchema).version;
      return { max, spoken: chooseVersion(asked, { min, max }, novaVersions) };
    });
    version = asking;
    // asked again by who calls next
    asking.catch(() => (version = null));
    return asking;
  }

  return {
    call,
    novaVersion,
    grant: (signal) => session.grant(signal),
    pace: (calls) => places.resize(calls),
    close: () => wire.close(),
  };
}

interface Sent {
  method: HttpRequest['method'];
  urlOf: (grant: Grant) => URL;
  headers: Record<string, string>;
  body: string | undefined;
  file: HttpRequest['file'];
  repeatable: boolean;
  signal: AbortSignal | undefined;
}
