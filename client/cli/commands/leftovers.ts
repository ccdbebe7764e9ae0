import type { Command } from 'commander';
import type { RouterOutputs } from '../../sdk/index';
import type { Cli } from '../cli';
import { confirm } from '../confirm';
import { findZone } from '../find';
import type { Column } from '../output';

type Leftover = RouterOutputs['zones']['leftovers']['items'][number];

const reasons: Record<Leftover['why'], string> = {
  unknown: 'no slice of this number is known here',
  elsewhere: 'its slice is in another zone',
  destroyed: 'its slice has been destroyed',
  draft: 'its slice is a draft',
  otherZone: 'another zone’s',
  foreign: 'another installation’s, which alone may remove it',
};

const columns: Column<Leftover>[] = [
  { title: 'NAME', value: ({ name }) => name, flexible: true },
  { title: 'SLICE', value: ({ sliceId }) => sliceId, right: true },
  { title: 'VMS', value: ({ servers }) => servers, right: true },
  { title: 'NETWORKS', value: ({ networks }) => networks, right: true },
  { title: 'PORTS', value: ({ ports }) => ports, right: true },
  { title: 'REMOVABLE', value: ({ removable }) => (removable ? 'yes' : 'no') },
  {
    title: 'WHY',
    value: ({ why, zone }) => (zone === null ? reasons[why] : `${reasons[why]}: ${zone}`),
    flexible: true,
  },
];
const none = 'Nothing is left over.';
/** As many as one call takes. */
const atOnce = 100;

async function leftovers(cli: Cli, text: string, flags: { remove?: boolean; yes?: boolean }): Promise<void> {
  const client = await cli.client();
  const { id, name: zone } = await findZone(client, text);
  const found = await client.api.zones.leftovers.query({ id });
  const names = found.items.filter(({ removable }) => removable).map(({ name }) => name);
  if (flags.remove !== true || names.length === 0) return cli.out.list(found, columns, none);
  await confirm(cli, flags.yes, `Remove ${names.join(', ')} from ${zone}, with all VMs, disks and networks of it?`);
  let left = found;
  for (let from = 0; from < names.length; from += atOnce)
    left = await client.api.zones.removeLeftovers.mutate({ id, names: names.slice(from, from + atOnce) });
  cli.out.list(left, columns, none);
}

/** For who manages zones. */
export function addLeftoversCommand(zones: Command, cli: Cli): void {
  zones
    .command('leftovers')
    .description('what is in a zone and belongs to no slice, and what others have in the same cloud')
    .argument('<zone>', 'its id or name')
    .option('--remove', 'remove it; what others have stays')
    .option('-y, --yes', 'do not ask')
    .action((text: string, flags: { remove?: boolean; yes?: boolean }) => leftovers(cli, text, flags));
}
