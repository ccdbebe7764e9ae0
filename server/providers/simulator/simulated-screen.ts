import { say } from '#shared/sentence';
import { ProviderError } from '#server/lib/provider-error';
import { RfbClientReader, rfbVersion, type RfbPart } from '#server/lib/rfb';
import type { ConsoleStream } from '../provider';
import type { SimulatedVm } from './simulator-state';

const width = 160;
const height = 100;
/** A key makes the screen so much lighter. */
const shadesPerKey = 16;

const u16 = (value: number) => [value >> 8, value & 0xff];
const u32 = (value: number) => [...u16(value >>> 16), ...u16(value & 0xffff)];
/** RFC 6143 §7.4: 32 bits for 24 of depth, as red, green and blue from the highest on, the lowest byte first. */
const pixelFormat = [32, 24, 0, 1, ...u16(255), ...u16(255), ...u16(255), 16, 8, 0, 0, 0, 0];

/**
 * The graphical console of a VM that pretends: an RFB server (RFC 6143) with a small screen of one grey, which each key that is pressed makes lighter.
 * Ends as the VM's serial console does. UNSUPPORTED where it was started without one.
 */
export function openSimulatedScreen({ spec, applied, console }: SimulatedVm, glance: boolean): ConsoleStream {
  if (applied?.properties['graphics'] !== true)
    throw new ProviderError('UNSUPPORTED', say('CONSOLE_NO_SCREEN', { vm: spec.name }), false);
  const serial = console.attach(() => undefined, { glance });
  const reader = new RfbClientReader();
  const waiting: Uint8Array[] = [];
  let listener: ((data: Uint8Array) => void) | null = null;
  let paused = false;
  let shade = 64;
  let bytesPerPixel = 4;
  /** The reader waits for what changes. */
  let asked = false;
  const flush = () => {
    while (listener !== null && !paused) {
      const next = waiting.shift();
      if (next === undefined) return;
      listener(next);
    }
  };
  const send = (...parts: (readonly number[] | Uint8Array)[]) => {
    for (const part of parts) waiting.push(Uint8Array.from(part));
    flush();
  };
  const showAll = () => {
    asked = false;
    const pixels = new Uint8Array(width * height * bytesPerPixel).fill(shade);
    send([0, 0, ...u16(1), ...u16(0), ...u16(0), ...u16(width), ...u16(height), ...u32(0)], pixels);
  };
  let steps = 0;
  const answer = ({ message, head, bytes }: RfbPart) => {
    if (!head) return;
    if (message === 'handshake') {
      steps += 1;
      // one kind of security, which asks for nothing; that it is settled; what the screen is
      if (steps === 1) send([1, 1]);
      else if (steps === 2) send(u32(0));
      else send([...u16(width), ...u16(height), ...pixelFormat, ...u32(spec.name.length)], Buffer.from(spec.name));
    } else if (message === 'pixelFormat') bytesPerPixel = (bytes[4] ?? 32) / 8;
    else if (message === 'updateRequest') {
      if (bytes[1] === 0) showAll();
      else asked = true;
    } else if (message === 'key' && isPress(bytes)) {
      shade = (shade + shadesPerKey) % 256;
      if (asked) showAll();
    }
  };
  send(Buffer.from(rfbVersion));
  return {
    flow: {
      pause: () => void (paused = true),
      resume() {
        paused = false;
        flush();
      },
    },
    write: (data) => reader.push(data).forEach(answer),
    resize: () => undefined,
    onData(next) {
      listener = next;
      flush();
    },
    onClose: (closed) => serial.onClose(closed),
    close: () => serial.close(),
  };
}

/** Whether a key goes down, in either of the messages that say so. */
function isPress(bytes: Uint8Array): boolean {
  return bytes[0] === 255 ? (bytes[3] ?? 0) === 1 : bytes[1] === 1;
}
