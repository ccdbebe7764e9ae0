import type { Provider } from '../../provider';
import type { InternetGateway } from './internet-gateway';

export type InternetCalls = Pick<Provider, 'internetUse' | 'limitInternet'>;

/** What is counted and limited of slices' ways to the internet. `known`: by id, the slices that were looked at since the provider began. */
export function internetCalls(
  known: ReadonlyMap<number, unknown>,
  machinesOf: (sliceId: number) => Promise<{ gateway: InternetGateway }>,
): InternetCalls {
  return {
    async internetUse() {
      const used: Awaited<ReturnType<Provider['internetUse']>> = new Map();
      for (const sliceId of known.keys()) {
        const readings = await (await machinesOf(sliceId)).gateway.readings();
        if (readings.length > 0) used.set(sliceId, readings);
      }
      return used;
    },
    async limitInternet({ id }) {
      if (known.has(id)) await (await machinesOf(id)).gateway.limit();
    },
  };
}
