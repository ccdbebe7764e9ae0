import type { Command } from 'commander';
import type { Plan, Slice, TramaClient } from '../../sdk/index';
import type { Cli } from '../cli';
import { zoneFor } from '../choose-zone';
import { CliError } from '../errors';
import { findSlice, findSnapshot } from '../find';
import { inputs } from '../inputs';
import { optionFor } from '../schema-options';
import { addWaitOptions, type WaitFlags } from '../wait-options';

interface Flags extends WaitFlags {
  as: string;
  zone?: string;
  snapshot?: string;
  deploy?: boolean;
  plan?: boolean;
}
/** What `slices.ts` does for all operations. */
interface Doing {
  showPlan(cli: Cli, plan: Plan): void;
  operate(cli: Cli, client: TramaClient, slice: Slice, operation: { kind: 'deploy'; flags: WaitFlags }): Promise<void>;
}

async function cloneSlice(cli: Cli, name: string, flags: Flags, { showPlan, operate }: Doing): Promise<void> {
  const client = await cli.client();
  const source = await findSlice(client, name);
  const snapshotId =
    flags.snapshot === undefined ? {} : { snapshotId: (await findSnapshot(client, source, flags.snapshot)).id };
  const target = { id: source.id, ...snapshotId, ...(await zoneOf(cli, client, source, flags)) };
  if (flags.plan === true || flags.deploy === true || flags.snapshot !== undefined) {
    const plan = await client.api.slices.previewClone.query(target);
    if (flags.plan === true || (flags.deploy === true && !plan.runnable)) showPlan(cli, plan);
    if (plan.anew.length > 0 && !cli.out.json)
      cli.out.message(`The snapshot has no disk for these VMs, which begin anew: ${plan.anew.join(', ')}.`);
    // what cannot be deployed is not made by who wants it deployed
    if (!plan.runnable && (flags.plan === true || flags.deploy === true))
      throw new CliError(`A clone of ${source.name} cannot be deployed now.`);
    if (flags.plan === true) return;
  }
  const slice = await client.api.slices.clone.mutate({
    ...target,
    name: flags.as,
    idempotencyKey: crypto.randomUUID(),
  });
  if (flags.deploy === true) return operate(cli, client, slice, { kind: 'deploy', flags });
  if (cli.out.json) return cli.out.value(slice);
  cli.out.message(
    `Created ${slice.name} with ${slice.vms} VMs; its id is ${slice.id}. Deploy it with: trama slices deploy ${slice.id}`,
  );
}

/** Nothing for the zone of the first, which is that of its snapshots. */
async function zoneOf(cli: Cli, client: TramaClient, source: Slice, { zone, snapshot }: Flags) {
  if (zone === undefined) return {};
  if (zone === 'auto' && snapshot !== undefined) {
    if (!cli.out.json) cli.out.message(`Zone ${source.zone.name} was chosen: the snapshot is there.`);
    return {};
  }
  return { zoneId: (await zoneFor(cli, client, zone, { sliceId: source.id })).id };
}

/** `trama slices clone`. */
export function addCloneCommand(slices: Command, cli: Cli, doing: Doing): void {
  addWaitOptions(
    slices
      .command('clone')
      .description('make another slice of the topology that a slice has now; nothing runs before it is deployed')
      .argument('<slice>', 'its id or name')
      .addOption(optionFor('as', inputs.cloneSlice.name).makeOptionMandatory())
      .option('-z, --zone <zone>', 'where; `auto` has one chosen; else in the zone of the first')
      .option(
        '--snapshot <snapshot>',
        'with the disks of that one of its snapshots, by its id or name; not with its memory',
      )
      .option('--deploy', 'deploy it, too')
      .option('--plan', 'only say what a deploy of it would do; nothing is made'),
  ).action((name: string, flags: Flags) => cloneSlice(cli, name, flags, doing));
}
