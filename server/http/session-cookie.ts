import { parse, serialize } from 'hono/utils/cookie';

const plainName = 'trama_session';

/** How browsers reach the server. */
export interface Transport {
  /** Over https. */
  secure: boolean;
}

/**
 * Browsers take a name with this prefix over https only, from this very host and for all of it: no other host of the domain can
 * plant a session. Over http, as on the loopback, they would not take it at all.
 */
const nameOf = ({ secure }: Transport) => (secure ? (`__Host-${plainName}` as const) : plainName);

/** The session token in a `Cookie` header, if any. */
export function readSessionCookie(header: string | undefined, transport: Transport): string | null {
  const name = nameOf(transport);
  return header === undefined ? null : (parse(header, name)[name] ?? null);
}

/** The `Set-Cookie` value that gives (or, with null, takes away) the session. */
export function sessionCookie(session: { token: string; expiresAt: Date } | null, transport: Transport): string {
  return serialize(nameOf(transport), session?.token ?? '', {
    httpOnly: true,
    sameSite: 'Strict',
    secure: transport.secure,
    path: '/',
    expires: session?.expiresAt ?? new Date(0),
  });
}
