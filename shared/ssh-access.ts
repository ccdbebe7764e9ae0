import type { Slice, SliceVm } from './slice';
import type { ForwardState } from './slice-status';
import type { Forward } from './topology/forward';

/** What keeps one from signing in to a VM by SSH, in the order in which it is put right. */
export type SshLack = 'server' | 'forward' | 'key' | 'stopped' | 'port';

export interface SshTarget {
  user: string;
  host: string;
  port: number;
}

const sshPort = 22;
/** Listens at every address of its host. */
const unspecified: readonly string[] = ['0.0.0.0', '::'];

/** Whether a forward leads to a VM's SSH server. */
export const leadsToSsh = ({ protocol, guestPort }: Forward): boolean => protocol === 'tcp' && guestPort === sshPort;

/**
 * Where a VM's SSH server is reached, whether or not it runs and lets anybody in; null where no forward leads to it, or its port has not been given.
 * @param here as of {@link sshAccess}
 */
export function sshAddress(
  { forwards }: { forwards: readonly ForwardState[] },
  here: string,
): Pick<SshTarget, 'host' | 'port'> | null {
  const forward = forwards.find(leadsToSsh);
  if (forward === undefined || forward.hostPort === null) return null;
  const host = forward.hostAddress ?? 'localhost';
  return { host: unspecified.includes(host) ? here : host, port: forward.hostPort };
}

/**
 * How one signs in to a VM by SSH, or what lacks for it. `server`: of its image nobody knows that it has one.
 * @param here the host by which the caller reaches Trama, for forwards that listen at all addresses of theirs
 */
export function sshAccess(
  slice: Pick<Slice, 'ownerSshKeys'>,
  vm: Pick<SliceVm, 'sshUser' | 'forwards' | 'status'>,
  here: string,
): SshTarget | { lacks: SshLack } {
  if (vm.sshUser === null) return { lacks: 'server' };
  if (!vm.forwards.some(leadsToSsh)) return { lacks: 'forward' };
  if (slice.ownerSshKeys === 0) return { lacks: 'key' };
  if (vm.status !== 'running') return { lacks: 'stopped' };
  const address = sshAddress(vm, here);
  return address === null ? { lacks: 'port' } : { user: vm.sshUser, ...address };
}

/** `ssh -p 20017 trama@192.0.2.7`, to be copied. */
export const sshCommand = ({ user, host, port }: SshTarget): string => `ssh -p ${port} ${user}@${host}`;
