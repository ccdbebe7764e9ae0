import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { RouterInputs, RouterOutputs } from '../../sdk/index';
import type { Cli } from '../cli';
import { CliError, exitCodes } from '../errors';
import { inputs } from '../inputs';
import type { Column } from '../output';
import { addOptions } from '../schema-options';

type SshKey = RouterOutputs['sshKeys']['list']['items'][number];

const columns: Column<SshKey>[] = [
  { title: 'ID', value: ({ id }) => id, right: true },
  { title: 'NAME', value: ({ name }) => name, flexible: true },
  { title: 'KIND', value: ({ type }) => type },
  { title: 'FINGERPRINT', value: ({ fingerprint }) => fingerprint },
  { title: 'ADDED', value: ({ createdAt }) => createdAt },
];

async function find(cli: Cli, text: string): Promise<SshKey> {
  const { items } = await (await cli.client()).api.sshKeys.list.query();
  const found = items.filter(({ id, name, fingerprint }) => [String(id), name, fingerprint].includes(text));
  const [key] = found;
  if (key === undefined) throw new CliError(`There is no SSH key ${text}.`, exitCodes.notFound);
  if (found.length > 1)
    throw new CliError(`More than one SSH key is called ${text}: say which by its id.`, exitCodes.usage);
  return key;
}

/** The public keys that the guests of one's slices are given. */
export function addSshKeyCommands(program: Command, cli: Cli): void {
  const keys = program.command('ssh-keys').description('public keys that the guests of your slices are given');
  keys
    .command('list')
    .description('your keys, with their fingerprints')
    .action(async () =>
      cli.out.list(await (await cli.client()).api.sshKeys.list.query(), columns, 'You have no SSH keys.'),
    );
  addOptions(
    keys
      .command('add')
      .description('add the keys of a file, one on each line; `-` reads them from standard input')
      .argument('<file>', 'a .pub file'),
    inputs.createSshKeys,
  ).action(async (file: string, options: Pick<RouterInputs['sshKeys']['create'], 'name'>) => {
    const text = file === '-' ? await cli.prompt.readAll() : await readFile(file, 'utf8');
    const { added, known } = await (await cli.client()).api.sshKeys.create.mutate({ ...options, text });
    if (cli.out.json) return cli.out.value({ added, known });
    for (const { name, fingerprint } of added) cli.out.message(`The key ${name} is added: ${fingerprint}`);
    for (const { name, fingerprint } of known) cli.out.message(`The key ${name} was there already: ${fingerprint}`);
  });
  keys
    .command('delete')
    .description('delete a key; guests lose it at their next start')
    .argument('<key>', 'its id, name or fingerprint')
    .action(async (text: string) => {
      const { id, name } = await find(cli, text);
      await (await cli.client()).api.sshKeys.delete.mutate({ id });
      if (cli.out.json) cli.out.value({ id });
      else cli.out.message(`The SSH key ${name} is deleted.`);
    });
}
