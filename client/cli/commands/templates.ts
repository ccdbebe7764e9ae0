import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import type { RouterInputs, RouterOutputs, TemplateSummary } from '../../sdk/index';
import type { Cli } from '../cli';
import { confirm } from '../confirm';
import { CliError, exitCodes, explain } from '../errors';
import { findTemplate } from '../find';
import { inputs } from '../inputs';
import { allOr } from '../list';
import type { Column } from '../output';
import { addOptions } from '../schema-options';
import { changeShares, shareColumns } from '../shares';
import { addGalleryCommands } from './gallery';

const columns: Column<TemplateSummary>[] = [
  { title: 'ID', value: ({ id }) => id, right: true },
  { title: 'NAME', value: ({ name }) => name, flexible: true },
  { title: 'OWNER', value: ({ owner }) => owner.name, flexible: true },
  { title: 'VISIBILITY', value: ({ visibility }) => visibility },
  { title: 'VMS', value: ({ vms }) => vms, right: true },
  { title: 'VCPUS', value: ({ vcpus }) => vcpus, right: true },
  { title: 'RAM MIB', value: ({ ramMb }) => ramMb, right: true },
  { title: 'DISK GIB', value: ({ diskGb }) => diskGb, right: true },
  { title: 'TAGS', value: ({ tags }) => tags.join(' '), flexible: true },
  { title: 'UPDATED', value: ({ updatedAt }) => updatedAt },
];

const useColumns: Column<RouterOutputs['templates']['uses']['items'][number]>[] = [
  { title: 'ID', value: ({ id }) => id, right: true },
  { title: 'NAME', value: ({ name }) => name, flexible: true },
  { title: 'OWNER', value: ({ owner }) => owner.name, flexible: true },
  { title: 'STATUS', value: ({ status }) => status },
  { title: 'REVISION', value: ({ revision }) => revision ?? '', right: true },
];

const revisionColumns: Column<RouterOutputs['templates']['revisions']['items'][number]>[] = [
  { title: 'NUMBER', value: ({ number }) => number, right: true },
  { title: 'AUTHOR', value: ({ author }) => author.name, flexible: true },
  { title: 'SAVED', value: ({ createdAt }) => createdAt },
  { title: 'MESSAGE', value: ({ message, restoredFrom }) => said(message, restoredFrom), flexible: true },
];

/** What stands beside a revision. */
const said = (message: string, restoredFrom: number | null) =>
  [message, ...(restoredFrom === null ? [] : [`(revision ${restoredFrom} again)`])]
    .filter((text) => text !== '')
    .join(' ');

type ListOptions = RouterInputs['templates']['list'] & { all?: boolean };

/** What the lines of an import's report begin with. */
export const noteWords = { mapped: 'Mapped', changed: 'Changed', leftOut: 'Left out' } as const;

interface ImportOptions {
  name?: string;
  message?: string;
  map?: string[];
}

/** `ceos=small/debian` as a kind with its flavour and image. */
function kindOf(text: string): { kind: string; flavour: string; image: string } {
  const [, kind, flavour, image] = /^(.*)=([^=/]+)\/([^=/]+)$/.exec(text) ?? [];
  if (kind === undefined || flavour === undefined || image === undefined)
    throw new CliError(`${text} is no KIND=FLAVOUR/IMAGE.`, exitCodes.usage);
  return { kind, flavour, image };
}

/** The documents of the files, also of those that are ZIP archives. */
async function documentsOf(cli: Cli, files: readonly string[]): Promise<{ name: string | null; text: string }[]> {
  const found: { name: string | null; text: string }[] = [];
  for (const file of files) {
    if (file === '-') {
      found.push({ name: null, text: await cli.prompt.readAll() });
      continue;
    }
    const { unpack } = await import('#shared/topology/formats/archive');
    const { files: inside, passedOver } = unpack(path.basename(file), await readFile(file));
    found.push(...inside);
    for (const name of passedOver) cli.out.message(`Passed over: ${name}`);
  }
  return found;
}

async function importTemplates(cli: Cli, files: string[], { name, message, map = [] }: ImportOptions): Promise<void> {
  const kinds = map.map(kindOf);
  const documents = await documentsOf(cli, files);
  if (name !== undefined && documents.length > 1)
    throw new CliError('--name is for one document only.', exitCodes.usage);
  const { api } = await cli.client();
  const done: unknown[] = [];
  let failures = 0;
  for (const { name: fileName, text } of documents) {
    try {
      const answer = await api.templates.import.mutate({
        text,
        ...(fileName !== null && { fileName: fileName.slice(-255) }),
        ...(name !== undefined && { name }),
        ...(message !== undefined && { message }),
        ...(kinds.length > 0 && { kinds }),
      });
      const { template, format, report } = answer;
      for (const { kind, message } of report) cli.out.message(`${noteWords[kind]}: ${message}`);
      done.push({ template, format, report });
      if (!cli.out.json)
        cli.out.message(`Imported ${template.name} with ${template.vms} VMs; its id is ${template.id}.`);
    } catch (error) {
      if (documents.length === 1) throw error;
      failures += 1;
      cli.out.message(`${fileName ?? '-'}: ${explain(error).lines.join(' ')}`);
    }
  }
  if (cli.out.json) cli.out.value(documents.length === 1 ? done[0] : done);
  if (failures > 0) throw new CliError(`${failures} of ${documents.length} documents were not imported.`);
}

async function exportTemplate(
  cli: Cli,
  name: string,
  options: { format?: RouterInputs['templates']['export']['format']; output?: string },
): Promise<void> {
  const client = await cli.client();
  const { id } = await findTemplate(client, name);
  const { format, output } = options;
  const { text } = await client.api.templates.export.query({ id, ...(format !== undefined && { format }) });
  if (output === undefined) return cli.out.raw(text);
  await writeFile(output, text);
  cli.out.message(`Written to ${output}.`);
}

export function addTemplateCommands(program: Command, cli: Cli): void {
  const templates = program.command('templates').description('drawings of VMs and links, to be deployed as slices');
  const onOne = (name: string, description: string) =>
    templates.command(name).description(description).argument('<template>', 'its id or name');

  addOptions(templates.command('list').description('templates that you may deploy'), inputs.listTemplates)
    .option('--all', 'every page')
    .action(async ({ all, ...input }: ListOptions) => {
      const client = await cli.client();
      const page = await allOr(client, client.api.templates.list, input, all);
      cli.out.list(page, columns, 'There are no templates.');
    });
  onOne('get', 'a template with its VMs and links').action(async (name: string) => {
    const client = await cli.client();
    const template = await client.api.templates.get.query({ id: (await findTemplate(client, name)).id });
    const { vms, networks, edges } = template.topology;
    cli.out.record(template, [
      ['ID', template.id],
      ['Name', template.name],
      ['Description', template.description],
      ['Owner', template.owner.name],
      ['Visibility', template.visibility],
      ['Tags', template.tags.join(', ')],
      ['Revision', template.revision],
      ['VMs', vms.map((vm) => vm.name).join(', ')],
      ['Networks', networks.map((network) => network.name).join(', ')],
      ['Links', edges.length],
      ['Takes', `${template.vcpus} vCPUs, ${template.ramMb} MiB RAM, ${template.diskGb} GiB disk`],
      ['Updated', template.updatedAt],
    ]);
  });
  addOptions(
    templates
      .command('import')
      .description('make templates of documents, of other tools too')
      .argument('<files...>', 'documents in any known format, or ZIP archives with such; - for standard input')
      .option('--map <kind=flavour/image...>', 'what machines of a kind are here'),
    inputs.importTemplate,
  ).action((files: string[], options: ImportOptions) => importTemplates(cli, files, options));
  addOptions(onOne('export', 'the document of a template'), inputs.exportTemplate)
    .option('-o, --output <file>', 'write to this file instead of standard output')
    .action((name: string, options: { format?: RouterInputs['templates']['export']['format']; output?: string }) =>
      exportTemplate(cli, name, options),
    );
  onOne('tag', 'say what a template is filed under')
    .argument('[tags...]', 'all of its tags; without any, they are taken off')
    .action(async (name: string, tags: string[]) => {
      const client = await cli.client();
      const { id } = await findTemplate(client, name);
      const template = await client.api.templates.update.mutate({ id, tags });
      if (cli.out.json) cli.out.value(template);
      else cli.out.message(`${template.name}: ${template.tags.join(', ') || 'no tags'}.`);
    });
  onOne('uses', 'slices that were made of a template').action(async (name: string) => {
    const client = await cli.client();
    const { id } = await findTemplate(client, name);
    const uses = await client.api.templates.uses.query({ id });
    cli.out.list({ items: uses.items, nextCursor: null }, useColumns, 'There is none that you may see.');
    if (!cli.out.json && uses.others > 0) cli.out.message(`And ${uses.others} more.`);
  });
  addOptions(onOne('revisions', 'what was saved of a template, the newest first'), inputs.listRevisions)
    .option('--all', 'every page')
    .action(async (name: string, { all, ...input }: { all?: boolean; limit?: number }) => {
      const client = await cli.client();
      const { id } = await findTemplate(client, name);
      const page = await allOr(client, client.api.templates.revisions, { id, ...input }, all);
      cli.out.list(page, revisionColumns, 'There are none.');
    });
  addOptions(
    onOne('restore', 'make the drawing of an older revision the newest').argument('<revision>', 'its number'),
    inputs.restoreRevision,
  ).action(async (name: string, text: string, { message }: { message?: string }) => {
    const number = Number(text);
    if (!Number.isSafeInteger(number) || number < 1)
      throw new CliError(`${text} is no number of a revision.`, exitCodes.usage);
    const client = await cli.client();
    const { id } = await findTemplate(client, name);
    const { revision: baseRevision } = await client.api.templates.get.query({ id });
    const asked = { id, number, baseRevision, ...(message !== undefined && { message }) };
    const template = await client.api.templates.restore.mutate(asked);
    if (cli.out.json) cli.out.value(template);
    else if (template.revision === baseRevision)
      cli.out.message(`${template.name} is as it was in revision ${number}.`);
    else cli.out.message(`${template.name}: revision ${number} is restored as revision ${template.revision}.`);
  });
  addGalleryCommands(templates, cli);
  onOne('delete', 'delete a template; its slices stay')
    .option('-y, --yes', 'do not ask')
    .action(async (name: string, { yes }: { yes?: boolean }) => {
      const client = await cli.client();
      const { id, name: whole } = await findTemplate(client, name);
      await confirm(cli, yes, `Delete the template ${whole}?`);
      await client.api.templates.delete.mutate({ id });
      if (cli.out.json) cli.out.value({ id });
      else cli.out.message(`Deleted ${whole}.`);
    });
  addOptions(
    onOne('share', 'let another user see or edit a template, or show who can').argument(
      '[email]',
      'the other user’s whole address',
    ),
    inputs.shareTemplate,
  )
    .option('--remove', 'not any more')
    .action(async (name: string, email: string | undefined, options: { level?: 'view' | 'edit'; remove?: boolean }) => {
      const { level, remove } = options;
      const client = await cli.client();
      const { id } = await findTemplate(client, name);
      const { templates: api } = client.api;
      const list = await changeShares(
        {
          list: () => api.shares.query({ id }),
          add: (whole) => api.share.mutate({ id, email: whole, ...(level !== undefined && { level }) }),
          remove: (userId) => api.unshare.mutate({ id, userId }),
        },
        email,
        remove,
      );
      cli.out.list(list, shareColumns, 'It is shared with nobody.');
    });
  onOne('publish', 'let every user see and deploy a template')
    .option('--withdraw', 'not any more')
    .action(async (name: string, { withdraw }: { withdraw?: boolean }) => {
      const client = await cli.client();
      const { id } = await findTemplate(client, name);
      const template = await client.api.templates.publish.mutate({ id, published: withdraw !== true });
      if (cli.out.json) cli.out.value(template);
      else cli.out.message(`${template.name} is ${template.visibility}.`);
    });
}
