import { say } from '#shared/sentence';
import { notRunning } from '../errors';
import type { NetworkEnd, NetworkJoin, Provider } from '../provider';
import type { SimulatedPart, SimulatorState } from './simulator-state';

/** Ids of the joins by which a network is one with another that is there, the lowest first. */
export function joinsOf({ slices }: Pick<SimulatorState, 'slices'>, { sliceId, networkId }: NetworkEnd): number[] {
  const joins = [...(slices.get(sliceId)?.joins ?? [])].filter(([, end]) => end.networkId === networkId);
  return joins
    .filter(([id, { far }]) => slices.get(far.sliceId)?.joins.has(id) === true)
    .map(([id]) => id)
    .sort((a, b) => a - b);
}

/** Parts a network that is removed, or all of a slice, from those of others. */
export function leaveJoins(
  state: SimulatorState,
  { sliceId, networkId }: { sliceId: number; networkId?: number },
): void {
  const { joins } = state.slices.get(sliceId) ?? {};
  for (const [id, end] of joins ?? []) {
    if (networkId !== undefined && end.networkId !== networkId) continue;
    joins?.delete(id);
    state.slices.get(end.far.sliceId)?.joins.delete(id);
    state.keep?.(end.far.sliceId);
  }
}

export function simulatedJoins({ state, enter }: SimulatedPart): Pick<Provider, 'joinNetworks' | 'partNetworks'> {
  const part = ({ id, ends }: NetworkJoin) => {
    for (const { sliceId } of ends) {
      state.slices.get(sliceId)?.joins.delete(id);
      state.keep?.(sliceId);
    }
  };
  return {
    async joinNetworks(join) {
      await enter();
      const isUp = ({ sliceId, networkId }: NetworkEnd) => state.slices.get(sliceId)?.networks.has(networkId) === true;
      if (!join.ends.every(isUp)) {
        part(join);
        throw notRunning(say('JOIN_NETWORK_DOWN'));
      }
      const [one, other] = join.ends;
      for (const [near, far] of [[one, other] as const, [other, one] as const]) {
        state.slices.get(near.sliceId)?.joins.set(join.id, { networkId: near.networkId, far });
        state.keep?.(near.sliceId);
      }
    },
    async partNetworks(join) {
      await enter();
      part(join);
    },
  };
}
