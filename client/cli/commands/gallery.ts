import type { Command } from 'commander';
import type { RouterInputs, RouterOutputs } from '../../sdk/index';
import type { Cli } from '../cli';
import { CliError, exitCodes } from '../errors';
import { inputs } from '../inputs';
import type { Column } from '../output';
import { addOptions } from '../schema-options';

type Lab = RouterOutputs['templates']['gallery']['items'][number];
type Language = Pick<RouterInputs['templates']['gallery'], 'language'>;

const columns: Column<Lab>[] = [
  { title: 'LAB', value: ({ lab }) => lab },
  { title: 'TITLE', value: ({ title }) => title, flexible: true },
  { title: 'VMS', value: ({ vms }) => vms, right: true },
  { title: 'RAM MIB', value: ({ ramMb }) => ramMb, right: true },
  { title: 'TAGS', value: ({ tags }) => tags.join(' '), flexible: true },
];

function labNamed(items: readonly Lab[], name: string): Lab {
  const lab = items.find((item) => item.lab === name);
  if (lab === undefined) throw new CliError(`There is no lab ${name}.`, exitCodes.notFound);
  return lab;
}

/** The labs of the gallery, among the commands of templates. */
export function addGalleryCommands(templates: Command, cli: Cli): void {
  addOptions(
    templates.command('gallery').description('labs to begin with').argument('[lab]', 'one of them, with its task'),
    inputs.listGallery,
  ).action(async (name: string | undefined, options: Language) => {
    const client = await cli.client();
    const { items } = await client.api.templates.gallery.query(options);
    if (name === undefined) return cli.out.list({ items, nextCursor: null }, columns, 'There are no labs.');
    const lab = labNamed(items, name);
    cli.out.record(lab, [
      ['Lab', lab.lab],
      ['Title', lab.title],
      ['Description', lab.description],
      ['Tags', lab.tags.join(', ')],
      ...lab.task.map((step, index): [string, string] => [`Step ${index + 1}`, step]),
    ]);
  });
  addOptions(
    templates.command('from-lab').description('make a template of a lab').argument('<lab>', 'as the gallery calls it'),
    inputs.listGallery,
  ).action(async (name: string, options: Language) => {
    const client = await cli.client();
    const { items } = await client.api.templates.gallery.query(options);
    const { lab } = labNamed(items, name);
    const template = await client.api.templates.createFromLab.mutate({ ...options, lab });
    if (cli.out.json) cli.out.value(template);
    else cli.out.message(`Made ${template.name} with ${template.vms} VMs; its id is ${template.id}.`);
  });
}
