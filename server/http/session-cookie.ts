import { parse, serialize } from 'hono/utils/cookie';

const cookieName = 'trama_session';

/** The session token in a `Cookie` header, if any. */
export function readSessionCookie(header: string | undefined): string | null {
  return header === undefined ? null : (parse(header, cookieName)[cookieName] ?? null);
}

/** The `Set-Cookie` value that gives (or, with null, takes away) the session. */
export function sessionCookie(
  session: { token: string; expiresAt: Date } | null,
  options: { secure: boolean },
): string {
  return serialize(cookieName, session?.token ?? '', {
    httpOnly: true,
    sameSite: 'Strict',
    secure: options.secure,
    path: '/',
    expires: session?.expiresAt ?? new Date(0),
  });
}
