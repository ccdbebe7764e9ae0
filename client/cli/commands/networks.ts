import { InvalidArgumentError, Option, type Command } from 'commander';
import { joinLimits } from '#shared/networks/limits';
import type { RouterOutputs, Slice, TramaClient } from '../../sdk/index';
import type { Cli } from '../cli';
import { CliError, exitCodes } from '../errors';
import { findSlice, findZone } from '../find';
import { allOr } from '../list';
import type { Column } from '../output';

type Networks = RouterOutputs['networks']['get'];
type Join = Networks['joins'][number];
type Published = RouterOutputs['networks']['list']['items'][number];

const admissions = { asked: 'who is accepted', all: 'everyone' } as const;

function stateOf({ acceptedAt, state, outdated, error }: Join): string {
  if (acceptedAt === null) return outdated ? 'asked for, addresses to be taken up' : 'asked for';
  return state === 'joined' ? 'joined' : (error ?? 'apart');
}

function show(cli: Cli, slice: Slice, networks: Networks): void {
  if (cli.out.json) return cli.out.value(networks);
  const names = new Map(slice.networks.map(({ key, name }) => [key, name]));
  const items = [
    ...networks.published.flatMap(({ name, subnet, range, admission, joins }) => [
      {
        ...{ network: name, what: `published for ${admissions[admission]}`, id: null },
        ...{ range: `${range} of ${subnet}`, state: '' },
      },
      ...joins.map((join) => ({
        ...{ network: name, what: `joined by ${join.other.slice}/${join.other.network} of ${join.other.owner}` },
        ...{ id: join.id, range: join.range, state: stateOf(join) },
      })),
    ]),
    ...networks.joins.map((join) => ({
      network: names.get(join.network) ?? join.network,
      what: `joins ${join.other.slice}/${join.other.network} of ${join.other.owner}`,
      ...{ id: join.id, range: `${join.range} of ${join.subnet}`, state: stateOf(join) },
    })),
  ];
  const columns: Column<(typeof items)[number]>[] = [
    { title: 'NETWORK', value: ({ network }) => network, flexible: true },
    { title: 'JOIN', value: ({ id }) => id, right: true },
    { title: 'WHAT', value: ({ what }) => what, flexible: true },
    { title: 'ADDRESSES', value: ({ range }) => range },
    { title: 'STATE', value: ({ state }) => state, flexible: true },
  ];
  cli.out.list({ items }, columns, 'It has published no network, and joins none.');
  if (networks.joins.some(({ outdated }) => outdated))
    cli.out.message(`Take up the addresses by: trama slices update ${slice.id} --joins`);
}

/** The slice's network that is called so, or has this key. */
function networkOf(slice: Slice, text: string): Slice['networks'][number] {
  const found = slice.networks.filter(({ key, name }) => name === text || key === text);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const all = slice.networks.map(({ key, name }) => `${key} (${name})`).join(', ');
  throw new CliError(
    only === undefined
      ? `The slice ${slice.name} has no network ${text}${all === '' ? '' : `; it has ${all}`}.`
      : `More than one network is called ${text}: say which by its key, ${found.map(({ key }) => key).join(' or ')}.`,
    only === undefined ? exitCodes.notFound : exitCodes.usage,
  );
}

/** A published network of the zone, by its id, its name or SLICE/NETWORK. */
async function publishedNetwork(client: TramaClient, zoneId: number, text: string): Promise<Published> {
  const found: Published[] = [];
  for await (const one of client.all(client.api.networks.list, { zoneId })) {
    if (String(one.id) === text) return one;
    if (one.network === text || `${one.slice}/${one.network}` === text) found.push(one);
  }
  const [first] = found;
  if (first === undefined)
    throw new CliError(`No network ${text} is published in the slice’s zone.`, exitCodes.notFound);
  if (found.length > 1)
    throw new CliError(
      `More than one published network is called ${text}: say which, ${found.map(({ id }) => id).join(' or ')}.`,
      exitCodes.usage,
    );
  return first;
}

/** The one join among these that the user means: by its id, or by the other slice's name. */
function joinAmong(joins: readonly Join[], text: string): Join {
  const byId = joins.find(({ id }) => String(id) === text);
  const [first, ...others] = byId === undefined ? joins.filter(({ other }) => other.slice === text) : [byId];
  if (first === undefined) throw new CliError(`There is no join ${text}.`, exitCodes.notFound);
  if (others.length > 0) throw new CliError(`More than one slice is called ${text}: give the id.`, exitCodes.usage);
  return first;
}

function addressCount(text: string): number {
  const value = Number(text);
  if (!/^\d{1,5}$/.test(text) || value < 1 || value > joinLimits.addresses)
    throw new InvalidArgumentError(`A whole number from 1 to ${joinLimits.addresses}.`);
  return value;
}

interface PublishFlags {
  description?: string;
  admission: keyof typeof admissions;
  range?: string;
}

/** `networks`: networks that other slices join. */
export function addNetworkCommands(program: Command, cli: Cli): void {
  const networks = program.command('networks').description('networks that slices of one zone share');
  const ofSlice = (name: string, description: string) =>
    networks.command(name).description(description).argument('<slice>', 'its id or name');
  const onSlice = async (name: string, act: (client: TramaClient, slice: Slice) => Promise<Networks>) => {
    const client = await cli.client();
    const slice = await findSlice(client, name);
    show(cli, slice, await act(client, slice));
  };

  networks
    .command('list')
    .description('networks that are published')
    .option('--zone <zone>', 'only of this zone, by its id or name')
    .option('--all', 'all of them, not only the first page')
    .action(async ({ zone, all }: { zone?: string; all?: boolean }) => {
      const client = await cli.client();
      const input = zone === undefined ? {} : { zoneId: (await findZone(client, zone)).id };
      const page = await allOr(client, client.api.networks.list, input, all);
      const columns: Column<Published>[] = [
        { title: 'ID', value: ({ id }) => id, right: true },
        { title: 'NETWORK', value: ({ slice, network }) => `${slice}/${network}`, flexible: true },
        { title: 'OWNER', value: ({ owner }) => owner, flexible: true },
        { title: 'SUBNET', value: ({ subnet }) => subnet },
        { title: 'FOR', value: ({ admission }) => admissions[admission] },
        { title: 'JOINED BY', value: ({ joins }) => joins, right: true },
        { title: 'DESCRIPTION', value: ({ description }) => description, flexible: true },
      ];
      cli.out.list(page, columns, 'No network is published.');
    });
  ofSlice('show', 'what a slice has published, and what it joins').action((name: string) =>
    onSlice(name, (client, { id }) => client.api.networks.get.query({ id })),
  );
  ofSlice('publish', 'let networks of other slices join one of this slice: their guests then see all that passes on it')
    .argument('<network>', 'its name or key')
    .option('--description <text>', 'for those who may join it')
    .addOption(
      new Option('--admission <whom>', 'who may join: who is accepted, or all who ask')
        .choices(Object.keys(admissions))
        .default('asked'),
    )
    .option('--range <subnet>', 'what its own NICs keep of its subnet; else the lower half')
    .action((name: string, network: string, { description, admission, range }: PublishFlags) =>
      onSlice(name, (client, slice) =>
        client.api.networks.publish.mutate({
          ...{ id: slice.id, network: networkOf(slice, network).key, admission },
          ...(description !== undefined && { description }),
          ...(range !== undefined && { range }),
        }),
      ),
    );
  ofSlice('withdraw', 'take a published network back; who has joined it is parted from it')
    .argument('<network>', 'its name or key')
    .action((name: string, network: string) =>
      onSlice(name, async (client, slice) => {
        const { key } = networkOf(slice, network);
        const { published } = await client.api.networks.get.query({ id: slice.id });
        const found = published.find((one) => one.network === key);
        if (found === undefined) throw new CliError(`${network} is not published.`, exitCodes.notFound);
        return client.api.networks.withdraw.mutate({ id: found.id });
      }),
    );
  ofSlice('join', 'have a network join a published one, or ask for that')
    .argument('<network>', 'name or key of the slice’s own network')
    .argument('<published>', 'id or name of the published one, or SLICE/NETWORK')
    .option('--addresses <number>', 'how many addresses it has to have', addressCount)
    .action((name: string, network: string, text: string, { addresses }: { addresses?: number }) =>
      onSlice(name, async (client, slice) => {
        const { key } = networkOf(slice, network);
        const { id: publicationId } = await publishedNetwork(client, slice.zone.id, text);
        return client.api.networks.join.mutate({
          ...{ id: slice.id, network: key, publicationId },
          ...(addresses !== undefined && { addresses }),
        });
      }),
    );
  for (const [verb, accept, description] of [
    ['accept', true, 'let a network of another slice join'],
    ['refuse', false, 'refuse it'],
  ] as const)
    ofSlice(verb, description)
      .argument('<join>', 'its id, or the name of the slice that asks')
      .action((name: string, text: string) =>
        onSlice(name, async (client, slice) => {
          const { published } = await client.api.networks.get.query({ id: slice.id });
          const asked = published.flatMap(({ joins }) => joins).filter(({ acceptedAt }) => acceptedAt === null);
          return client.api.networks.answer.mutate({ id: joinAmong(asked, text).id, accept });
        }),
      );
  ofSlice('leave', 'end a join, from either side')
    .argument('<join>', 'its id, or the name of the other slice')
    .action((name: string, text: string) =>
      onSlice(name, async (client, slice) => {
        const { published, joins } = await client.api.networks.get.query({ id: slice.id });
        const all = [...joins, ...published.flatMap((one) => one.joins)];
        return client.api.networks.leave.mutate({ id: joinAmong(all, text).id });
      }),
    );
}
