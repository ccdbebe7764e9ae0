import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Whoever holds a lease, by name, and what can be proven of other holders. */
export interface LeaseOwner {
  readonly name: string;
  /** True only if that owner certainly runs no more; whoever cannot be judged has until the end of the lease. */
  isDead(other: string): boolean;
  /** This owner works no more: from now on others in this process may take its leases at once. */
  retire(): void;
}

/** Owners of this very process that still work. */
const working = new Set<string>();

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

/**
 * Where process ids mean the same: one run of one kernel and one PID namespace. A host's name says neither (containers
 * share it, machines too), and a PID of elsewhere always looks dead from here. Null where that cannot be told.
 */
export function processRealm(): string | null {
  const boot = read('/proc/sys/kernel/random/boot_id');
  if (boot === null) return null;
  try {
    return createHash('sha256')
      .update(`${boot} ${readlinkSync('/proc/self/ns/pid')}`)
      .digest('hex')
      .slice(0, 12);
  } catch {
    return null;
  }
}

/** When a process began, in the kernel's ticks; null if there is no such process. A reused PID has another one. */
function startOf(pid: number): string | null {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // the name, in parentheses, may hold anything; the state is the field after it
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? null : (fields[19] ?? null);
}

/** An owner for this process: `host:realm:pid:start:random`, at most 64 characters. */
export function createLeaseOwner(): LeaseOwner {
  const realm = processRealm();
  const host = hostname().replaceAll(':', '-').slice(0, 16);
  const place = `${host}:${realm ?? '-'}:${process.pid}:${startOf(process.pid) ?? '-'}`;
  const name = `${place}:${randomBytes(4).toString('hex')}`;
  working.add(name);
  return {
    name,
    isDead(other) {
      if (other === name) return false;
      if (realm === null) return false;
      const [, otherRealm, pid, start] = other.split(':');
      if (otherRealm !== realm || pid === undefined || start === undefined || start === '-') return false;
      if (Number(pid) === process.pid) return !working.has(other);
      return startOf(Number(pid)) !== start;
    },
    retire() {
      working.delete(name);
    },
  };
}
