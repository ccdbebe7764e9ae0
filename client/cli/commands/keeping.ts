import type { Command } from 'commander';
import type { Plan, RouterInputs, RouterOutputs, Slice, TramaClient } from '../../sdk/index';
import type { Cli } from '../cli';
import { confirm } from '../confirm';
import { CliError } from '../errors';
import { findSlice, findSnapshot } from '../find';
import { inputs } from '../inputs';
import { allOr } from '../list';
import type { Column } from '../output';
import { addOptions, argumentFor } from '../schema-options';
import { addWaitOptions, type WaitFlags } from '../wait-options';

type Snapshot = RouterOutputs['snapshots']['list']['items'][number];
type Kept = 'suspend' | 'resume' | 'snapshot' | 'restore';
interface Flags extends WaitFlags {
  plan?: boolean;
  yes?: boolean;
}
interface Asked {
  kind: Kept;
  snapshotId?: number;
  snapshotName?: string;
}
/** What `slices.ts` does for all operations. */
interface Doing {
  showPlan(cli: Cli, plan: Plan): void;
  operate(cli: Cli, client: TramaClient, slice: Slice, operation: Asked & { flags: WaitFlags }): Promise<void>;
}

const columns: Column<Snapshot>[] = [
  { title: 'ID', value: ({ id }) => id, right: true },
  { title: 'NAME', value: ({ name }) => name, flexible: true },
  { title: 'STATUS', value: ({ status }) => status, style: ({ status }) => (status === 'ready' ? 'green' : 'yellow') },
  { title: 'VMS', value: ({ vms, vmsRunning }) => `${vmsRunning}/${vms}`, right: true },
  { title: 'MIB', value: ({ sizeMb }) => sizeMb, right: true },
  { title: 'TOPOLOGY', value: ({ topologyVersion }) => topologyVersion, right: true },
  { title: 'TAKEN BY', value: ({ createdBy }) => createdBy.name, flexible: true },
  { title: 'WHEN', value: ({ createdAt }) => createdAt },
  { title: 'WHY', value: ({ automatic }) => (automatic ? 'before a restore' : null) },
];

/** Shows the plan where it was asked for, or cannot be carried out; else carries it out. */
async function keep(
  cli: Cli,
  client: TramaClient,
  slice: Slice,
  asked: Asked,
  flags: Flags,
  { showPlan, operate }: Doing,
) {
  const plan = await client.api.deployments.plan.query({ sliceId: slice.id, ...asked });
  if (flags.plan === true || !plan.runnable) showPlan(cli, plan);
  if (!plan.runnable) throw new CliError(`The ${asked.kind} of ${slice.name} cannot be run now.`);
  if (flags.plan === true) return;
  await operate(cli, client, slice, { ...asked, flags });
}

/** What a restore takes away, and how it comes back. */
const restoreQuestion = (slice: Slice, snapshot: Snapshot) =>
  `Take ${slice.name} back to ${snapshot.name} of ${snapshot.createdAt}? What its ${snapshot.vms} VMs have in memory and on ` +
  'disk since then is gone from them; it is kept in a snapshot taken just before, until the next restore.';

/** `trama slices suspend`, `resume`, `snapshot`, `restore`, and `trama snapshots`. */
export function addKeepingCommands(program: Command, slices: Command, cli: Cli, doing: Doing): void {
  const onOne = (parent: Command, name: string, description: string) =>
    parent.command(name).description(description).argument('<slice>', 'its id or name');
  const operation = (name: Kept, description: string) =>
    addWaitOptions(onOne(slices, name, description)).option('--plan', 'only say what it would do; nothing is touched');

  const simple: readonly ['suspend' | 'resume', string][] = [
    ['suspend', 'keep what runs with its memory, and run nothing'],
    ['resume', 'go on from where it was suspended'],
  ];
  for (const [kind, description] of simple)
    operation(kind, description).action(async (name: string, flags: Flags) => {
      const client = await cli.client();
      await keep(cli, client, await findSlice(client, name), { kind }, flags, doing);
    });
  operation('snapshot', 'keep disks and memory of all VMs as they are at this instant; they run on')
    .argument('[name]', 'what it is called; by default Snapshot 1, Snapshot 2 …')
    .action(async (name: string, snapshotName: string | undefined, flags: Flags) => {
      const client = await cli.client();
      const asked = { kind: 'snapshot' as const, ...(snapshotName === undefined ? {} : { snapshotName }) };
      await keep(cli, client, await findSlice(client, name), asked, flags, doing);
    });
  operation('restore', 'go back to a snapshot; what is there now is kept in another one before')
    .argument('<snapshot>', 'its id or name')
    .option('-y, --yes', 'do not ask')
    .action(async (name: string, which: string, flags: Flags) => {
      const client = await cli.client();
      const slice = await findSlice(client, name);
      const snapshot = await findSnapshot(client, slice, which);
      if (flags.plan !== true) await confirm(cli, flags.yes, restoreQuestion(slice, snapshot));
      await keep(cli, client, slice, { kind: 'restore', snapshotId: snapshot.id }, flags, doing);
    });

  const snapshots = program
    .command('snapshots')
    .description('what slices were at an instant; `slices snapshot` takes one');
  addOptions(onOne(snapshots, 'list', 'snapshots of a slice, newest first'), inputs.listSnapshots)
    .option('--all', 'every page')
    .action(
      async (name: string, { all, ...input }: Pick<RouterInputs['snapshots']['list'], 'limit'> & { all?: boolean }) => {
        const client = await cli.client();
        const { id } = await findSlice(client, name);
        const page = await allOr(client, client.api.snapshots.list, { sliceId: id, ...input }, all);
        cli.out.list(page, columns, 'It has no snapshots.');
      },
    );
  onOne(snapshots, 'rename', 'call a snapshot otherwise')
    .argument('<snapshot>', 'its id or name')
    .addArgument(argumentFor('name', inputs.renameSnapshot.name))
    .action(async (sliceName: string, which: string, name: string) => {
      const client = await cli.client();
      const { id } = await findSnapshot(client, await findSlice(client, sliceName), which);
      const renamed = await client.api.snapshots.rename.mutate({ id, name });
      if (cli.out.json) return cli.out.value(renamed);
      cli.out.message(`The snapshot is called ${renamed.name} now.`);
    });
  onOne(snapshots, 'delete', 'delete a snapshot; the slice stays as it is')
    .argument('<snapshot>', 'its id or name')
    .option('-y, --yes', 'do not ask')
    .action(async (sliceName: string, which: string, { yes }: { yes?: boolean }) => {
      const client = await cli.client();
      const slice = await findSlice(client, sliceName);
      const { id, name } = await findSnapshot(client, slice, which);
      await confirm(cli, yes, `Delete the snapshot ${name} of ${slice.name}? Nothing can go back to it then.`);
      const removed = await client.api.snapshots.remove.mutate({ id });
      if (cli.out.json) return cli.out.value(removed);
      cli.out.message(`The snapshot ${name} was deleted.`);
    });
}
