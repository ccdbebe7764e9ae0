/*
 * The images that the product makes itself, of the distribution's packages, when a zone first needs them. What is said of them here
 * seeds the catalogue, the page, the command line and the providers.
 */

export interface Login {
  user: string;
  /** Null: nobody asks for one. */
  password: string | null;
}

export interface BuiltinImage {
  /** What it is for. */
  description: string;
  kind: 'kernel' | 'disk';
  /** Least RAM, MiB, and disk, GiB, with which it boots and does what it is for. */
  minRamMb: number;
  minDiskGb: number;
  /** What it prints on its serial console once it has booted. */
  readyMarker: string;
}

const readyMarker = 'TRAMA-READY';

export const builtinImages = {
  tiny: {
    description:
      'A small Linux that boots in seconds, with a shell on its serial console and tools of the network: tcpdump, iperf3, nc, traceroute, httpd.',
    kind: 'kernel',
    minRamMb: 96,
    minDiskGb: 0,
    readyMarker,
  },
  router: {
    description:
      'A router that boots in seconds: FRR with OSPF, OSPFv3 and BGP, configured by /etc/frr/frr.conf and vtysh. It forwards IPv4 and IPv6, and has the tools of tiny.',
    kind: 'kernel',
    minRamMb: 128,
    minDiskGb: 0,
    readyMarker,
  },
  debian: {
    description:
      'Debian 12 with cloud-init, SSH, sudo, apt and the QEMU guest agent, for software that wants a whole system. It is configured by user-data and has a serial and a VGA login; without KVM its first boot takes minutes.',
    kind: 'disk',
    minRamMb: 384,
    minDiskGb: 2,
    readyMarker,
  },
} as const satisfies Record<string, BuiltinImage>;

export type BuiltinName = keyof typeof builtinImages;

/** The built-in image that a source names: `builtin:tiny`. Null for every other source. */
export function builtinOf(source: string): BuiltinName | null {
  const name = source.startsWith('builtin:') ? source.slice('builtin:'.length) : '';
  return isBuiltin(name) ? name : null;
}

function isBuiltin(name: string): name is BuiltinName {
  return Object.hasOwn(builtinImages, name);
}

/** The account that every VM with a disk gets by cloud-init. Consoles are reached through the server only. */
export const diskLogin = { user: 'trama', password: 'trama' } as const satisfies Login;

/** Whom the keys of a slice's owner let in by SSH; null for images that take none: kernel images have neither keys nor a server. */
export const sshUserOf = (kind: 'kernel' | 'disk'): string | null => (kind === 'disk' ? diskLogin.user : null);

/** How one signs in at the console of a VM with such an image; null where nobody can know. */
export function loginOf({ kind, source }: { kind: 'kernel' | 'disk'; source: string }): Login | null {
  if (kind === 'disk') return { ...diskLogin };
  return builtinOf(source) === null ? null : { user: 'root', password: null };
}
