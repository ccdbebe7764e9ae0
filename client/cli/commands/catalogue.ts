import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import type { RouterInputs, RouterOutputs } from '../../sdk/index';
import type { Cli } from '../cli';
import { CliError } from '../errors';
import { findImage } from '../find';
import { inputs } from '../inputs';
import { allOr } from '../list';
import type { Column } from '../output';
import { addOptions } from '../schema-options';
import { addWaitOptions, type WaitFlags } from '../wait-options';
import { addImageUploadCommands } from './image-uploads';
import { addOwnImageCommands } from './own-images';
import { addPruneCommand } from './prune-images';

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
  {
    title: 'LOGIN',
    value: ({ login }) =>
      login === null ? null : [login.user, ...(login.password === null ? [] : [login.password])].join('/'),
  },
  { title: 'CONSOLES', value: ({ consoles }) => consoles.join(', ') },
  { title: 'DESCRIPTION', value: ({ description }) => description, flexible: true },
];
const zoneStateColumns: Column<Image['zones'][number]>[] = [
  { title: 'ZONE', value: ({ zoneName }) => zoneName, flexible: true },
  { title: 'STATE', value: ({ state }) => state },
  {
    title: 'MIB',
    value: ({ doneMb, totalMb }) => (doneMb === null ? null : `${doneMb}/${totalMb ?? '?'}`),
    right: true,
  },
  { title: 'REASON', value: ({ reason }) => reason, flexible: true },
];

/** How often zones are asked how far they are with an image that they check. */
const lookAgainMs = 1_000;

/** Has every zone read the image's files anew, waits for what they find, and fails if one of them is broken. */
async function checkImage(cli: Cli, name: string, flags: WaitFlags): Promise<void> {
  const client = await cli.client();
  const { id } = await findImage(client, name);
  let image = await client.api.images.check.mutate({ id });
  const over = flags.timeout === undefined ? Infinity : Date.now() + flags.timeout * 1_000;
  const waits = () => image.zones.some(({ state }) => ['requested', 'fetching', 'building'].includes(state));
  while (flags.wait !== false && waits()) {
    if (Date.now() > over) throw new CliError(`Not all zones are done. What they find: trama images show ${id}`);
    await delay(lookAgainMs, undefined, { signal: cli.signal });
    image = await findImage(client, String(id));
  }
  showImage(cli, image);
  const broken = image.zones.filter(({ state }) => state === 'broken').map(({ zoneName }) => zoneName);
  if (broken.length > 0) throw new CliError(`${image.name} is broken in ${broken.join(', ')}.`);
}

function showImage(cli: Cli, image: Image): void {
  if (cli.out.json) cli.out.value(image);
  else cli.out.list({ items: image.zones }, zoneStateColumns, 'No zone has anything of it.');
}

/** Flavours and images. */
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
  images
    .command('show')
    .description('what each zone has of an image')
    .argument('<image>', 'its id or name')
    .action(async (name: string) => showImage(cli, await findImage(await cli.client(), name)));
  addWaitOptions(
    images
      .command('check')
      .description('have every zone read an image anew, or fetch it, and say whether it is whole')
      .argument('<image>', 'its id or name'),
  ).action((name: string, flags: WaitFlags) => checkImage(cli, name, flags));
  addImageUploadCommands(images, cli);
  addOwnImageCommands(images, cli);
  addPruneCommand(images, cli);
}
