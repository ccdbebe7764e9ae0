import { say } from '#shared/sentence';
import { appliedNetwork, changesOf } from '../applied';
import { guarded, notDefined, notRunning } from '../errors';
import type { NetworkEnd, NetworkJoin, NetworkSpec, SliceRef } from '../provider';
import { cutJoin, offerSocket } from './join-sockets';
import { NetworkMachine } from './network-machine';
import { serviceOf } from './services/service-of';
import type { SliceWork } from './slice-machines';

/** Networks: a hub each, for those that have DHCP a server in the relay's process, and what makes hubs of different slices one. */
export class Networks {
  readonly #work: SliceWork;

  constructor(work: SliceWork) {
    this.#work = work;
  }

  async ensure(slice: SliceRef, spec: NetworkSpec): Promise<void> {
    const { id, name, dhcp = false } = spec;
    const { networks } = await this.#work.machines(slice.id);
    await this.#work.locks.run(`${slice.id}:n${id}`, async () => {
      const record = { name, attachments: [], applied: null, dhcp, joins: [] };
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
    const near = { sliceId: slice.id, networkId };
    const partFrom = async (network: NetworkMachine | undefined) => {
      for (const { id, ...far } of network?.record.joins ?? []) await this.part({ id, ends: [near, far] });
    };
    // before it is gone, so that who is killed over it finds what is left to part; and of what was joined meanwhile, after it
    await partFrom(networks.get(networkId));
    let removed: NetworkMachine | undefined;
    await this.#work.locks.run(keyOf(near), async () => {
      removed = networks.get(networkId);
      if (removed === undefined) return;
      await guarded(removed.remove(), say('ACT_NETWORK_REMOVE'));
      networks.delete(networkId);
    });
    await partFrom(removed);
    await this.serve(slice.id);
  }

  async join(join: NetworkJoin): Promise<void> {
    const { id, ends } = join;
    const { folder } = this.#work.context;
    const found = await Promise.all(ends.map((end) => this.#find(end)));
    // a hub that is gone, or takes nothing, must not be waited for by the other one
    if (!found.every((network) => network?.up === true)) {
      await guarded(cutJoin(folder, id), say('ACT_NETWORK_PART'));
      throw notRunning(say('JOIN_NETWORK_DOWN'));
    }
    const [one, other] = ends;
    for (const [near, far] of [[one, other] as const, [other, one] as const])
      await this.#work.locks.run(keyOf(near), async () => {
        const network = await this.#find(near);
        if (network?.up !== true) throw notRunning(say('JOIN_NETWORK_DOWN'));
        await guarded(
          network.join({ id, ...far }).then(() => offerSocket(folder, id, network, far.sliceId)),
          say('ACT_NETWORK_JOIN'),
        );
      });
  }

  async part({ id, ends }: NetworkJoin): Promise<void> {
    const failed = say('ACT_NETWORK_PART');
    for (const end of ends)
      await this.#work.locks.run(keyOf(end), async () => guarded((await this.#find(end))?.part(id) ?? done, failed));
    await guarded(cutJoin(this.#work.context.folder, id), failed);
  }

  async #find({ sliceId, networkId }: NetworkEnd): Promise<NetworkMachine | undefined> {
    return (await this.#work.machines(sliceId)).networks.get(networkId);
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

const done = Promise.resolve();
const keyOf = ({ sliceId, networkId }: NetworkEnd) => `${sliceId}:n${networkId}`;
