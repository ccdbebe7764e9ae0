import type { Slice, SliceVm } from './slice';
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
 * How one signs in to a VM by SSH, or what lacks for it. `server`: of its image nobody knows that it has one.
 * @param here the host by which the caller reaches Trama, for forwards that listen at all addresses of theirs
 */
export function sshAccess(
  slice: Pick<Slice, 'ownerSshKeys'>,
  vm: Pick<SliceVm, 'sshUser' | 'forwards' | 'status'>,
  here: string,
): SshTarget | { lacks: SshLack } {
  const forward = vm.forwards.find(leadsToSsh);
  if (vm.sshUser === null) return { lacks: 'server' };
  if (forward === undefined) return { lacks: 'forward' };
  if (slice.ownerSshKeys === 0) return { lacks: 'key' };
  if (vm.status !== 'running') return { lacks: 'stopped' };
  if (forward.hostPort === null) return { lacks: 'port' };
  const host = forward.hostAddress ?? 'localhost';
  return { user: vm.sshUser, host: unspecified.includes(host) ? here : host, port: forward.hostPort };
}

/** `ssh -p 20017 trama@192.0.2.7`, to be copied. */
export const sshCommand = ({ user, host, port }: SshTarget): string => `ssh -p ${port} ${user}@${host}`;
