import { say } from '#shared/sentence';
import { appliedNetwork, changesOf } from '../applied';
import { guarded, notDefined } from '../errors';
import type { NetworkSpec, SliceRef } from '../provider';
import { NetworkMachine } from './network-machine';
import { serviceOf } from './services/service-of';
import type { SliceWork } from './slice-machines';

/** Networks: a hub each, and for those that have DHCP a server in the relay's process. */
export class Networks {
  readonly #work: SliceWork;

  constructor(work: SliceWork) {
    this.#work = work;
  }

  async ensure(slice: SliceRef, spec: NetworkSpec): Promise<void> {
    const { id, name, dhcp = false } = spec;
    const { networks } = await this.#work.machines(slice.id);
    await this.#work.locks.run(`${slice.id}:n${id}`, async () => {
      const record = { name, attachments: [], applied: null, dhcp };
      const network = networks.get(id) ?? new NetworkMachine(this.#work.context, slice.id, id, record);
      const start = network.start({ applied: appliedNetwork(spec, this.#work.context.parts), dhcp });
      await guarded(start, say('ACT_NETWORK_START'));
      networks.set(id, network);
    });
    await this.serve(slice.id);
  }

  async update(slice: SliceRef, spec: NetworkSpec): Promise<void> {
    const { networks } = await this.#work.machines(slice.id);
    await this.#work.locks.run(`${slice.id}:n${spec.id}`, async () => {
      const network = networks.get(spec.id);
      if (!network) throw notDefined('network');
      const { parts } = this.#work.context;
      const applied = appliedNetwork(spec, parts);
      const changes = changesOf('network', network.record.applied, applied, parts);
      const restart = changes.some(({ effect }) => effect !== 'live');
      const { name, dhcp = false } = spec;
      await guarded(network.update({ name, dhcp, applied, restart }), say('ACT_NETWORK_CHANGE'));
    });
    await this.serve(slice.id);
  }

  async remove(slice: SliceRef, networkId: number): Promise<void> {
    const { networks } = await this.#work.machines(slice.id);
    await this.#work.locks.run(`${slice.id}:n${networkId}`, async () => {
      const network = networks.get(networkId);
      if (!network) return;
      await guarded(network.remove(), say('ACT_NETWORK_REMOVE'));
      networks.delete(networkId);
    });
    await this.serve(slice.id);
  }

  /** Has the servers of a slice's networks go by its NICs and names as they are now, and be there where they should. */
  async serve(sliceId: number): Promise<void> {
    const { vms, networks, relay } = await this.#work.machines(sliceId);
    await this.#work.locks.run(`${sliceId}:relay`, async () => {
      const guests = [...vms.values()].map(({ record }) => record.spec);
      const services = [...networks.values()].flatMap(({ id, record, serviceMac: mac }) => {
        const config = record.dhcp ? serviceOf({ networkId: id, mac }, guests) : null;
        return config === null ? [] : [{ networkId: id, config }];
      });
      // what is suspended rests, with its networks, and is served again when it goes on
      const isAwake = [...networks.values()].some(({ up }) => up);
      await guarded(relay.serve(services, { wake: isAwake }), say('ACT_NETWORK_CHANGE'));
    });
  }
}
