import type { Command } from 'commander';
import { sshAccess } from '#shared/ssh-access';
import type { Cli } from '../cli';
import { findSlice, findVm } from '../find';
import { knownHost, runSsh, sshRefusal } from '../run-ssh';

async function signIn(cli: Cli, sliceName: string, vmName: string, further: readonly string[]): Promise<void> {
  const { url } = await cli.target();
  const slice = await findSlice(await cli.client(), sliceName);
  const vm = findVm(slice, vmName);
  const access = sshAccess(slice, vm, new URL(url).hostname);
  if ('lacks' in access) throw sshRefusal(vm.name, access.lacks);
  await runSsh(cli.env, access, knownHost(cli.env, url, { sliceId: slice.id, vmId: vm.id }), further);
}

export function addSshCommand(program: Command, cli: Cli): void {
  program
    .command('ssh')
    .description('sign in to a VM by SSH, through its forwarded port 22; what follows -- is for ssh')
    .argument('<slice>', 'its id or name')
    .argument('<vm>', 'its name')
    .argument('[arguments...]', 'options of ssh, and a command for the VM')
    .action((slice: string, vm: string, further: string[]) => signIn(cli, slice, vm, further));
}
