import { isIP } from 'node:net';
import { guestLimits, type GuestNic, type GuestStatus } from '#shared/guest';

/*
 * What a guest says of itself, one figure a line, as this script prints it in a Linux. What comes back is a stranger's: a line that is
 * not exactly as it should be says nothing.
 */

/** Uptime, load, memory and the root file system. */
export const figuresScript = `read -r up _ < /proc/uptime && echo "uptime $up"
read -r one five fifteen _ < /proc/loadavg && echo "load $one $five $fifteen"
kib() { sed -n "s/^$1: *\\([0-9]*\\) kB$/\\1/p" /proc/meminfo; }
echo "memory $(kib MemTotal) $(kib MemAvailable)"
echo "disk $(stat -f -c '%S %b %f' /)"
`;

/** The same, and the addresses of each NIC. */
export const statusScript = `${figuresScript}echo nics
for path in /sys/class/net/*; do
  name=\${path##*/}
  [ "$name" = lo ] || echo "nic $name $(cat "$path/address")"
done
ip -o addr | while read -r _ name family address _; do
  case $family in inet | inet6) echo "address $name $address" ;; esac
done
`;

const nothing: GuestStatus = { nics: null, uptimeSeconds: null, load: null, memory: null, disk: null };

/** Digits enough for what a machine has, and few enough to be counted with. */
const decimal = /^\d{1,12}(\.\d{1,6})?$/;
const whole = /^\d{1,15}$/;
const macPattern = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;
/** Whatever can be seen, and nothing that turns text around it into something else. */
const namePattern = new RegExp(`^[^\\p{C}\\p{Zl}\\p{Zp}]{1,${guestLimits.nicName}}$`, 'u');

const kibInMb = 1024;
const bytesInMb = 1024 * 1024;

/** An address with its prefix length as it is shown; null for what is none. One without a prefix length stands for itself alone. */
export function addressOf(text: string): string | null {
  const [address = '', prefix, ...more] = text.split('/');
  const version = isIP(address);
  // a zone behind an address is of the guest, and says nothing here
  if (version === 0 || address.includes('%') || more.length > 0) return null;
  const most = version === 4 ? 32 : 128;
  if (prefix === undefined) return `${address}/${most}`;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= most ? `${address}/${Number(prefix)}` : null;
}

/** NICs as a guest tells them one after another, within the limits. */
export class ToldNics {
  readonly #nics = new Map<string, GuestNic>();

  /** One that has no name that can be shown is passed over. */
  nic(name: string, mac: string | null): void {
    const known = this.#nics.get(name);
    if (known !== undefined || this.#nics.size >= guestLimits.nics || !namePattern.test(name)) return;
    const shown = mac?.toLowerCase() ?? '';
    this.#nics.set(name, { name, mac: macPattern.test(shown) ? shown : null, addresses: [] });
  }

  address(name: string, text: string): void {
    const addresses = this.#nics.get(name)?.addresses;
    const address = addressOf(text);
    if (addresses === undefined || address === null || addresses.length >= guestLimits.addressesPerNic) return;
    if (!addresses.includes(address)) addresses.push(address);
  }

  get all(): GuestNic[] {
    return [...this.#nics.values()];
  }
}

/** What {@link statusScript} or {@link figuresScript} has printed. */
export function statusOf(lines: readonly string[]): GuestStatus {
  const status = { ...nothing };
  const nics = new ToldNics();
  let tellsNics = false;
  for (const line of lines) {
    const [what, ...words] = line.split(' ');
    const [first = '', second = '', third = ''] = words;
    const said = (count: number, pattern: RegExp) =>
      words.length === count && words.every((word) => pattern.test(word));
    if (what === 'uptime' && said(1, decimal)) status.uptimeSeconds = Math.floor(Number(first));
    else if (what === 'load' && said(3, decimal)) status.load = [Number(first), Number(second), Number(third)];
    else if (what === 'memory' && said(2, whole))
      status.memory = { totalMb: Number(first) / kibInMb, availableMb: Number(second) / kibInMb };
    else if (what === 'disk' && said(3, whole)) status.disk = diskOf(Number(first), Number(second), Number(third));
    else if (line === 'nics') tellsNics = true;
    else if (what === 'nic' && words.length === 2) nics.nic(first, second);
    else if (what === 'address' && words.length === 2) nics.address(first, second);
  }
  return tellsNics ? { ...status, nics: nics.all } : status;
}

/** Of blocks of `size` bytes. A file system without blocks, as of one that is in memory alone, has no size. */
function diskOf(size: number, blocks: number, free: number): GuestStatus['disk'] {
  if (blocks === 0 || free > blocks) return null;
  return { totalMb: (blocks * size) / bytesInMb, usedMb: ((blocks - free) * size) / bytesInMb };
}
