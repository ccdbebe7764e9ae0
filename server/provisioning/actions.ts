import type { Update } from '#shared/deployment/applied';
import { limits } from '#shared/limits';
import type { PlanStep, ResourceType, StepAction } from '#shared/deployment/schema';
import { ProviderError } from '#server/lib/provider-error';
import { recreates } from '#server/providers/applied';
import type { ImageState, Provider, SliceRef } from '#server/providers/provider';
import type { SliceSpecs } from '#server/domain/deployments/specs';

/** What an action needs: where it acts, on what, and how it learns that nobody waits for it any more. */
export interface ActionContext {
  provider: Provider;
  slice: SliceRef;
  specs: SliceSpecs;
  /** A VM that goes anyway is not asked to power down first. */
  graceMs: (vmId: number) => number | undefined;
  /** Writes down what became of an image in this zone. */
  imagePrepared: (imageId: number, state: ImageState) => Promise<void>;
  signal: AbortSignal;
}

interface Action {
  /** `update`: of a step that changes what is there. */
  run(context: ActionContext, id: number, update: Update | null): Promise<void>;
  /** Takes back what `run` did or began; without it there is nothing to take back. Idempotent as `run` is. */
  undo?(context: ActionContext, id: number): Promise<void>;
  /** Completes "VM web could not be …". */
  past: string;
  /** Leaves nothing of the slice behind however it goes on, so that a cancellation or a destroy does not wait for it. */
  mayBeLeft?: boolean;
  /** Waits for a guest: bounded by the provider's launch limit, not by ours. */
  boots?: boolean;
  /** Steps of this resource are waited for, and need not succeed: a VM starts without the links that could not be made. */
  waitsFor?: ResourceType;
}

function known<Spec>(found: Spec | undefined): Spec {
  if (found === undefined) throw new ProviderError('INTERNAL', 'it is no longer part of the slice', false);
  return found;
}
const stop = ({ provider, slice, graceMs }: ActionContext, id: number) => {
  const grace = graceMs(id);
  return provider.stopVm(slice, id, grace === undefined ? {} : { graceMs: grace });
};
const removeVm = ({ provider, slice }: ActionContext, id: number) => provider.removeVm(slice, id);
const removeNetwork = ({ provider, slice }: ActionContext, id: number) => provider.removeNetwork(slice, id);
const disconnect = ({ provider, slice }: ActionContext, id: number) => provider.removeEdge(slice, id);

/** Every action that a plan may hold, with its undo. */
const actions: Record<string, Action> = {
  'image/prepare': {
    async run({ provider, specs, imagePrepared }, id) {
      const image = known(specs.images.get(id));
      try {
        await imagePrepared(id, { state: 'verified', ...(await provider.ensureImage(image)) });
      } catch (error) {
        if (error instanceof ProviderError && error.code !== 'ABORTED')
          await imagePrepared(id, { state: 'broken', reason: error.message });
        throw error;
      }
    },
    past: 'prepared',
    mayBeLeft: true,
  },
  'network/create': {
    run: ({ provider, slice, specs }, id) => provider.ensureNetwork(slice, known(specs.networks.get(id))),
    undo: removeNetwork,
    past: 'created',
  },
  // what was changed stays changed after a cancellation: what it was before is in no row any more
  'network/update': {
    run: ({ provider, slice, specs }, id) => provider.updateNetwork(slice, known(specs.networks.get(id))),
    past: 'changed',
  },
  'network/remove': { run: removeNetwork, past: 'removed' },
  'vm/create': {
    async run({ provider, slice, specs }, id) {
      await provider.ensureVm(slice, known(specs.vm(id)));
    },
    undo: removeVm,
    past: 'created',
  },
  'vm/update': {
    async run({ provider, slice, specs }, id, update) {
      await provider.updateVm(slice, known(specs.vm(id)), { recreate: recreates(update?.changes ?? []) });
    },
    past: 'changed',
  },
  'vm/start': {
    run: ({ provider, slice, specs, signal }, id) => provider.startVm(slice, known(specs.vm(id)), { signal }),
    undo: stop,
    past: 'started',
    boots: true,
    waitsFor: 'edge',
  },
  'vm/reboot': {
    run: ({ provider, slice, specs, signal }, id) => provider.rebootVm(slice, known(specs.vm(id)), { signal }),
    past: 'rebooted',
    boots: true,
  },
  'vm/stop': { run: stop, past: 'stopped' },
  'vm/remove': { run: removeVm, past: 'removed' },
  'edge/connect': {
    run: ({ provider, slice, specs }, id) => provider.ensureEdge(slice, known(specs.edges.get(id))),
    undo: disconnect,
    past: 'connected',
  },
  'edge/update': {
    run: ({ provider, slice, specs }, id) => provider.updateEdge(slice, known(specs.edges.get(id))),
    past: 'changed',
  },
  'edge/disconnect': { run: disconnect, past: 'disconnected' },
  'slice/sweep': {
    async run({ provider, slice }) {
      await provider.removeSlice(slice);
      const left = await provider.observe(slice);
      if (left.vms.length + left.networks.length + left.edges.length > 0)
        throw new ProviderError('INTERNAL', 'something of it is still there', true);
    },
    past: 'cleared away',
  },
};

/** The action of a step. Plans hold only those that exist. */
export function actionOf(step: { resource: ResourceType; action: StepAction }): Action {
  const action = actions[`${step.resource}/${step.action}`];
  if (action === undefined) throw new Error(`There is no action ${step.resource}/${step.action}.`);
  return action;
}

const nouns: Record<ResourceType, string> = {
  image: 'Image',
  network: 'Network',
  vm: 'VM',
  edge: 'Link',
  slice: 'Slice',
};

/** The end of every such sentence. */
const advice = '; retry or destroy the slice.';

/** One bounded sentence: what could not be done, why, and what to do. The cause of an unknown error stays in the log. */
export function failureSentence(
  step: Pick<PlanStep, 'resource' | 'action' | 'label'>,
  error: unknown,
  undoing = false,
): string {
  const cause =
    error instanceof ProviderError
      ? error.message.trim().replace(/[.\s]+$/u, '')
      : 'an internal error, which has been logged';
  const head = undoing
    ? `${nouns[step.resource]} ${step.label} could not be taken back after the cancellation: `
    : `${nouns[step.resource]} ${step.label} could not be ${actionOf(step).past}: `;
  const room = limits.messageLength - head.length - advice.length;
  return head + (cause.length > room ? `${cause.slice(0, room - 1)}…` : cause) + advice;
}

/** The deployment's sentence, within the limit: the only failure, or all of them with one advice; null for none. */
export function failuresSentence(failures: readonly string[]): string | null {
  const [first] = failures;
  if (first === undefined || failures.length === 1) return first ?? null;
  const all = failures.map((sentence) => (sentence.endsWith(advice) ? sentence.slice(0, -advice.length) : sentence));
  const joined = all.join('; ');
  const room = limits.messageLength - advice.length;
  if (joined.length <= room) return joined + advice;
  // what does not fit is counted
  const count = `; and ${failures.length - 1} more`;
  return `${(all[0] ?? first).slice(0, room - count.length)}${count}${advice}`;
}
