import type { Command } from 'commander';
import type { Deployment, RouterInputs, RouterOutputs } from '../../sdk/index';
import type { Cli } from '../cli';
import { CliError, exitCodes } from '../errors';
import { findSlice, findZone } from '../find';
import { inputs } from '../inputs';
import { allOr } from '../list';
import type { Column } from '../output';
import { changeLines } from '../plan-text';
import { addOptions } from '../schema-options';

type Across = RouterOutputs['deployments']['listAll']['items'][number];
type Summary = RouterOutputs['deployments']['list']['items'][number];

const colourOf = (status: string) =>
  status === 'succeeded' || status === 'done' ? ('green' as const) : status === 'failed' ? ('red' as const) : null;
const seconds = ({ startedAt, finishedAt }: { startedAt: string | null; finishedAt: string | null }) =>
  startedAt === null || finishedAt === null
    ? null
    : `${((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000).toFixed(1)} s`;

const head: Column<Summary>[] = [
  { title: 'ID', value: ({ id }) => id, right: true },
  { title: 'OPERATION', value: ({ kind }) => kind },
  { title: 'STATUS', value: ({ status }) => status, style: ({ status }) => colourOf(status) },
];
const across: Column<Across>[] = [
  { title: 'SLICE', value: ({ slice }) => `${slice.name} (${slice.id})`, flexible: true },
  { title: 'OWNER', value: ({ owner }) => owner.name, flexible: true },
  { title: 'ZONE', value: ({ zone }) => zone.name, flexible: true },
];
const rest: Column<Summary>[] = [
  { title: 'ASKED BY', value: ({ requestedBy }) => requestedBy.name, flexible: true },
  { title: 'WHEN', value: ({ createdAt }) => createdAt },
  { title: 'TOOK', value: seconds, right: true },
  { title: 'ERROR', value: ({ error }) => error, flexible: true },
];

function showDeployment({ out }: Cli, deployment: Deployment): void {
  if (out.json) return out.value(deployment);
  out.record(deployment, [
    ['ID', deployment.id],
    ['Operation', deployment.kind],
    ['Status', deployment.status],
    ['Slice', deployment.sliceId],
    ['Asked by', deployment.requestedBy.name],
    ['Asked at', deployment.createdAt],
    ['Begun at', deployment.startedAt],
    ['Ended at', deployment.finishedAt],
    ...(deployment.error === null ? [] : ([['Error', deployment.error]] as const)),
  ]);
  out.raw('\n');
  out.list(
    { items: deployment.steps },
    [
      { title: 'STEP', value: ({ seq }) => seq, right: true },
      { title: 'ACTION', value: ({ action }) => action },
      { title: 'ON', value: ({ resource, label }) => `${resource} ${label}`, flexible: true },
      { title: 'STATUS', value: ({ status }) => status, style: ({ status }) => colourOf(status) },
      { title: 'ATTEMPTS', value: ({ attempts }) => attempts, right: true },
      { title: 'BEGUN', value: ({ startedAt }) => startedAt },
      { title: 'TOOK', value: seconds, right: true },
      { title: 'ERROR', value: ({ error }) => error, flexible: true },
    ],
    'It had nothing to do.',
  );
  for (const line of changeLines(deployment.steps)) out.text(`  ${line}`);
}

type ListFlags = RouterInputs['deployments']['listAll'] & { slice?: string; zone?: string; all?: boolean };

/** What was done to slices, and how it went. */
export function addDeploymentCommands(program: Command, cli: Cli): void {
  const deployments = program.command('deployments').description('what was done to slices, and how it went');
  addOptions(
    deployments
      .command('list')
      .description('operations, newest first: on one slice, or for administrators on everybody’s')
      .option('--slice <slice>', 'only on this one, by its id or name'),
    inputs.listAllDeployments,
  )
    .option('--zone <zone>', 'only in this one, by its id or name')
    .option('--all', 'every page')
    .action(async ({ slice, zone, all, ...input }: ListFlags) => {
      const client = await cli.client();
      const { list, listAll } = client.api.deployments;
      if (slice !== undefined) {
        const { limit, ...others } = input;
        if (zone !== undefined || Object.keys(others).length > 0)
          throw new CliError('With --slice, its operations are not narrowed further.', exitCodes.usage);
        const { id } = await findSlice(client, slice);
        const query = { sliceId: id, ...(limit !== undefined && { limit }) };
        return cli.out.list(await allOr(client, list, query, all), [...head, ...rest], 'Nothing was done to it.');
      }
      const query = { ...input, ...(zone !== undefined && { zoneId: (await findZone(client, zone)).id }) };
      cli.out.list(await allOr(client, listAll, query, all), [...head, ...across, ...rest], 'There are none.');
    });
  deployments
    .command('show')
    .description('one operation: its steps with their times, what they change, and what went wrong')
    .argument('<id>', 'its id')
    .action(async (text: string) => {
      const client = await cli.client();
      const id = Number(text);
      if (!/^\d{1,15}$/.test(text)) throw new CliError('An operation is said by its id.', exitCodes.usage);
      showDeployment(cli, await client.api.deployments.get.query({ id }));
    });
}
