import type { Command } from 'commander';
import type { RouterInputs, RouterOutputs, Zone } from '../../sdk/index';
import type { Cli } from '../cli';
import { inputs } from '../inputs';
import { allOr } from '../list';
import type { Column } from '../output';
import { addOptions } from '../schema-options';

type Flavour = RouterOutputs['flavours']['list']['items'][number];
type Image = RouterOutputs['images']['list']['items'][number];

const flavourColumns: Column<Flavour>[] = [
  { title: 'ID', value: ({ id }) => id, right: true },
  { title: 'NAME', value: ({ name }) => name, flexible: true },
  { title: 'VCPUS', value: ({ vcpus }) => vcpus, right: true },
  { title: 'RAM MIB', value: ({ ramMb }) => ramMb, right: true },
  { title: 'DISK GIB', value: ({ diskGb }) => diskGb, right: true },
  { title: 'RETIRED', value: ({ retiredAt }) => retiredAt },
];
const imageColumns: Column<Image>[] = [
  { title: 'ID', value: ({ id }) => id, right: true },
  { title: 'NAME', value: ({ name }) => name, flexible: true },
  { title: 'KIND', value: ({ kind }) => kind },
  { title: 'MIN RAM MIB', value: ({ minRamMb }) => minRamMb, right: true },
  { title: 'MIN DISK GIB', value: ({ minDiskGb }) => minDiskGb, right: true },
  { title: 'DESCRIPTION', value: ({ description }) => description, flexible: true },
];
const zoneColumns: Column<Zone>[] = [
  { title: 'ID', value: ({ id }) => id, right: true },
  { title: 'NAME', value: ({ name }) => name, flexible: true },
  { title: 'PROVIDER', value: ({ provider }) => provider },
  { title: 'ENABLED', value: ({ enabled }) => (enabled ? 'yes' : 'no') },
  { title: 'VMS', value: ({ runningVms }) => runningVms, right: true },
  { title: 'FREE VCPUS', value: ({ free }) => free?.vcpus ?? null, right: true },
  { title: 'FREE RAM MIB', value: ({ free }) => free?.ramMb ?? null, right: true },
  { title: 'FREE DISK GIB', value: ({ free }) => free?.diskGb ?? null, right: true },
];

/** Flavours, images and zones. */
export function addCatalogueCommands(program: Command, cli: Cli): void {
  const flavours = program.command('flavours').description('sizes of VMs');
  addOptions(flavours.command('list').description('flavours that a VM can have'), inputs.listFlavours)
    .option('--all', 'every page')
    .action(async ({ all, ...input }: RouterInputs['flavours']['list'] & { all?: boolean }) => {
      const client = await cli.client();
      cli.out.list(await allOr(client, client.api.flavours.list, input, all), flavourColumns, 'There are no flavours.');
    });
  const images = program.command('images').description('what VMs boot');
  addOptions(images.command('list').description('images that a VM can boot'), inputs.listImages)
    .option('--all', 'every page')
    .action(async ({ all, ...input }: RouterInputs['images']['list'] & { all?: boolean }) => {
      const client = await cli.client();
      cli.out.list(await allOr(client, client.api.images.list, input, all), imageColumns, 'There are no images.');
    });
  const zones = program.command('zones').description('places to deploy to');
  zones
    .command('list')
    .description('zones and what is free in them')
    .action(async () =>
      cli.out.list(await (await cli.client()).api.zones.list.query(), zoneColumns, 'There are no zones.'),
    );
}
