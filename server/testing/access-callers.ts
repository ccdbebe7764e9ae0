import type { AreaScope, Scope } from '#shared/scopes';
import type { Actor, DomainContext } from '#server/domain/context';
import { authenticate, authenticateToken } from '#server/domain/auth/sessions';
import { identify } from '#server/http/credentials';
import { endings, giveSession, giveToken, type Ending, type Person, type Scene } from './scene';

/** Someone who calls: whose account, with what, and what has become of it. */
export interface CallerKind {
  name: string;
  /** Null for nobody. */
  person: Person | null;
  /** What the call comes with: a session's cookie, or a token with these scopes. */
  scopes: 'session' | Scope[];
  ending?: Ending;
}

const session = (person: Person, ending?: Ending): CallerKind => ({
  name: ending === undefined ? person : `${person}, ${ending}`,
  person,
  scopes: 'session',
  ...(ending === undefined ? {} : { ending }),
});
const token = (person: Person, scopes: Scope[], ending?: Ending): CallerKind => ({
  name: `token of ${person}: ${scopes.join(' ')}${ending === undefined ? '' : `, ${ending}`}`,
  person,
  scopes,
  ...(ending === undefined ? {} : { ending }),
});

/**
 * What a token with one scope may be used for, written out: a rule of its own beside `scopesAllow`, so that a slip in the
 * one is seen in the other.
 */
export const grants: Record<Scope, readonly AreaScope[]> = {
  read: ['account:read', 'templates:read', 'slices:read', 'catalogue:read', 'admin:read'],
  operate: [
    ...(['account:read', 'templates:read', 'slices:read', 'catalogue:read', 'admin:read'] as const),
    ...(['account:operate', 'templates:operate', 'slices:operate', 'catalogue:operate', 'admin:operate'] as const),
  ],
  manage: [
    ...(['account:read', 'templates:read', 'slices:read', 'catalogue:read', 'admin:read'] as const),
    ...(['account:operate', 'templates:operate', 'slices:operate', 'catalogue:operate', 'admin:operate'] as const),
    ...(['account:manage', 'templates:manage', 'slices:manage', 'catalogue:manage', 'admin:manage'] as const),
  ],
  'account:read': ['account:read'],
  'account:operate': ['account:read', 'account:operate'],
  'account:manage': ['account:read', 'account:operate', 'account:manage'],
  'templates:read': ['templates:read'],
  'templates:operate': ['templates:read', 'templates:operate'],
  'templates:manage': ['templates:read', 'templates:operate', 'templates:manage'],
  'slices:read': ['slices:read'],
  'slices:operate': ['slices:read', 'slices:operate'],
  'slices:manage': ['slices:read', 'slices:operate', 'slices:manage'],
  'catalogue:read': ['catalogue:read'],
  'catalogue:operate': ['catalogue:read', 'catalogue:operate'],
  'catalogue:manage': ['catalogue:read', 'catalogue:operate', 'catalogue:manage'],
  'admin:read': ['admin:read'],
  'admin:operate': ['admin:read', 'admin:operate'],
  'admin:manage': ['admin:read', 'admin:operate', 'admin:manage'],
};

/** Everybody of the matrix. */
export const callers: readonly CallerKind[] = [
  { name: 'nobody', person: null, scopes: 'session' },
  session('owner'),
  session('stranger'),
  session('viewer'),
  session('operator'),
  session('instructor'),
  session('admin'),
  session('disabled', 'disabledUser'),
  session('disabled', 'deletedUser'),
  session('owner', 'revoked'),
  session('owner', 'expired'),
  session('owner', 'idle'),
  ...(Object.keys(grants) as Scope[]).map((scope) => token('owner', [scope])),
  token('owner', ['templates:read', 'slices:operate']),
  token('stranger', ['manage']),
  token('viewer', ['manage']),
  token('operator', ['manage']),
  token('operator', ['slices:operate']),
  token('instructor', ['manage']),
  token('admin', ['read']),
  token('admin', ['manage']),
  token('admin', ['account:manage', 'slices:operate']),
  token('admin', ['admin:manage']),
  token('service', ['manage']),
  token('owner', ['manage'], 'expired'),
  token('owner', ['manage'], 'revoked'),
  token('disabled', ['manage'], 'disabledUser'),
  token('service', ['manage'], 'revoked'),
];

/** The actor, as a request with the caller's cookie or bearer header would get it. */
export async function actorOf(ctx: DomainContext, scene: Scene, caller: CallerKind): Promise<Actor | null> {
  const { person, scopes } = caller;
  const by = {
    session: (text: string) => authenticate(ctx, text),
    token: (text: string) => authenticateToken(ctx, text),
  };
  if (person === null) return identify({}, by, { secure: false });
  const isSession = scopes === 'session';
  const credential = isSession
    ? await giveSession(ctx, scene, person)
    : await giveToken(ctx, scene, { person, scopes });
  if (caller.ending !== undefined) await endings[caller.ending](ctx, credential, scene.user[person]);
  return identify(
    isSession ? { cookie: `trama_session=${credential.token}` } : { authorization: `Bearer ${credential.token}` },
    by,
    { secure: false },
  );
}
