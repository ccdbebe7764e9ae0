import { Secret, TOTP } from 'otpauth';

// what every authenticator app understands: RFC 6238 with the parameters of Google's
const parameters = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** Codes of the time steps before and after are good, too: clocks differ, and people type slowly. */
const window = 1;

/** A new secret in base32: 160 bits, as RFC 4226 recommends. */
export function newSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What an authenticator takes up as a QR code. */
export function otpauthUri(secret: string, email: string): string {
  return new TOTP({ ...parameters, secret: Secret.fromBase32(secret), issuer: 'Trama', label: email }).toString();
}

/** The time step that `code` belongs to, or null if it is none of now. A step is to be accepted once. */
export function stepOf(secret: string, code: string, now: Date): number | null {
  // the library throws on digits of other scripts
  if (!/^[0-9]{6}$/.test(code)) return null;
  const timestamp = now.getTime();
  const delta = TOTP.validate({ ...parameters, secret: Secret.fromBase32(secret), token: code, timestamp, window });
  return delta === null ? null : TOTP.counter({ period: parameters.period, timestamp }) + delta;
}
