import type { Command } from 'commander';
import type { RouterInputs, RouterOutputs, Zone } from '../../sdk/index';
import type { Cli } from '../cli';
import { CliError, exitCodes } from '../errors';
import { findZone } from '../find';
import type { Column } from '../output';
import { addLeftoversCommand } from './leftovers';
import { addServerCommands } from './zone-servers';

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

/** A setting as the server shows it; of a secret only whether it is set. */
type Shown = string | number | null | { set: boolean };
const isSecret = (value: Shown | undefined): value is { set: boolean } => typeof value === 'object' && value !== null;

/** The zone's settings by their names; a CliError for who may not manage zones, who is not told them. */
function settingsOf(zone: Zone): Map<string, Shown> {
  if (zone.settings === null) throw new CliError('Only administrators can change a zone.', exitCodes.forbidden);
  const { provider: _provider, ...settings } = zone.settings;
  return new Map<string, Shown>(Object.entries(settings));
}

function showZone(cli: Cli, zone: Zone): void {
  const settings = zone.settings === null ? [] : [...settingsOf(zone)];
  const { run } = zone.capabilities ?? {};
  const limits = zone.vmLimits;
  const range = ({ min, max }: { min: number; max: number }) => `${min}-${max}`;
  cli.out.record(zone, [
    ['ID', zone.id],
    ['NAME', zone.name],
    ['PROVIDER', zone.provider],
    ['ENABLED', zone.enabled ? 'yes' : 'no'],
    ['RUNS VMS', run === undefined ? null : run.ok ? 'yes' : `no: ${run.reason ?? 'the reason is not known'}`],
    [
      'ONE VM',
      limits === null
        ? null
        : `${limits.nics} NICs, ${range(limits.vcpus)} vCPUs, ${range(limits.ramMb)} MiB RAM, ${range(limits.diskGb)} GiB disk`,
    ],
    ...settings.map(([name, value]): [string, string | number | null] => [
      name,
      isSecret(value) ? (value.set ? 'set, not shown' : 'not set') : value,
    ]),
  ]);
}

interface UpdateFlags {
  name?: string;
  open?: boolean;
  set: string[];
  secret: string[];
  clear: string[];
}

const collected = (text: string, before: string[]) => [...before, text];

/** What `--set name=value` says: a number where the setting is none that is written as text, nothing behind the `=` for none. */
function plainValue(known: Map<string, Shown>, text: string): [string, string | number | null] {
  const at = text.indexOf('=');
  const name = at < 0 ? text : text.slice(0, at);
  const value = text.slice(at + 1);
  const now = nameIsKnown(known, name);
  // what is on a command line can be read by every user of the machine, and stays in the shell's history
  if (isSecret(now)) throw new CliError(`${name} is a secret: --secret ${name} asks for it.`, exitCodes.usage);
  if (at < 0) throw new CliError(`Say what it is set to: --set ${name}=VALUE`, exitCodes.usage);
  if (value === '') return [name, typeof now === 'string' ? '' : null];
  return [name, typeof now !== 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value];
}

function nameIsKnown(known: Map<string, Shown>, name: string): Shown {
  const now = known.get(name);
  if (now !== undefined) return now;
  const names = [...known.keys()].join(', ');
  throw new CliError(`The zone has no setting ${name}${names === '' ? '' : `; it has ${names}`}.`, exitCodes.usage);
}

function secretName(known: Map<string, Shown>, name: string): string {
  if (!isSecret(nameIsKnown(known, name)))
    throw new CliError(`${name} is no secret: --set ${name}=VALUE`, exitCodes.usage);
  return name;
}

/** Asks for the secrets, or takes the one on standard input: never from the command line. */
async function askSecrets(cli: Cli, names: readonly string[]): Promise<[string, string][]> {
  if (!cli.prompt.interactive && names.length > 1)
    throw new CliError('Standard input can give one secret: call this once for each.', exitCodes.usage);
  const answers: [string, string][] = [];
  for (const name of names) {
    const text = cli.prompt.interactive
      ? await cli.prompt.askSecret(`${name}: `)
      : (await cli.prompt.readAll()).replace(/\r?\n$/, '');
    if (text === '')
      throw new CliError(`Nothing was given for ${name}. To take it away: --clear ${name}`, exitCodes.usage);
    answers.push([name, text]);
  }
  return answers;
}

async function updateZone(cli: Cli, text: string, flags: UpdateFlags): Promise<void> {
  const client = await cli.client();
  const zone = await findZone(client, text);
  const known = settingsOf(zone);
  const plain = flags.set.map((one) => plainValue(known, one));
  const cleared = flags.clear.map((name): [string, null] => [secretName(known, name), null]);
  const secrets = await askSecrets(
    cli,
    flags.secret.map((name) => secretName(known, name)),
  );
  const { id, name, enabled, limits, overcommit, provider } = zone;
  // the names are the server's own; whether the values are right it says
  const settings = {
    provider,
    ...Object.fromEntries([...plain, ...cleared, ...secrets]),
  } as RouterInputs['zones']['update']['settings'];
  const given = { name: flags.name ?? name, enabled: flags.open ?? enabled, limits, overcommit };
  showZone(cli, await client.api.zones.update.mutate({ id, ...given, settings }));
}

type ConnectionStep = RouterOutputs['zones']['testConnection']['steps'][number];

const stepColumns: Column<ConnectionStep>[] = [
  { title: 'STEP', value: ({ name }) => name },
  { title: 'RESULT', value: ({ state }) => state },
  { title: 'WHAT', value: ({ reason }) => reason, flexible: true },
];

/** Fails where the connection does not work, so that a script stops. */
async function testConnection(cli: Cli, text: string): Promise<void> {
  const client = await cli.client();
  const { id, name, provider } = await findZone(client, text);
  if (provider !== 'openstack')
    throw new CliError(`${name} is no cloud: there is no connection to test.`, exitCodes.usage);
  const { ok, steps } = await client.api.zones.testConnection.mutate({ id, settings: { provider } });
  cli.out.list({ items: steps }, stepColumns, 'Nothing was tried.');
  if (!ok) throw new CliError(`The connection to ${name} does not work yet.`, exitCodes.failed);
}

export function addZoneCommands(program: Command, cli: Cli): void {
  const zones = program.command('zones').description('places to deploy to');
  zones
    .command('list')
    .description('zones and what is free in them')
    .action(async () =>
      cli.out.list(await (await cli.client()).api.zones.list.query(), zoneColumns, 'There are no zones.'),
    );
  zones
    .command('show')
    .description('one zone: what a VM can have there and, for administrators, its settings')
    .argument('<zone>', 'its id or name')
    .action(async (text: string) => showZone(cli, await findZone(await cli.client(), text)));
  zones
    .command('update')
    .description('change a zone; `zones show` has the names of its settings')
    .argument('<zone>', 'its id or name')
    .option('--name <text>', 'its new name')
    .option('--open', 'open it for new slices')
    .option('--no-open', 'close it for new slices; what runs goes on')
    .option('--set <name=value>', 'a setting; without a value what the server says; may be repeated', collected, [])
    .option('--secret <name>', 'ask for a secret, or take it from standard input; may be repeated', collected, [])
    .option('--clear <name>', 'take a secret away; may be repeated', collected, [])
    .action((text: string, flags: UpdateFlags) => updateZone(cli, text, flags));
  zones
    .command('refresh')
    .description('have the server of a zone look at it anew; fails when that server is away')
    .argument('<zone>', 'its id or name')
    .action(async (text: string) => {
      const client = await cli.client();
      const { id } = await findZone(client, text);
      showZone(cli, await client.api.zones.refresh.mutate({ id }));
    });
  zones
    .command('test')
    .description('try the connection to a cloud with the zone’s settings, step by step; makes nothing')
    .argument('<zone>', 'its id or name')
    .action((text: string) => testConnection(cli, text));
  addLeftoversCommand(zones, cli);
  addServerCommands(zones, cli);
}
