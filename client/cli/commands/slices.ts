import { Argument, type Command } from 'commander';
import type { Deployment, Plan, RouterInputs, Slice, SliceSummary, SliceVm, TramaClient } from '../../sdk/index';
import type { Cli } from '../cli';
import {
  aimsAtVm,
  bulkKinds,
  canRollBack,
  canWaitForRoom,
  removesSlice,
  type BulkKind,
} from '#shared/deployment/operations';
import { extraDiskText } from '#shared/topology/disk';
import { forwardAddress, forwardText } from '#shared/topology/forward';
import { changeLines, updateLines } from '../plan-text';
import { addAddressesCommand } from './addresses';
import { addCloneCommand } from './clone';
import { addGuestCommands } from './guests';
import { addKeepingCommands } from './keeping';
import { addTopCommand } from './top';
import { addUpdateCommands } from './update';
import { confirm } from '../confirm';
import { zoneFor } from '../choose-zone';
import { CliError, exitCodes } from '../errors';
import { eventText } from '../event-text';
import { findSlice, findTemplate, findVm } from '../find';
import { inputs } from '../inputs';
import { allOr } from '../list';
import type { Column } from '../output';
import { waitWithProgress } from '../progress';
import { addOptions, argumentFor, optionFor } from '../schema-options';
import { addLeaseOptions, leaseText, newLeaseOf, type LeaseFlags } from './leases';
import { addLineCommands, deployInLine } from './line';
import { changeShares, shareColumns } from '../shares';
import { joinConsole } from '../terminal';
import { addValueOption, openValues, valuesIn, type ValueFlags } from '../values';
import { addWaitOptions, type WaitFlags } from '../wait-options';

type Kind = Deployment['kind'];
type ListOptions = RouterInputs['slices']['list'] & { all?: boolean };

const colourOf = (status: string) =>
  status === 'active' || status === 'running' || status === 'up'
    ? ('green' as const)
    : status === 'failed' || status === 'degraded'
      ? ('red' as const)
      : null;

const columns: Column<SliceSummary>[] = [
  { title: 'ID', value: ({ id }) => id, right: true },
  { title: 'NAME', value: ({ name }) => name, flexible: true },
  {
    title: 'STATUS',
    value: ({ status, busy, waitingSince, idleSince }) => {
      const more = busy ?? (waitingSince != null ? 'in line' : idleSince != null ? 'idle' : null);
      return more === null ? status : `${status} (${more})`;
    },
    style: ({ status }) => colourOf(status),
  },
  { title: 'VMS', value: ({ vms, vmsRunning }) => `${vmsRunning}/${vms}`, right: true },
  { title: 'OWNER', value: ({ owner }) => owner.name, flexible: true },
  { title: 'ZONE', value: ({ zone }) => zone.name, flexible: true },
  { title: 'TEMPLATE', value: ({ template }) => template?.name ?? null, flexible: true },
  {
    title: 'EXPIRES',
    value: ({ lease }) => (lease === null ? null : lease.ended ? 'ended' : lease.expiresAt),
    style: ({ lease }) => (lease?.warned === true ? 'yellow' : null),
  },
  { title: 'UPDATED', value: ({ updatedAt }) => updatedAt },
];
const vmColumns = (slice: Slice): Column<SliceVm>[] => [
  { title: 'VM', value: ({ name }) => name, flexible: true },
  { title: 'STATUS', value: ({ status }) => status, style: ({ status }) => colourOf(status) },
  { title: 'ADDRESSES', value: (vm) => addressesOf(slice, vm).join(', '), flexible: true },
  { title: 'FLAVOUR', value: ({ flavour }) => flavour.name },
  { title: 'IMAGE', value: ({ image }) => image.name },
  {
    title: 'FORWARDS',
    value: ({ forwards }) =>
      forwards.map((one) => `${forwardAddress(one) ?? '?'}→${forwardText(one)}`).join(', ') || null,
    flexible: true,
  },
  ...(slice.vmList.some(({ disks }) => disks.length > 0)
    ? [
        {
          title: 'EXTRA DISKS',
          value: ({ disks }: SliceVm) => disks.map(extraDiskText).join(', ') || null,
          flexible: true,
        },
      ]
    : []),
  { title: 'ERROR', value: ({ error }) => error, flexible: true },
];

function addressesOf({ edges }: Slice, { key }: SliceVm): string[] {
  return edges.flatMap(({ source, target, sourceAddress, targetAddress }) =>
    source === key ? [sourceAddress] : target === key && targetAddress !== null ? [targetAddress] : [],
  );
}

function showSlice({ out }: Cli, slice: Slice): void {
  if (out.json) return out.value(slice);
  out.record(slice, [
    ['ID', slice.id],
    ['Name', slice.name],
    ['Status', slice.busy === null ? slice.status : `${slice.status} (${slice.busy})`],
    ['Owner', slice.owner.name],
    ['Zone', slice.zone.name],
    ['Template', slice.template?.name ?? null],
    ['Lease', leaseText(slice.lease)],
    ['Waits in line', slice.waitingSince === null ? null : `since ${slice.waitingSince}`],
    ['After a reboot', slice.restartAfterReboot ? 'starts again by itself' : 'stays down'],
    ['What drifts', slice.driftPolicy === 'heal' ? 'is healed by itself' : 'is shown'],
    ['Last', slice.deployment === null ? null : `${slice.deployment.kind} ${slice.deployment.status}`],
    ...(slice.deployment?.error != null ? ([['Error', slice.deployment.error]] as const) : []),
  ]);
  for (const { message, observedAt } of slice.drift) out.text(`  - ${message} (${observedAt ?? 'not observed'})`);
  if (slice.healGaveUpAt !== null)
    out.text('  Healing it failed too often in a row: find out why, then heal it by hand.');
  if (slice.vmList.length > 0) out.raw('\n');
  out.list({ items: slice.vmList }, vmColumns(slice), 'It has no VMs.');
}

function showPlan({ out }: Cli, plan: Plan): void {
  if (out.json) return out.value(plan);
  out.list(
    { items: plan.steps },
    [
      { title: 'STEP', value: ({ seq }) => seq, right: true },
      { title: 'ACTION', value: ({ action }) => action },
      { title: 'ON', value: ({ resource, label }) => `${resource} ${label}`, flexible: true },
      { title: 'AFTER', value: ({ dependsOn }) => dependsOn.join(', ') || null, flexible: true },
    ],
    'There is nothing to do.',
  );
  const changes = plan.baseVersion === null ? changeLines(plan.steps) : updateLines(plan.changes);
  for (const line of changes) out.text(`  ${line}`);
  const { needs, free } = plan;
  const beside = free === null ? '' : `; free are ${free.vcpus} vCPUs, ${free.ramMb} MiB RAM, ${free.diskGb} GiB disk`;
  out.text(`It takes ${needs.vcpus} vCPUs, ${needs.ramMb} MiB RAM, ${needs.diskGb} GiB disk${beside}.`);
  for (const { message } of plan.problems) out.text(`  - ${message}`);
  out.text(plan.runnable ? 'It can be done.' : 'It cannot be done as it is.');
}

interface Operation {
  kind: Kind;
  flags: WaitFlags & { onFailure?: Deployment['onFailure']; queue?: boolean };
  vmId?: number;
  change?: RouterInputs['deployments']['start']['change'];
  baseVersion?: number;
  snapshotId?: number;
  snapshotName?: string;
}

type OperationFlags = Operation['flags'] & { vm?: string; yes?: boolean; plan?: boolean };

/** Starts an operation, waits for its end unless told not to, and says how the slice is then. */
async function operate(cli: Cli, client: TramaClient, slice: Slice, { flags, ...operation }: Operation): Promise<void> {
  const { kind } = operation;
  // so that the answer may get lost without the operation being started twice
  const idempotencyKey = crypto.randomUUID();
  const started =
    flags.queue === true
      ? await deployInLine(cli, client, slice, { idempotencyKey, flags })
      : await client.api.deployments.start.mutate({
          sliceId: slice.id,
          ...operation,
          idempotencyKey,
          ...(flags.onFailure !== undefined && { onFailure: flags.onFailure }),
        });
  if (started === null) return;
  if (flags.wait === false) {
    if (cli.out.json) return cli.out.value(started);
    return cli.out.message(`The ${kind} of ${slice.name} has begun. Follow it with: trama slices watch ${slice.id}`);
  }
  const ended = await waitWithProgress(
    cli,
    client,
    started,
    flags.timeout === undefined ? undefined : flags.timeout * 1000,
  );
  if (cli.out.json) return cli.out.value(ended);
  const now = await client.api.slices.get.query({ id: slice.id });
  cli.out.message(`${now.name} is ${now.status}.`);
}

interface Outcome {
  slice: { id: number; name: string };
  /** Of the deployment, or `refused`. */
  result: string;
  error: string | null;
}

/** The same operation on several slices: one table of what became of each. Fails where any was refused or has failed. */
async function operateOnMany(
  cli: Cli,
  client: TramaClient,
  names: readonly string[],
  { kind, flags }: { kind: BulkKind; flags: WaitFlags & { yes?: boolean } },
): Promise<void> {
  const found = await Promise.all(names.map((name) => findSlice(client, name)));
  const slices = [...new Map(found.map((slice) => [slice.id, slice])).values()];
  if (removesSlice(kind)) {
    const told = slices.map(({ name, vms }) => `${name} (${vms} VMs)`).join(', ');
    await confirm(cli, flags.yes, `Destroy ${told} and everything on their disks?`);
  }
  const { results } = await client.api.deployments.startMany.mutate({
    kind,
    sliceIds: slices.map(({ id }) => id),
    idempotencyKey: crypto.randomUUID(),
  });
  const timeoutMs = flags.timeout === undefined ? undefined : flags.timeout * 1000;
  const outcomes = await Promise.all(
    results.map(async ({ sliceId, deploymentId, error }, index): Promise<Outcome> => {
      const slice = { id: sliceId, name: slices[index]?.name ?? String(sliceId) };
      if (deploymentId === null) return { slice, result: 'refused', error: error?.message ?? null };
      if (flags.wait === false) return { slice, result: 'accepted', error: null };
      try {
        const ended = await client.waitFor({ id: deploymentId, sliceId }, { timeoutMs });
        return { slice, result: ended.status, error: ended.error };
      } catch (failure) {
        // of one that failed is told beside the others
        const { status, error: why } = await client.api.deployments.get.query({ id: deploymentId });
        if (status === 'failed' || status === 'cancelled') return { slice, result: status, error: why };
        throw failure;
      }
    }),
  );
  cli.out.list(
    { items: outcomes },
    [
      { title: 'SLICE', value: ({ slice }) => slice.name, flexible: true },
      { title: 'RESULT', value: ({ result }) => result, style: ({ result }) => outcomeColour(result) },
      { title: 'ERROR', value: ({ error }) => error, flexible: true },
    ],
    'There are no slices.',
  );
  const bad = outcomes.filter(({ result }) => outcomeColour(result) === 'red').length;
  if (bad > 0) throw new CliError(`The ${kind} of ${bad} of ${outcomes.length} slices was refused or has failed.`);
}

const outcomeColour = (result: string) =>
  result === 'succeeded' || result === 'accepted' ? ('green' as const) : ('red' as const);

interface CreateOptions extends WaitFlags, LeaseFlags, ValueFlags {
  queue?: boolean;
  template: string;
  zone?: string;
  restartAfterReboot?: boolean;
  deploy?: boolean;
}

async function createSlice(cli: Cli, name: string, options: CreateOptions): Promise<void> {
  const lease = newLeaseOf(options);
  const client = await cli.client();
  const template = await findTemplate(client, options.template);
  const zone = await zoneFor(cli, client, options.zone, {
    templateId: template.id,
    ...(options.zone === 'auto' && (await openValues(client, template.id, options.set))),
  });
  const idempotencyKey = crypto.randomUUID();
  const slice = await client.api.slices.create.mutate({
    name,
    templateId: template.id,
    ...valuesIn(options),
    zoneId: zone.id,
    ...(options.restartAfterReboot === true && { restartAfterReboot: true }),
    ...(lease !== undefined && { lease }),
    idempotencyKey,
  });
  if (options.deploy === true) return operate(cli, client, slice, { kind: 'deploy', flags: options });
  if (cli.out.json) return cli.out.value(slice);
  cli.out.message(
    `Created ${slice.name} with ${slice.vms} VMs; its id is ${slice.id}. Deploy it with: trama slices deploy ${slice.id}`,
  );
}

async function planSlice(cli: Cli, name: string, kind: Kind | undefined): Promise<void> {
  const client = await cli.client();
  const slice = await findSlice(client, name);
  const plan = await client.api.deployments.plan.query({ sliceId: slice.id, kind: kind ?? 'deploy' });
  showPlan(cli, plan);
  if (!plan.runnable) throw new CliError(`The ${plan.kind} of ${slice.name} cannot be run now.`);
}

async function setRestart(cli: Cli, name: string, choice: string): Promise<void> {
  const client = await cli.client();
  const { id } = await findSlice(client, name);
  const slice = await client.api.slices.setRestart.mutate({ id, restartAfterReboot: choice === 'on' });
  if (cli.out.json) return cli.out.value(slice);
  const does = slice.restartAfterReboot ? 'starts again by itself' : 'stays down';
  cli.out.message(`After a restart of its machine ${slice.name} ${does}.`);
}

async function setHeal(cli: Cli, name: string, choice: string): Promise<void> {
  const client = await cli.client();
  const { id } = await findSlice(client, name);
  const slice = await client.api.slices.setHeal.mutate({ id, driftPolicy: choice === 'on' ? 'heal' : 'report' });
  if (cli.out.json) return cli.out.value(slice);
  const does = slice.driftPolicy === 'heal' ? 'healed by itself' : 'shown';
  cli.out.message(`What is not as it was asked for of ${slice.name} is ${does}.`);
}

async function watchSlice(cli: Cli, name: string): Promise<void> {
  const client = await cli.client();
  const slice = await findSlice(client, name);
  if (!cli.out.json) cli.out.message(`${slice.name} is ${slice.status}. Ctrl-C ends.`);
  for await (const event of client.watch({ sliceId: slice.id, lastEventId: slice.lastEventId }))
    if (cli.out.json) cli.out.line(event);
    else cli.out.text(eventText(event));
}

const operations: readonly [Kind, string][] = [
  ['deploy', 'make it real: every VM and link'],
  ['start', 'start the VMs that are stopped'],
  ['stop', 'stop the VMs; what they have on disk stays'],
  ['reboot', 'start the VMs anew'],
  ['heal', 'make again what is missing, start what was asked to run; nothing that runs well is touched'],
  ['destroy', 'remove every VM and link; nothing of them stays'],
];

const inLine = 'where the zone is full, wait in line for room in it';

export function addSliceCommands(program: Command, cli: Cli): void {
  const slices = program.command('slices').description('instances of templates, with their VMs');
  const onOne = (name: string, description: string) =>
    slices.command(name).description(description).argument('<slice>', 'its id or name');

  addOptions(slices.command('list').description('slices that you see'), inputs.listSlices)
    .option('--all', 'every page')
    .action(async ({ all, ...input }: ListOptions) => {
      const client = await cli.client();
      cli.out.list(await allOr(client, client.api.slices.list, input, all), columns, 'There are no slices.');
    });
  onOne('show', 'a slice with its VMs').action(async (name: string) =>
    showSlice(cli, await findSlice(await cli.client(), name)),
  );
  addLeaseOptions(
    addWaitOptions(
      addValueOption(slices.command('create'))
        .description('make a slice of a template; nothing runs before it is deployed')
        .addArgument(argumentFor('name', inputs.createSlice.name))
        .requiredOption('-t, --template <template>', 'the template’s id or name')
        .option('-z, --zone <zone>', 'where; `auto` has one chosen; may be left out where there is one zone only')
        .addOption(optionFor('restartAfterReboot', inputs.createSlice.restartAfterReboot))
        .option('--deploy', 'deploy it, too')
        .option('--queue', inLine),
    ),
  ).action((name: string, options: CreateOptions) => createSlice(cli, name, options));
  addOptions(onOne('plan', 'what an operation would do, and whether it can; nothing is touched'), {
    kind: { ...inputs.plan.kind, default: 'deploy' },
  }).action((name: string, { kind }: { kind?: Kind }) => planSlice(cli, name, kind));

  for (const [kind, description] of operations) {
    const bulkKind = bulkKinds.find((known) => known === kind);
    const command = addWaitOptions(
      bulkKind === undefined
        ? onOne(kind, description)
        : slices.command(kind).description(description).argument('<slice...>', 'their ids or names'),
    );
    if (aimsAtVm(kind)) command.option('--vm <vm>', 'only this VM');
    if (canWaitForRoom(kind)) command.option('--queue', inLine);
    if (canRollBack(kind)) command.addOption(optionFor('onFailure', inputs.startDeployment.onFailure));
    if (kind === 'heal') command.option('--plan', 'only say what it would do; nothing is touched');
    if (removesSlice(kind)) command.option('-y, --yes', 'do not ask');
    command.action(async (names: string | string[], flags: OperationFlags) => {
      const client = await cli.client();
      const [name = '', ...others] = [names].flat();
      if (bulkKind !== undefined && others.length > 0) {
        if (flags.vm !== undefined) throw new CliError('--vm is of one slice.', exitCodes.usage);
        return operateOnMany(cli, client, [name, ...others], { kind: bulkKind, flags });
      }
      if (flags.plan === true) return planSlice(cli, name, kind);
      const slice = await findSlice(client, name);
      if (removesSlice(kind))
        await confirm(cli, flags.yes, `Destroy ${slice.name} with its ${slice.vms} VMs and everything on their disks?`);
      const vmId = flags.vm === undefined ? {} : { vmId: findVm(slice, flags.vm).id };
      await operate(cli, client, slice, { kind, flags, ...vmId });
    });
  }

  addLineCommands(slices, cli);
  addTopCommand(slices, cli);
  addAddressesCommand(slices, cli);
  addUpdateCommands(slices, cli, { showPlan, operate });
  addCloneCommand(slices, cli, { showPlan, operate });
  addKeepingCommands(program, slices, cli, { showPlan, operate });
  addGuestCommands(program, slices, cli);
  onOne('set-restart', 'whether what ran starts again by itself after a restart of its machine')
    .addArgument(new Argument('<choice>', 'on or off').choices(['on', 'off']))
    .action((name: string, choice: string) => setRestart(cli, name, choice));
  onOne('set-heal', 'whether what is not as it was asked for is healed by itself')
    .addArgument(new Argument('<choice>', 'on or off').choices(['on', 'off']))
    .action((name: string, choice: string) => setHeal(cli, name, choice));
  onOne('watch', 'what happens to a slice, as it happens').action((name: string) => watchSlice(cli, name));
  addOptions(
    onOne('share', 'let another user view or operate a slice, or show who can').argument(
      '[email]',
      'the other user’s whole address',
    ),
    inputs.shareSlice,
  )
    .option('--remove', 'not any more')
    .action(
      async (name: string, email: string | undefined, options: { level?: 'view' | 'operate'; remove?: boolean }) => {
        const client = await cli.client();
        const { id } = await findSlice(client, name);
        const { slices: api } = client.api;
        const { level } = options;
        const list = await changeShares(
          {
            list: () => api.shares.query({ id }),
            add: (whole) => api.share.mutate({ id, email: whole, ...(level !== undefined && { level }) }),
            remove: (userId) => api.unshare.mutate({ id, userId }),
          },
          email,
          options.remove,
        );
        cli.out.list(list, shareColumns, 'It is shared with nobody.');
      },
    );

  program
    .command('console')
    .description('the serial console of a VM; Ctrl-] leaves')
    .argument('<slice>', 'its id or name')
    .argument('<vm>', 'its name')
    .option('--linger <seconds>', 'after piped input has ended, wait until the VM is silent for so long', Number, 2)
    .action(async (sliceName: string, vmName: string, { linger }: { linger: number }) => {
      const client = await cli.client();
      const vm = findVm(await findSlice(client, sliceName), vmName);
      const guest = await client.console(vm.id);
      const how = guest.readOnly ? ' to look only: the slice is shared with you to view' : '';
      if (cli.prompt.interactive) cli.out.message(`Connected to ${vm.name}${how}. Ctrl-] leaves.`);
      const reason = await joinConsole(
        guest,
        { stdin: cli.stdin, stdout: cli.out.stdout },
        { lingerMs: linger * 1000, signal: cli.signal },
      );
      const missing = guest.leftOut();
      if (missing > 0) cli.out.message(`${missing} bytes of its output are missing: they were not read in time.`);
      if (reason !== null) throw new CliError(reason);
    });
}
