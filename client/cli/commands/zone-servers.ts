import type { Command } from 'commander';
import type { RouterOutputs, TramaClient, Zone } from '../../sdk/index';
import type { Cli } from '../cli';
import { confirm } from '../confirm';
import { CliError, exitCodes } from '../errors';
import { findZone } from '../find';
import type { Column } from '../output';

type Home = RouterOutputs['zones']['homes']['items'][number];

const homeColumns: Column<Home>[] = [
  { title: 'ID', value: ({ id }) => id, right: true },
  { title: 'SERVER', value: ({ host }) => host, flexible: true },
  { title: 'AWAY', value: ({ away }) => (away ? 'yes' : 'no') },
  { title: 'LAST SEEN', value: ({ seenAt }) => seenAt },
  { title: 'ZONES', value: ({ zones }) => zones.join(', '), flexible: true },
];

interface Flags {
  yes?: boolean;
  acceptLoss?: boolean;
}

/** A server by the name of its machine or its id. */
async function findHome(client: TramaClient, text: string): Promise<Home> {
  const { items } = await client.api.zones.homes.query();
  const found = items.filter(({ id, host }) => host === text || String(id) === text);
  const [first] = found;
  if (first === undefined) throw new CliError(`There is no server ${text}.`, exitCodes.notFound);
  if (found.length > 1)
    throw new CliError(
      `More than one server is called ${text}: say which by its id, ${found.map(({ id }) => id).join(' or ')}.`,
      exitCodes.usage,
    );
  return first;
}

/** What is asked before a zone is taken from its server. */
function question(zone: Zone, what: string): string {
  if (zone.home === null) return `${what}?`;
  const { host, away } = zone.home;
  const left = away
    ? `What slices have on ${host} and is not copied by hand before (zones/${zone.id} of its data folder) is lost.`
    : `What is on ${host} is not moved: while slices have VMs there, the zone stays.`;
  return `${what}? ${left} Should ${host} have something of the zone later, it deletes it.`;
}

/** Which server a zone is at: shown, changed, taken away. */
export function addServerCommands(zones: Command, cli: Cli): void {
  zones
    .command('servers')
    .description('servers that zones can be at')
    .action(async () =>
      cli.out.list(await (await cli.client()).api.zones.homes.query(), homeColumns, 'There are no servers.'),
    );
  const loss = (command: Command) =>
    command
      .option('--accept-loss', 'accept that VMs and disks at a server that is gone are lost')
      .option('--yes', 'do not ask');
  loss(
    zones
      .command('move')
      .description('give a zone to another server; VMs and disks are not moved')
      .argument('<zone>', 'its id or name')
      .argument('<server>', 'its id or the name of its machine'),
  ).action(async (zoneName: string, serverName: string, { yes, acceptLoss = false }: Flags) => {
    const client = await cli.client();
    const zone = await findZone(client, zoneName);
    const home = await findHome(client, serverName);
    await confirm(cli, yes, question(zone, `Move ${zone.name} to ${home.host}`));
    const moved = await client.api.zones.move.mutate({ id: zone.id, homeId: home.id, acceptLoss });
    if (cli.out.json) cli.out.value(moved);
    else cli.out.message(`${zone.name} is at ${home.host}.`);
  });
  loss(
    zones
      .command('release')
      .description('take a zone from its server; none takes it until it is moved to one')
      .argument('<zone>', 'its id or name'),
  ).action(async (zoneName: string, { yes, acceptLoss = false }: Flags) => {
    const client = await cli.client();
    const zone = await findZone(client, zoneName);
    await confirm(cli, yes, question(zone, `Release ${zone.name} from its server`));
    const released = await client.api.zones.release.mutate({ id: zone.id, acceptLoss });
    if (cli.out.json) cli.out.value(released);
    else cli.out.message(`${zone.name} is at no server. Give it to one with: trama zones move ${zone.id} SERVER`);
  });
}
