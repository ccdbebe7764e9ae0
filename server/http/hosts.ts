import { isIP } from 'node:net';

/** By which names a server may be called; see `hostPolicy`. */
export type HostPolicy = (host: string | undefined) => boolean;

export interface HostNames {
  /** What the server listens on. */
  listening: string;
  /** Of this machine. */
  machine: string;
  /** Where browsers reach it, if it was said. */
  publicUrl: string | null;
  /** Names that are allowed besides; `.example.org` is every name below example.org. */
  allowed: readonly string[];
}

const wildcards: ReadonlySet<string> = new Set(['0.0.0.0', '::', '']);

/**
 * Whether a request's `Host` is a name of ours. A page of a stranger can have its own name resolve to a loopback or private
 * address (DNS rebinding): to the browser it is then the same site as our answers, so names that nobody told us are refused.
 * A stranger's page cannot be at an address that is ours, so on a server that listens everywhere every address is good, also
 * one that only a router in front knows. A request without a name comes from no browser.
 */
export function hostPolicy(names: HostNames): HostPolicy {
  const everywhere = wildcards.has(names.listening);
  const known = new Set([names.listening.toLowerCase(), ...names.allowed.filter((name) => !name.startsWith('.'))]);
  if (names.publicUrl !== null) known.add(hostName(new URL(names.publicUrl).host));
  const machine = names.machine.toLowerCase();
  if (everywhere && machine !== '') {
    known.add(machine);
    // its name on the local network
    known.add(`${machine.split('.')[0]}.local`);
  }
  const suffixes = names.allowed.filter((name) => name.startsWith('.'));
  return (host) => {
    if (host === undefined) return true;
    const name = hostName(host);
    if (name === 'localhost' || name.endsWith('.localhost') || known.has(name)) return true;
    if (isIP(name) !== 0) return everywhere || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
    return suffixes.some((suffix) => name.endsWith(suffix));
  };
}

/** The name or address in a `Host` header, without port, brackets and the dot of the root. */
export function hostName(host: string): string {
  const name = /^\[([^\]]*)\](?::\d*)?$/.exec(host)?.[1] ?? host.replace(/:\d*$/, '');
  return name.toLowerCase().replace(/\.$/, '');
}

/** What is said to who called by another name, in the two languages of the client, which is not there to translate. */
export function hostRefusal(host: string): string {
  const name = hostName(host)
    .replaceAll(/[^a-z0-9.:_-]/g, '?')
    .slice(0, 100);
  return (
    `This server does not answer to the name "${name}". If the name is right, its administrator puts it into ` +
    'TRAMA_PUBLIC_URL or TRAMA_ALLOWED_HOSTS.\n' +
    `Este servidor no responde al nombre "${name}". Si el nombre es correcto, quien lo administra debe añadirlo a ` +
    'TRAMA_PUBLIC_URL o TRAMA_ALLOWED_HOSTS.\n'
  );
}
