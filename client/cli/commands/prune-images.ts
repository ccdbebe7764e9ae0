import type { Command } from 'commander';
import type { RouterOutputs } from '../../sdk/index';
import type { Cli } from '../cli';
import { confirm } from '../confirm';
import type { Column } from '../output';

type Unused = RouterOutputs['images']['unused']['items'][number];

const unusedColumns: Column<Unused>[] = [
  { title: 'ID', value: ({ id }) => id, right: true },
  { title: 'NAME', value: ({ name }) => name, flexible: true },
  { title: 'OWNER', value: ({ owner }) => owner?.name ?? null, flexible: true },
  { title: 'ZONES', value: ({ zones }) => zones.join(', '), flexible: true },
  { title: 'ROOM MIB', value: ({ roomMb }) => roomMb, right: true },
  { title: 'UNUSED SINCE', value: ({ unusedSince }) => unusedSince },
];

/** Removes what zones have prepared of images that no VM and no template has; with `own` also such images of people's own. */
async function pruneImages(cli: Cli, flags: { dryRun?: boolean; own?: boolean; yes?: boolean }): Promise<void> {
  const client = await cli.client();
  const { items, more } = await client.api.images.unused.query();
  const chosen = items.filter(({ owner }) => owner === null || flags.own === true);
  const roomMb = chosen.reduce((sum, one) => sum + one.roomMb, 0);
  if (flags.dryRun === true || chosen.length === 0) {
    cli.out.list({ items: chosen }, unusedColumns, 'Nothing is unused.');
    if (more) cli.out.message('There are smaller ones besides.');
    return;
  }
  const goes = chosen
    .map(({ name, owner }) => (owner === null ? name : `${name} of ${owner.name}, for good`))
    .join('; ');
  await confirm(cli, flags.yes, `Prune ${chosen.length} images, ${roomMb} MiB (${goes})?`);
  for (const { id } of chosen) await client.api.images.prune.mutate({ id });
  if (cli.out.json) cli.out.value({ items: chosen, roomMb });
  else cli.out.message(`Pruned ${chosen.length} images: ${roomMb} MiB become free within the hour.`);
}

/** For who manages images. */
export function addPruneCommand(images: Command, cli: Cli): void {
  images
    .command('prune')
    .description('remove what zones have prepared of images that no VM and no template has')
    .option('--dry-run', 'only say what would go')
    .option('--own', 'also delete such images of people’s own')
    .option('-y, --yes', 'do not ask')
    .action((flags: { dryRun?: boolean; own?: boolean; yes?: boolean }) => pruneImages(cli, flags));
}
