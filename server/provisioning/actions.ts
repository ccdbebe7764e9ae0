import type { Update } from '#shared/deployment/applied';
import type { BootRun } from '#shared/guest';
import { limits } from '#shared/limits';
import type { PlanStep, ResourceType, StepAction } from '#shared/deployment/schema';
import type { Ready } from '#shared/topology/schema';
import { say, together, told, within, type Said, type SentenceCode } from '#shared/sentence';
import { ProviderError } from '#server/lib/provider-error';
import { losesData } from '#server/providers/applied';
import type { FirstDiskRow } from '#server/db/queries/first-disks';
import type { DiskSource, ImageState, Provider, SliceRef, VmSpec } from '#server/providers/provider';
import type { SliceSpecs } from '#server/domain/deployments/specs';
import { followImage } from '#server/domain/images/image-states';

/** What an action needs: where it acts, on what, and how it learns that nobody waits for it any more. */
export interface ActionContext {
  provider: Provider;
  slice: SliceRef;
  specs: SliceSpecs;
  /** With which disks of a snapshot VMs begin. */
  firstDisks: ReadonlyMap<number, FirstDiskRow>;
  /** A VM that goes anyway is not asked to power down first. */
  graceMs: (vmId: number) => number | undefined;
  /** Writes down what became of an image in this zone. */
  imagePrepared: (imageId: number, state: ImageState) => Promise<void>;
  /** Tells what became of a command of a VM that has booted. */
  commandRan: (vm: VmSpec, run: BootRun) => Promise<void>;
  /** Writes down that a snapshot is there. */
  snapshotTaken: (snapshotId: number, taken: { sizeMb: number }) => Promise<void>;
  /** The snapshot of what was there before this deployment restored another one; null where it restores none. */
  snapshotBefore: number | null;
  signal: AbortSignal;
}

type FailureCode = Extract<
  SentenceCode,
  | `${Uppercase<ResourceType>}_NOT_${'CREATED' | 'CHANGED' | 'REMOVED' | 'STARTED' | 'READY' | 'REBOOTED' | 'STOPPED'}`
  | 'IMAGE_NOT_PREPARED'
  | `EDGE_NOT_${'CONNECTED' | 'DISCONNECTED'}`
  | `SLICE_NOT_${'CLEARED' | 'SUSPENDED' | 'RESUMED'}`
  | `SNAPSHOT_NOT_${'CREATED' | 'RESTORED'}`
>;

interface Action {
  /** `update`: of a step that changes what is there. */
  run(context: ActionContext, id: number, update: Update | null): Promise<void>;
  /** Takes back what `run` did or began; without it there is nothing to take back. Idempotent as `run` is. */
  undo?(context: ActionContext, id: number): Promise<void>;
  /** Says that it could not be done. */
  failed: FailureCode;
  /** Leaves nothing of the slice behind however it goes on, so that a cancellation or a destroy does not wait for it. */
  mayBeLeft?: boolean;
  /** Waits for a guest: bounded by the provider's launch limit, not by ours. */
  boots?: boolean;
  /** Waits for what a guest does after it has booted: holds up nothing but what depends on it. */
  waits?: boolean;
  /** How long one attempt may take, and what is said when it took longer; without it, as any step. */
  timeout?(specs: SliceSpecs, id: number): { ms: number; late: Said } | null;
  /** Steps of this resource are waited for, and need not succeed: a VM starts without the links that could not be made. */
  waitsFor?: ResourceType;
}

function known<Spec>(found: Spec | undefined): Spec {
  if (found === undefined) throw new ProviderError('INTERNAL', say('NO_LONGER_PART'), false);
  return found;
}
/** What the disk of a VM that is made begins with; undefined: its image. */
function firstDiskOf(specs: SliceSpecs, firstDisks: ActionContext['firstDisks'], vmId: number): DiskSource | undefined {
  const row = firstDisks.get(vmId);
  const vm = specs.definition(vmId);
  if (row === undefined || vm === undefined || row.imageId !== vm.image.id) return undefined;
  const { fromSliceId, snapshotId, fromVmId } = row;
  if (snapshotId === null) throw new ProviderError('NOT_FOUND', say('FIRST_DISK_GONE', { vm: vm.name }), false);
  return { slice: { id: fromSliceId }, snapshotId, vmId: fromVmId };
}
const stop = ({ provider, slice, graceMs }: ActionContext, id: number) => {
  const grace = graceMs(id);
  return provider.stopVm(slice, id, grace === undefined ? {} : { graceMs: grace });
};
/** Runs the commands of a VM that has been started, as far as they have not been. What becomes of them is told, and fails nothing. */
async function runAfterBoot({ provider, slice, commandRan, signal }: ActionContext, vm: VmSpec): Promise<void> {
  if (vm.exec.length > 0) await provider.runAfterBoot(slice, vm.id, { signal, tell: (run) => commandRan(vm, run) });
}
const removeVm = ({ provider, slice }: ActionContext, id: number) => provider.removeVm(slice, id);
const removeNetwork = ({ provider, slice }: ActionContext, id: number) => provider.removeNetwork(slice, id);
const disconnect = ({ provider, slice }: ActionContext, id: number) => provider.removeEdge(slice, id);

function lateGate({ marker, tcpPort, timeoutSeconds: seconds }: Ready): Said {
  if (marker !== undefined) return say('GATE_MARKER_LATE', { marker, seconds });
  return tcpPort === undefined ? say('GATE_LATE', { seconds }) : say('GATE_PORT_LATE', { port: tcpPort, seconds });
}

/** Every action that a plan may hold, with its undo. */
const actions: Record<string, Action> = {
  'image/prepare': {
    async run({ provider, specs, imagePrepared }, id) {
      const image = known(specs.images.get(id));
      // a lease that was lost is noticed by the end of the step
      const settled = followImage(
        provider,
        image,
        (state) => imagePrepared(id, state),
        () => undefined,
      );
      try {
        const prepared = await provider.ensureImage(image);
        await settled();
        await imagePrepared(id, { state: 'verified', ...prepared });
      } catch (error) {
        await settled();
        if (error instanceof ProviderError && error.code !== 'ABORTED')
          await imagePrepared(id, { state: 'broken', reason: told(error.sentences) });
        throw error;
      }
    },
    failed: 'IMAGE_NOT_PREPARED',
    mayBeLeft: true,
  },
  'network/create': {
    run: ({ provider, slice, specs }, id) => provider.ensureNetwork(slice, known(specs.networks.get(id))),
    undo: removeNetwork,
    failed: 'NETWORK_NOT_CREATED',
  },
  // what was changed stays changed after a cancellation: what it was before is in no row any more
  'network/update': {
    run: ({ provider, slice, specs }, id) => provider.updateNetwork(slice, known(specs.networks.get(id))),
    failed: 'NETWORK_NOT_CHANGED',
  },
  'network/remove': { run: removeNetwork, failed: 'NETWORK_NOT_REMOVED' },
  'vm/create': {
    async run({ provider, slice, specs, firstDisks }, id) {
      await provider.ensureVm(slice, known(specs.vm(id)), { disk: firstDiskOf(specs, firstDisks, id) });
    },
    undo: removeVm,
    failed: 'VM_NOT_CREATED',
  },
  'vm/update': {
    async run({ provider, slice, specs }, id, update) {
      await provider.updateVm(slice, known(specs.vm(id)), { recreate: losesData(update?.changes ?? []) });
    },
    failed: 'VM_NOT_CHANGED',
  },
  'vm/start': {
    async run(context, id) {
      const { provider, slice, specs, signal } = context;
      const vm = known(specs.vm(id));
      await provider.startVm(slice, vm, { signal });
      await runAfterBoot(context, vm);
    },
    undo: stop,
    failed: 'VM_NOT_STARTED',
    boots: true,
    waitsFor: 'edge',
  },
  'vm/await': {
    async run(context, id) {
      const { provider, slice, specs, signal } = context;
      const vm = known(specs.vm(id));
      // one that has crashed since is started once more by the attempt that follows
      await provider.startVm(slice, vm, { signal });
      await runAfterBoot(context, vm);
      await provider.awaitReady(slice, vm, { signal });
    },
    failed: 'VM_NOT_READY',
    mayBeLeft: true,
    waits: true,
    timeout(specs, id) {
      const ready = specs.vm(id)?.ready ?? null;
      return ready && { ms: ready.timeoutSeconds * 1000, late: lateGate(ready) };
    },
  },
  'vm/reboot': {
    async run(context, id) {
      const { provider, slice, specs, signal } = context;
      const vm = known(specs.vm(id));
      await provider.rebootVm(slice, vm, { signal });
      await runAfterBoot(context, vm);
    },
    failed: 'VM_NOT_REBOOTED',
    boots: true,
  },
  'vm/stop': { run: stop, failed: 'VM_NOT_STOPPED' },
  'vm/remove': { run: removeVm, failed: 'VM_NOT_REMOVED' },
  'edge/connect': {
    run: ({ provider, slice, specs }, id) => provider.ensureEdge(slice, known(specs.edges.get(id))),
    undo: disconnect,
    failed: 'EDGE_NOT_CONNECTED',
  },
  'edge/update': {
    run: ({ provider, slice, specs }, id) => provider.updateEdge(slice, known(specs.edges.get(id))),
    failed: 'EDGE_NOT_CHANGED',
  },
  'edge/disconnect': { run: disconnect, failed: 'EDGE_NOT_DISCONNECTED' },
  'slice/sweep': {
    async run({ provider, slice }) {
      await provider.removeSlice(slice);
      const left = await provider.observe(slice);
      if (left.vms.length + left.networks.length + left.edges.length > 0)
        throw new ProviderError('INTERNAL', say('SOMETHING_LEFT'), true);
    },
    failed: 'SLICE_NOT_CLEARED',
  },
  'slice/suspend': {
    run: ({ provider, slice }) => provider.suspendSlice(slice),
    undo: ({ provider, slice }) => provider.resumeSlice(slice),
    failed: 'SLICE_NOT_SUSPENDED',
  },
  // without an undo: what goes on is not what was suspended any more
  'slice/resume': { run: ({ provider, slice }) => provider.resumeSlice(slice), failed: 'SLICE_NOT_RESUMED' },
  'snapshot/create': {
    async run({ provider, slice, snapshotTaken }, id) {
      await snapshotTaken(id, await provider.takeSnapshot(slice, id));
    },
    undo: ({ provider, slice }, id) => provider.removeSnapshot(slice, id),
    failed: 'SNAPSHOT_NOT_CREATED',
  },
  'snapshot/restore': {
    run: ({ provider, slice }, id) => provider.restoreSnapshot(slice, id),
    async undo({ provider, slice, snapshotBefore }) {
      if (snapshotBefore === null) return;
      await provider.restoreSnapshot(slice, snapshotBefore);
      await provider.resumeSlice(slice);
    },
    failed: 'SNAPSHOT_NOT_RESTORED',
  },
};

/** The action of a step. Plans hold only those that exist. */
export function actionOf(step: { resource: ResourceType; action: StepAction }): Action {
  const action = actions[`${step.resource}/${step.action}`];
  if (action === undefined) throw new Error(`There is no action ${step.resource}/${step.action}.`);
  return action;
}

const notUndone = {
  image: 'IMAGE_NOT_UNDONE',
  network: 'NETWORK_NOT_UNDONE',
  vm: 'VM_NOT_UNDONE',
  edge: 'EDGE_NOT_UNDONE',
  slice: 'SLICE_NOT_UNDONE',
  snapshot: 'SNAPSHOT_NOT_UNDONE',
} as const satisfies Record<ResourceType, SentenceCode>;

/** The end of everything that is said of a failed operation. */
export const advice = say('RETRY_OR_DESTROY');

/** What could not be done, why, and what to do, within the limit. The cause of an unknown error stays in the log. */
export function failureOf(
  step: Pick<PlanStep, 'resource' | 'action' | 'label'>,
  error: unknown,
  undoing = false,
): Said {
  const cause = error instanceof ProviderError ? told(error.sentences) : say('INTERNAL_LOGGED');
  const code = undoing ? notUndone[step.resource] : actionOf(step).failed;
  return within(limits.messageLength, together(say(code, { label: step.label }), cause, advice));
}

/** What is said of the deployment, within the limit: the only failure, or all of them with one advice; null for none. */
export function failuresOf(failures: readonly Said[]): Said | null {
  const [first] = failures;
  if (first === undefined || failures.length === 1) return first ?? null;
  const whys = failures.map(({ sentences }) => told(sentences.filter(({ code }) => code !== 'RETRY_OR_DESTROY')));
  const all = together(...whys, advice);
  if (all.message.length <= limits.messageLength) return all;
  // what does not fit is counted
  const more = together(say('AND_MORE', { count: failures.length - 1 }), advice);
  const head = within(limits.messageLength - more.message.length - 1, whys[0] ?? first);
  return together(head, more);
}
