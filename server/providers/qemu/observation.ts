import { say, together, type Said } from '#shared/sentence';
import { edgeStatuses } from '../edge-status';
import type { SliceObservation } from '../provider';
import type { Stranger } from './find-machines';
import type { ImageStore } from './images/image-store';
import type { SliceMachines } from './slice-machines';
import type { VmMachine } from './vm-machine';
import type { ZoneFolder } from './zone-folder';

/** So many processes that are not ours are named. */
const named = 3;

/** Where one looks. */
interface Place {
  folder: ZoneFolder;
  images: ImageStore;
  /** Processes in the zone's folder that nobody here has started. */
  strangers: readonly Stranger[];
}

/** What is there of a slice: what its processes are, and what is wrong with VMs however they run. */
export async function observeMachines(
  { vms, networks, relay, gateway }: SliceMachines,
  place: Place,
): Promise<SliceObservation> {
  const { folder } = place;
  const found = [...vms.values()].sort((a, b) => a.record.spec.id - b.record.spec.id);
  // what has lost its folder is gone, whatever still runs of it
  const whole = await Promise.all(found.map(({ sliceId, name }) => folder.exists(sliceId, name)));
  const sortedVms = found.filter((_, index) => whole[index]);
  const sortedNetworks = [...networks.values()].sort((a, b) => a.id - b.id);
  const ours = new Set([...found, ...sortedNetworks, relay, gateway].map(({ pid }) => pid));
  const sliceId = found[0]?.sliceId;
  const strangers = place.strangers.filter((one) => one.sliceId === sliceId && !ours.has(one.pid));
  const observed = sortedVms.map(async (vm, index) => {
    const { status, error } = vm.status();
    const image = await imageFlaw(vm, place);
    // who is in the folder of the whole slice is told of once
    const intruders = strangers.filter(
      ({ machine }) => machine === vm.name || (index === 0 && !vms.has(idOf(machine))),
    );
    const cutOff = status === 'running' && vm.record.spec.internet && !gateway.up;
    const code = gateway.usedUp ? 'VM_INTERNET_USED_UP' : 'VM_INTERNET_DOWN';
    const down = cutOff ? (gateway.unable ?? say(code, { vm: vm.record.spec.name })) : null;
    const flaws = [
      error,
      image?.said,
      down,
      vm.forwarding.trouble,
      ...intruders.slice(0, named).map((one) => intrusion(vm, one)),
    ];
    const said = flaws.filter((flaw) => flaw !== null && flaw !== undefined);
    return {
      id: vm.record.spec.id,
      status,
      error: said.length === 0 ? null : together(...said),
      lacksImage: image?.canBeHad === true,
      forwards: vm.forwards(),
      applied: vm.record.applied,
    };
  });
  return {
    observedAt: new Date(),
    vms: await Promise.all(observed),
    networks: sortedNetworks.map(({ id, up, record: { applied, joins } }) => ({
      id,
      // without its server it is not what was asked for
      status: up && !relay.isDeaf(id) ? ('up' as const) : ('down' as const),
      applied,
      ...(joins.length > 0 && { joins: joins.map((one) => one.id).sort((a, b) => a - b) }),
    })),
    edges: edgeStatuses(
      sortedVms.map((vm) => ({ id: vm.record.spec.id, up: vm.up, nics: vm.record.spec.nics })),
      sortedNetworks.map(({ id, up, record }) => ({
        id,
        up,
        attached: new Set(record.attachments.map((attachment) => attachment.edgeId)),
      })),
      new Map(sortedVms.flatMap((vm) => vm.record.edges.map(({ id, applied }) => [id, applied]))),
      (edgeId) => relay.isDead(edgeId),
    ),
  };
}

const idOf = (machine: Stranger['machine']) => (machine?.startsWith('v') === true ? Number(machine.slice(1)) : -1);

function intrusion(vm: VmMachine, { machine, program, pid }: Stranger): Said {
  const params = { vm: vm.record.spec.name, program, pid };
  return say(machine === vm.name ? 'VM_FOREIGN_PROCESS' : 'SLICE_FOREIGN_PROCESS', params);
}

/** Whether what a VM was made from, or boots, is gone from the zone, and whether that can be had again. */
async function imageFlaw(
  { record: { imageKey, spec } }: VmMachine,
  { folder, images }: Place,
): Promise<{ said: Said; canBeHad: boolean } | null> {
  const { image, name: vm } = spec;
  if (imageKey === null || (await folder.hasImage(imageKey, image.kind))) return null;
  // a kernel is read at each start, and may be another then
  const canBeHad = image.kind === 'kernel' || (await images.canBeHad(image, imageKey));
  return { said: say(canBeHad ? 'VM_IMAGE_GONE' : 'VM_DISK_BASE_GONE', { vm, image: image.name }), canBeHad };
}
