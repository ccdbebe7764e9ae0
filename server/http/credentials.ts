import type { Actor } from '#server/domain/context';
import { readSessionCookie, type Transport } from './session-cookie';

/** What a request says of who sends it. */
export interface Credentials {
  authorization?: string | undefined;
  cookie?: string | undefined;
}
type Identify = (token: string) => Promise<Actor | null>;

/**
 * The actor of a request, by its `Authorization: Bearer` header or else by its session cookie. A bearer header that is
 * there counts alone, also when it is no good: a program must not act as whoever's cookie comes along. Tokens anywhere
 * else, such as in the address, count for nothing.
 */
export function identify(
  credentials: Credentials,
  by: { session: Identify; token: Identify },
  transport: Transport,
): Promise<Actor | null> {
  const bearer = /^bearer(?:\s+(.*))?$/i.exec(credentials.authorization?.trim() ?? '');
  if (bearer !== null) return by.token(bearer[1] ?? '');
  const session = readSessionCookie(credentials.cookie, transport);
  return session === null ? Promise.resolve(null) : by.session(session);
}
