import type { Command } from 'commander';
import { forwardAddress } from '#shared/topology/forward';
import type { Cli } from '../cli';
import { findSlice } from '../find';

async function listForwards(cli: Cli, name: string): Promise<void> {
  const slice = await findSlice(await cli.client(), name);
  const items = slice.vmList.flatMap(({ name: vm, forwards }) =>
    forwards.map((forward) => ({ vm, ...forward, address: forwardAddress(forward) })),
  );
  cli.out.list(
    { items },
    [
      { title: 'VM', value: ({ vm }) => vm, flexible: true },
      { title: 'PORT', value: ({ guestPort }) => guestPort, right: true },
      { title: 'PROTOCOL', value: ({ protocol }) => protocol },
      { title: 'ADDRESS', value: ({ address }) => address, flexible: true },
    ],
    'No port of its VMs is forwarded.',
  );
}

export function addForwardCommand(program: Command, cli: Cli): void {
  program
    .command('forwards')
    .description('ports of a slice’s VMs that are reached through the zone’s host, and by which address')
    .argument('<slice>', 'its id or name')
    .action((name: string) => listForwards(cli, name));
}
