import { say, together, type Said } from '#shared/sentence';
import type { SliceObservation } from '../provider';
import type { Server } from './client/nova';

type VmStatus = SliceObservation['vms'][number]['status'];

/** https://docs.openstack.org/api-guide/compute/server_concepts.html#server-status; what is not here is not known. */
const statuses: Record<string, VmStatus> = {
  ACTIVE: 'running',
  BUILD: 'starting',
  REBUILD: 'starting',
  REBOOT: 'starting',
  HARD_REBOOT: 'starting',
  PASSWORD: 'running',
  MIGRATING: 'running',
  RESIZE: 'starting',
  REVERT_RESIZE: 'starting',
  VERIFY_RESIZE: 'running',
  SHUTOFF: 'stopped',
  SHELVED: 'stopped',
  SHELVED_OFFLOADED: 'stopped',
  PAUSED: 'paused',
  SUSPENDED: 'suspended',
  ERROR: 'failed',
};

/** What a VM does, by its server; without one it is defined, and was never started. */
export function statusOf(server: Server | undefined): VmStatus {
  if (server === undefined) return 'stopped';
  // Nova works on it: what it says of it is what was
  if (server.status === 'ACTIVE' && isRebooting(server)) return 'starting';
  return statuses[server.status] ?? 'unknown';
}

/** Whether it runs, and is not about to do something else. */
export function isUp(server: Server): boolean {
  return server.status === 'ACTIVE' && taskOf(server) === null;
}

export const taskOf = (server: Server) => server['OS-EXT-STS:task_state'] ?? null;
const isRebooting = (server: Server) => taskOf(server)?.startsWith('reboot') === true;

/** Nova's faults by what is in them, and what is told of them in place of the cloud's inner names. */
const faults: readonly [RegExp, () => Said][] = [
  [/No valid host was found|Exceeded maximum number of retries/i, () => say('CLOUD_NO_HOST')],
  [/Quota exceeded|quota/i, () => say('CLOUD_FAULT_QUOTA')],
  [/Image .* (could not be found|is unacceptable)|ImageNotFound/i, () => say('CLOUD_FAULT_IMAGE')],
  [/virtual interface|network allocation|vif|PortBindingFailed|Binding failed/i, () => say('CLOUD_FAULT_NETWORK')],
  [/timed? ?out/i, () => say('CLOUD_FAULT_LATE')],
];

/** Why a server is in ERROR: what it means and what to do, and what Nova says, word for word. Null for one that is not. */
export function troubleOf(server: Server | undefined): Said | null {
  if (server?.status !== 'ERROR') return null;
  const says = server.fault?.message.replaceAll(/\s+/g, ' ').trim().slice(0, 300) ?? '';
  const known = faults.find(([pattern]) => pattern.test(says));
  const meaning = known === undefined ? say('CLOUD_FAULT') : known[1]();
  return says === '' ? meaning : together(meaning, say('CLOUD_FAULT_SAYS', { says }));
}
