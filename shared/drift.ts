import { z } from 'zod';
import { isAsDesired, isBroken } from './deployment/observed-status';
import { idSchema, timestampSchema } from './primitives';
import { say, saidOf, type Said } from './sentence';
import { sentencesSchema } from './sentence-schema';
import type { EdgeStatus, SliceStatus, VmDesired, VmStatus } from './slice-status';

/** What is done about what drifts: it is shown, or healed by the server by itself, too. */
export const driftPolicies = ['report', 'heal'] as const;

/** Codes of what heal leaves alone: it is not ours to end, cannot be had, or comes back by itself. */
export const beyondHealing: readonly string[] = [
  ...['VM_FOREIGN_PROCESS', 'SLICE_FOREIGN_PROCESS', 'VM_DISK_BASE_GONE'],
  ...['VM_INTERNET_DOWN', 'VM_INTERNET_USED_UP'],
  ...['INTERNET_NO_SHAPER', 'INTERNET_UNSAFE', 'INTERNET_TRIED'],
];

/** One part of a slice that is not as it was asked for. */
export const driftSchema = z.object({
  resource: z.enum(['vm', 'network', 'edge']),
  /** Row id of the VM, network or link. */
  id: idSchema,
  key: z.string(),
  /** English; `sentences` has it as data. */
  message: z.string(),
  sentences: sentencesSchema,
  /** When it was seen so last; null where nobody has looked yet. */
  observedAt: timestampSchema.nullable(),
});
export type Drift = z.infer<typeof driftSchema>;

interface Parts {
  status: SliceStatus;
  busy: unknown;
  vmList: readonly {
    id: number;
    key: string;
    name: string;
    desired: VmDesired;
    status: VmStatus;
    error: string | null;
    sentences?: Drift['sentences'];
    observedAt: string | null;
  }[];
  networks: readonly { id: number; key: string; name: string; status: EdgeStatus }[];
  edges: readonly {
    id: number;
    key: string;
    source: string;
    target: string;
    status: EdgeStatus;
    down?: boolean | undefined;
    observedAt: string | null;
  }[];
}

/** Statuses in which what is there is compared with what is wanted. */
const compared: readonly SliceStatus[] = ['active', 'degraded', 'stopped', 'suspended', 'failed'];

/**
 * What is not as it was asked for, part by part, VMs first; nothing while an operation is under way, which is what makes it so.
 * A network counts as dead when it is not up though a VM on it runs.
 */
export function driftOf({ status, busy, vmList, networks, edges }: Parts): Drift[] {
  if (busy !== null || !compared.includes(status)) return [];
  const drift = (resource: Drift['resource'], part: { id: number; key: string }, said: Said, at: string | null) => ({
    ...{ resource, id: part.id, key: part.key, observedAt: at },
    ...{ message: said.message, sentences: [...said.sentences] },
  });
  const vms = new Map(vmList.map((vm) => [vm.key, vm]));
  const names = new Map([...networks, ...vmList].map(({ key, name }) => [key, name]));
  const found = vmList.flatMap((vm) => {
    if (!isAsDesired(vm)) return [drift('vm', vm, vmSentence(vm), vm.observedAt)];
    // it does what it was asked for, and something is wrong with it all the same
    return vm.error === null ? [] : [drift('vm', vm, saidOf(vm.error, vm.sentences), vm.observedAt)];
  });
  const dead = new Set<string>();
  for (const network of networks) {
    const onIt = edges.filter((edge) => edge.target === network.key && vms.get(edge.source)?.status === 'running');
    const [first] = onIt;
    if (network.status === 'up' || first === undefined) continue;
    dead.add(network.key);
    const said = say(network.status === 'absent' ? 'DRIFT_NETWORK_GONE' : 'DRIFT_NETWORK_DOWN', {
      network: network.name,
    });
    found.push(drift('network', network, said, first.observedAt));
  }
  for (const edge of edges) {
    const joined = [edge.source, edge.target].flatMap((key) => vms.get(key) ?? []).map((vm) => vm.status);
    // of a network that is dead this is said already
    if (dead.has(edge.target) || !isBroken(edge, joined)) continue;
    const link = `${names.get(edge.source) ?? edge.source}–${names.get(edge.target) ?? edge.target}`;
    found.push(drift('edge', edge, say('DRIFT_EDGE_DOWN', { link }), edge.observedAt));
  }
  return found;
}

function vmSentence({ name: vm, desired, status }: Parts['vmList'][number]): Said {
  if (status === 'absent') return say('DRIFT_VM_GONE', { vm });
  if (status === 'unknown') return say('DRIFT_VM_UNKNOWN', { vm });
  if (desired === 'suspended') return say('DRIFT_VM_NOT_SUSPENDED', { vm });
  if (desired !== 'running') return say('DRIFT_VM_UP', { vm });
  switch (status) {
    case 'failed':
      return say('DRIFT_VM_CRASHED', { vm });
    case 'notResponding':
      return say('DRIFT_VM_SILENT', { vm });
    case 'paused':
      return say('DRIFT_VM_PAUSED', { vm });
    case 'starting':
      return say('DRIFT_VM_STARTING', { vm });
    case 'suspended':
      return say('DRIFT_VM_SUSPENDED', { vm });
    default:
      return say('DRIFT_VM_STOPPED', { vm });
  }
}
