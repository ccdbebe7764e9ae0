/** Trama as `npm start` runs it, but that on the links of its simulated zones pass BENCH_FRAMES_PER_SECOND, whichever are captured. */
import { FrameQueue } from '#server/providers/frame-queue';
import { launchSimulated } from './launch-simulated';

const perSecond = Number(process.env['BENCH_FRAMES_PER_SECOND']);
const everyMs = 5;

/** A frame of Ethernet and IPv4 between 10.0.0.1 and 10.0.0.2. */
function packet(protocol: number, payload: readonly number[], bytes: number): Uint8Array {
  const frame = new Uint8Array(bytes);
  const length = bytes - 14;
  frame.set([0x52, 0x54, 0, 0, 0, 2, 0x52, 0x54, 0, 0, 0, 1, 8, 0]);
  frame.set([0x45, 0, length >> 8, length & 255, 0, 0, 0x40, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2], 14);
  frame.set(payload, 34);
  return frame;
}
const tcp = [0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0];
const dns = [0x9c, 0x40, 0, 53, 0, 33, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 0x77, 0x65, 0x62];
/** What a download looks like: full segments, their acknowledgements, and now and then a question. */
const kinds = [packet(6, tcp, 1_514), packet(6, tcp, 1_514), packet(6, tcp, 60), packet(17, dns, 75)];

await launchSimulated((simulator) => ({
  ...simulator,
  async openCapture(slice, options) {
    (await simulator.openCapture(slice, options)).close();
    const [edgeId = 0] = options.edgeIds;
    const began = performance.now();
    let sent = 0;
    const timer = setInterval(() => {
      for (const due = ((performance.now() - began) / 1000) * perSecond; sent < due; sent += 1) {
        const frame = kinds[sent % kinds.length] ?? new Uint8Array(60);
        const data = frame.subarray(0, options.snapLength);
        queue.push({ edgeId, at: Date.now() * 1000, length: frame.length, data });
      }
    }, everyMs);
    const queue = new FrameQueue(() => clearInterval(timer));
    return queue;
  },
}));
