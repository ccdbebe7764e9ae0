import { withoutPrefix } from '#shared/topology/prefix';
import { say } from '#shared/sentence';
import { bends, directionsOf, type Link, type LinkQuality } from '#shared/topology/link';
import { notRunning } from '../errors';
import { FrameQueue } from '../frame-queue';
import type { EdgeTraffic, NicSpec, Provider } from '../provider';
import { appliedLink, type SimulatedVm, type SimulatedPart } from './simulator-state';

/** How often a link that is captured has one frame. */
const everyMs = 40;
/** Of a frame, about. */
const simulatedBytes = 70;
const broadcast = [255, 255, 255, 255, 255, 255];

/** Frames of links between simulated VMs: who is there, and pings to and fro, as long as one of a link's VMs is on. */
export function simulatedCaptures({
  state,
  enter,
}: Pick<SimulatedPart, 'state' | 'enter'>): Pick<Provider, 'openCapture' | 'openCounters'> & { close: () => void } {
  const open = new Set<FrameQueue>();
  const vmsOf = (sliceId: number): SimulatedVm[] => [...(state.slices.get(sliceId)?.vms.values() ?? [])];
  const nicsOf = (sliceId: number, edgeId: number): NicSpec[] =>
    vmsOf(sliceId).flatMap(({ power, spec }) =>
      power === 'on' ? spec.nics.filter((nic) => nic.edgeId === edgeId) : [],
    );
  return {
    async openCapture({ id }, { edgeIds, snapLength }) {
      await enter();
      const edges = new Set(edgeIds);
      for (const edgeId of edges) if (nicsOf(id, edgeId).length === 0) throw notRunning(say('CAPTURE_NOT_RUNNING'));
      let count = 0;
      const timer = setInterval(() => {
        for (const edgeId of edges) {
          const nics = nicsOf(id, edgeId);
          if (nics.length === 0) edges.delete(edgeId);
          else {
            const frame = simulatedFrame(nics, count);
            const data = frame.subarray(0, snapLength);
            queue.push({ edgeId, at: Date.now() * 1000, length: frame.length, data });
          }
        }
        count += 1;
        if (edges.size === 0) queue.end();
      }, everyMs);
      const queue = new FrameQueue(() => {
        clearInterval(timer);
        open.delete(queue);
      });
      open.add(queue);
      timer.unref();
      return queue;
    },
    async openCounters({ id }) {
      await enter();
      const sums = new Map<number, EdgeTraffic>();
      let last = performance.now();
      return {
        async read() {
          await enter();
          const frames = Math.floor((performance.now() - last) / everyMs);
          last += frames * everyMs;
          const edges = new Set(
            vmsOf(id)
              .flatMap(({ power, spec }) => (power === 'on' ? spec.nics : []))
              .map((nic) => nic.edgeId),
          );
          for (const edgeId of edges) {
            const before = sums.get(edgeId) ?? { frames: 0, bytes: 0, drops: null };
            const link = appliedLink(state.slices.get(id), edgeId);
            sums.set(edgeId, {
              frames: before.frames + frames,
              bytes: before.bytes + frames * simulatedBytes,
              drops: bends(link) ? withLoss(before.drops, link, frames) : before.drops,
            });
          }
          return new Map([...sums].filter(([edgeId]) => edges.has(edgeId)).map(([id, sum]) => [id, inWhole(sum)]));
        },
        close: () => undefined,
      };
    },
    close() {
      for (const queue of open) queue.end();
    },
  };
}

/** What a bent link has lost in all, frames and fractions, after as many more frames, half of them each way. */
function withLoss(before: EdgeTraffic['drops'], link: Link, frames: number): EdgeTraffic['drops'] {
  const { forth, back } = directionsOf(link);
  const lost = ({ lossPercent = 0 }: LinkQuality) => (frames / 2) * (lossPercent / 100);
  return {
    forth: { lost: (before?.forth.lost ?? 0) + lost(forth), dropped: 0 },
    back: { lost: (before?.back.lost ?? 0) + lost(back), dropped: 0 },
  };
}

function inWhole({ drops, ...sum }: EdgeTraffic): EdgeTraffic {
  if (drops === null) return { ...sum, drops };
  const whole = ({ lost, dropped }: typeof drops.forth) => ({ lost: Math.floor(lost), dropped });
  return { ...sum, drops: { forth: whole(drops.forth), back: whole(drops.back) } };
}

/** The `count`th frame of a link: in turn a question for an address, a ping and, where the other end runs, its answer. */
function simulatedFrame([one, other]: readonly NicSpec[], count: number): Uint8Array {
  const from = endOf(one);
  const to = endOf(other);
  const turn = count % 3;
  if (turn === 0 || other === undefined)
    return ethernet(broadcast, from.mac, 0x0806, [
      ...[0, 1, 8, 0, 6, 4, 0, 1],
      ...from.mac,
      ...from.address,
      ...[0, 0, 0, 0, 0, 0],
      ...to.address,
    ]);
  return turn === 1 ? ping(from, to, 8, count) : ping(to, from, 0, count - 1);
}

interface End {
  mac: number[];
  address: number[];
}

function endOf(nic: NicSpec | undefined): End {
  if (nic === undefined) return { mac: broadcast, address: [10, 0, 0, 1] };
  return {
    mac: nic.mac.split(':').map((part) => Number.parseInt(part, 16)),
    address: withoutPrefix(nic.address).split('.').map(Number),
  };
}

function ping(from: End, to: End, type: number, sequence: number): Uint8Array {
  const payload = [...new TextEncoder().encode('Trama simulates the ping of a guest')];
  const icmp = summed([type, 0, 0, 0, 0, 1, (sequence >> 8) & 255, sequence & 255, ...payload], 2);
  const length = 20 + icmp.length;
  const header = summed(
    [0x45, 0, length >> 8, length & 255, 0, 0, 0x40, 0, 64, 1, 0, 0, ...from.address, ...to.address],
    10,
  );
  return ethernet(to.mac, from.mac, 0x0800, [...header, ...icmp]);
}

function ethernet(
  to: readonly number[],
  from: readonly number[],
  type: number,
  payload: readonly number[],
): Uint8Array {
  return Uint8Array.from([...to, ...from, type >> 8, type & 255, ...payload]);
}

/** With the internet checksum (RFC 1071) at `at`, where zeros are. */
function summed(bytes: readonly number[], at: number): number[] {
  let sum = 0;
  for (let index = 0; index < bytes.length; index += 2) sum += ((bytes[index] ?? 0) << 8) + (bytes[index + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return bytes.with(at, (~sum >> 8) & 255).with(at + 1, ~sum & 255);
}
