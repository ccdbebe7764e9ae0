import { createHash } from 'node:crypto';

/** A public key of OpenSSH, as it stands in a `.pub` file and in `authorized_keys`. */
export interface SshPublicKey {
  /** `ssh-ed25519`, the first word of the line. */
  type: string;
  /** Base64, the second word. */
  blob: string;
  /** What stands behind it, often `user@host`; may be empty. */
  comment: string;
  /** `SHA256:…`, as `ssh-keygen -l` and the forges show it. */
  fingerprint: string;
}

/** Why a line is no key that can be taken. */
export type SshKeyFault =
  | { fault: 'private' | 'certificate' | 'other-form' | 'options' | 'damaged' | 'unknown' }
  | { fault: 'type'; type: string }
  | { fault: 'weak'; bits: number };

/**
 * The fields of each kind behind its name, as lengths in bytes: of an Ed25519 key its 32 bytes (RFC 8709 §4), of an elliptic curve its name and
 * a point (RFC 5656 §3.1), of one in a security key also for whom it is (OpenSSH, PROTOCOL.u2f). Null: of any length.
 */
const kinds: Record<string, readonly (number | null)[]> = {
  'ssh-ed25519': [32],
  'ssh-rsa': [null, null],
  'ecdsa-sha2-nistp256': [8, 65],
  'ecdsa-sha2-nistp384': [8, 97],
  'ecdsa-sha2-nistp521': [8, 133],
  'sk-ssh-ed25519@openssh.com': [32, null],
  'sk-ecdsa-sha2-nistp256@openssh.com': [8, 65, null],
};
export const sshKeyTypes: readonly string[] = Object.keys(kinds);

/** Shorter ones are refused by OpenSSH of today's distributions, or will be. */
export const leastRsaBits = 2048;

/** The length-prefixed fields of a key (RFC 4251 §5, `string`); null where they do not fill it. */
function fieldsOf(blob: Buffer): Buffer[] | null {
  const fields: Buffer[] = [];
  for (let at = 0; at < blob.length;) {
    if (at + 4 > blob.length) return null;
    const end = at + 4 + blob.readUInt32BE(at);
    if (end > blob.length) return null;
    fields.push(blob.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

function bitsOf(modulus: Buffer): number {
  const first = modulus.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (modulus.length - first - 1) * 8 + (32 - Math.clz32(modulus[first] ?? 0));
}

/** One line of `authorized_keys` without options. */
export function parseSshPublicKey(line: string): SshPublicKey | SshKeyFault {
  if (/^-----BEGIN .*PRIVATE KEY-----|^PuTTY-User-Key-File-/.test(line)) return { fault: 'private' };
  if (/^-----BEGIN|^---- BEGIN/.test(line)) return { fault: 'other-form' };
  const [type = '', blob = '', ...rest] = line.trim().split(/\s+/);
  if (/-cert-v\d+@openssh\.com$/.test(type)) return { fault: 'certificate' };
  const shape = kinds[type];
  if (shape === undefined) {
    if (line.split(/\s+/).some((word) => word in kinds)) return { fault: 'options' };
    return /^(ssh|ecdsa|sk)-/.test(type) && blob !== '' ? { fault: 'type', type } : { fault: 'unknown' };
  }
  const bytes = Buffer.from(blob, 'base64');
  const [name, ...fields] = fieldsOf(bytes) ?? [];
  // Buffer passes over whatever is no base64
  const isWhole =
    bytes.toString('base64').replace(/=+$/, '') === blob.replace(/=+$/, '') &&
    name?.toString() === type &&
    fields.length === shape.length &&
    fields.every((field, at) => field.length > 0 && (shape[at] === null || field.length === shape[at]));
  if (!isWhole) return { fault: 'damaged' };
  if (type === 'ssh-rsa') {
    const bits = bitsOf(fields[1] ?? Buffer.alloc(0));
    if (bits < leastRsaBits) return { fault: 'weak', bits };
  }
  const digest = createHash('sha256').update(bytes).digest('base64').replace(/=+$/, '');
  return { type, blob: bytes.toString('base64'), comment: rest.join(' '), fingerprint: `SHA256:${digest}` };
}
