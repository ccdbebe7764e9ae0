import type { Network, Port } from './neutron';
import type { Server } from './nova';

/*
 * Lists begin with what counts of things with one name: of what is there twice, since a request that was taken for lost can come late, all who look
 * choose the same one, and it is the one that something hangs on.
 */

interface Made {
  id: string;
  /** When, as the cloud says it. */
  at: string;
}
const byAge = (a: Made, b: Made) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id);
const first = (a: boolean, b: boolean) => Number(b) - Number(a);

/** One that works goes before one that never got its ports, since the other one has them. */
export const serversInOrder = (servers: readonly Server[]): Server[] =>
  servers.toSorted(
    (a, b) =>
      first(a.status !== 'ERROR', b.status !== 'ERROR') ||
      byAge({ id: a.id, at: a.created }, { id: b.id, at: b.created }),
  );

/** One with a subnet goes before one without: NICs are on it. */
export const networksInOrder = (networks: readonly Network[]): Network[] =>
  networks.toSorted(
    (a, b) =>
      first(a.subnets.length > 0, b.subnets.length > 0) ||
      byAge({ id: a.id, at: a.created_at }, { id: b.id, at: b.created_at }),
  );

/** One that is plugged in goes before one that is not. */
export const portsInOrder = (ports: readonly Port[]): Port[] =>
  ports.toSorted(
    (a, b) =>
      first(a.device_id !== '', b.device_id !== '') ||
      byAge({ id: a.id, at: a.created_at }, { id: b.id, at: b.created_at }),
  );
