import { z } from 'zod';
import { say } from '#shared/sentence';
import { ProviderError } from '#server/lib/provider-error';
import { accessRuleSchema, type AccessRule } from './access-rules';
import { attemptOf } from './attempt';
import { catalogueSchema, chooseRegion, endpointOf, type Catalogue } from './catalogue';
import { CloudError, notUnderstood, refusal, type Asked, type Service } from './cloud-error';
import { nextOf } from './repeat';
import type { Access, Credential } from './settings';
import type { HttpAnswer, HttpRequest, Wire } from './wire';

/** What a client is made of besides its settings. */
export interface ClientParts {
  wire: Wire;
  now: () => Date;
  /** Resolves after `ms`; rejects with the signal's reason. */
  pause: (ms: number, signal?: AbortSignal) => Promise<void>;
}

const tokenSchema = z.object({
  token: z.object({
    issued_at: z.iso.datetime({ offset: true }),
    expires_at: z.iso.datetime({ offset: true }),
    user: z.object({ id: z.string(), name: z.string() }),
    project: z.object({ id: z.string(), name: z.string() }).optional(),
    roles: z.array(z.object({ name: z.string() })).default([]),
    catalog: catalogueSchema.default([]),
    application_credential: z.object({ access_rules: z.array(accessRuleSchema).optional() }).optional(),
  }),
});

/** A token, and what comes with it. */
export interface Grant {
  token: string;
  lifetimeMs: number;
  /** By this server's clock. */
  gotAt: number;
  user: { id: string; name: string };
  project: { id: string; name: string };
  roles: string[];
  /** What its application credential is narrowed to; null: it is not. */
  accessRules: AccessRule[] | null;
  catalogue: Catalogue;
  region: string;
}

/** Before a token's end by so much, or by a quarter of its life where that is less, another one is got. */
const marginMs = 60_000;
const signInMs = 30_000;

export interface Session {
  /** The grant to call with; got, or renewed before its end, at need. */
  grant(signal?: AbortSignal): Promise<Grant>;
  /** Another one than that which was refused. Those who find out together get one together. */
  renewed(refused: Grant, signal?: AbortSignal): Promise<Grant>;
  endpoint(grant: Grant, service: Service): string;
}

/** Signs in at Keystone (v3), and keeps what it gives while it is good. */
export function createSession(access: Access, parts: ClientParts): Session {
  let kept: Grant | null = null;
  let coming: Promise<Grant> | null = null;

  const get = () => {
    // one for all who wait, so nobody's signal ends it
    coming ??= signIn(access, parts)
      .then((grant) => (kept = grant))
      .finally(() => (coming = null));
    return coming;
  };
  const ageOf = (grant: Grant) => parts.now().getTime() - grant.gotAt;

  return {
    async grant(signal) {
      signal?.throwIfAborted();
      if (kept === null) return get();
      const age = ageOf(kept);
      if (age < kept.lifetimeMs - Math.min(marginMs, kept.lifetimeMs / 4)) return kept;
      if (age >= kept.lifetimeMs) return get();
      // Keystone may be away for a moment: what is good still is used until then
      const before = kept;
      return get().catch((error: unknown) => {
        if (mayBeRepeated(error) && ageOf(before) < before.lifetimeMs) return before;
        throw error;
      });
    },
    async renewed(refused, signal) {
      signal?.throwIfAborted();
      if (kept === refused) kept = null;
      return kept ?? get();
    },
    endpoint: ({ catalogue, region }, service) => endpointOf(catalogue, { service, region, face: access.face }),
  };
}

const mayBeRepeated = (error: unknown) => error instanceof ProviderError && error.retryable;

const asked: Asked = { service: 'identity', call: 'POST /auth/tokens' };

async function signIn({ authUrl, credential, region }: Access, { wire, now, pause }: ClientParts): Promise<Grant> {
  const request: HttpRequest = {
    method: 'POST',
    url: new URL(`${authUrl.href}/auth/tokens`),
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(signInBody(credential)),
    timeoutMs: signInMs,
  };
  for (let attempt = 1; ; attempt += 1) {
    const gotAt = now().getTime();
    const { answer, failed, outcome } = await attemptOf(wire, asked, request);
    // another token does no harm
    const next = nextOf(outcome, { attempt, repeatable: true, signedInAnew: true }, now());
    if (next.do === 'repeat') await pause(next.afterMs);
    else if (failed !== null) throw failed;
    else if (next.do === 'take') return grantOf(answer, { gotAt, region });
    else throw signInRefusal(answer, authUrl);
  }
}

/** https://docs.openstack.org/api-ref/identity/v3/#authentication-and-token-management */
function signInBody(credential: Credential): unknown {
  if (credential.kind === 'application') {
    const { id, secret } = credential;
    return { auth: { identity: { methods: ['application_credential'], application_credential: { id, secret } } } };
  }
  const { user, userDomain, password, project, projectDomain } = credential;
  return {
    auth: {
      identity: { methods: ['password'], password: { user: { name: user, domain: { name: userDomain }, password } } },
      scope: { project: { name: project, domain: { name: projectDomain } } },
    },
  };
}

function grantOf(answer: HttpAnswer, { gotAt, region }: { gotAt: number; region: string }): Grant {
  const token = answer.headers['x-subject-token'];
  let body: unknown;
  try {
    body = JSON.parse(answer.text);
  } catch (error) {
    throw notUnderstood(asked, error);
  }
  const parsed = tokenSchema.safeParse(body);
  if (typeof token !== 'string' || !parsed.success) throw notUnderstood(asked, parsed.error);
  const { issued_at: issued, expires_at: expires, user, project, roles, catalog } = parsed.data.token;
  const { application_credential: credential } = parsed.data.token;
  const details = { ...asked, status: answer.status, failure: null, maybeDone: false };
  if (project === undefined) throw new CloudError('ACCESS_DENIED', say('OPENSTACK_NO_PROJECT'), false, details);
  return {
    token,
    // by its own length: the clocks of cloud and server may differ
    lifetimeMs: Date.parse(expires) - Date.parse(issued),
    gotAt,
    user,
    project,
    roles: roles.map(({ name }) => name).sort(),
    accessRules: credential?.access_rules ?? null,
    catalogue: catalog,
    region: chooseRegion(catalog, region),
  };
}

/** What is no Keystone answers in all kinds of ways; a Keystone that has no v3 says 404. */
function signInRefusal(answer: HttpAnswer, authUrl: URL): CloudError {
  const error = refusal(asked, answer);
  if (answer.status === 401 || answer.status >= 500 || answer.status === 429) return error;
  const details = { ...asked, status: answer.status, failure: null, maybeDone: false };
  return new CloudError('UNAVAILABLE', say('OPENSTACK_NOT_KEYSTONE', { url: authUrl.href }), false, details, error);
}
