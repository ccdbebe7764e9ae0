/*
 * What a client of RFB 3.8 says (RFC 6143 §7.1 and §7.5), with the messages that noVNC and QEMU have besides
 * (https://github.com/rfbproto/rfbproto/blob/master/rfbproto.rst). It is read as it comes, in whatever pieces, and never held: of a message
 * that may be long only its head is waited for.
 */

/** The only version that is spoken here; in the others who may connect is settled in another way. */
export const rfbVersion = 'RFB 003.008\n';

/** `handshake`: version, kind of security and whether the screen is shared, one after the other. */
export type RfbMessage =
  'handshake' | 'pixelFormat' | 'encodings' | 'updateRequest' | 'key' | 'pointer' | 'cutText' | 'screenSize' | 'audio';

/** A message's head, whole, or a piece of what follows it. */
export interface RfbPart {
  message: RfbMessage;
  head: boolean;
  bytes: Uint8Array;
}

/** What came is no message that is known, so that nobody can tell where the next one begins. */
export class RfbError extends Error {}

interface Form {
  message: RfbMessage;
  /** Bytes, with the type. */
  head: number;
  /** Bytes that follow it. */
  rest?: (head: DataView) => number;
}

const handshake: readonly Form[] = [rfbVersion.length, 1, 1].map((head) => ({ message: 'handshake', head }));
const forms = new Map<number, Form>([
  [0, { message: 'pixelFormat', head: 20 }],
  [2, { message: 'encodings', head: 4, rest: (head) => 4 * head.getUint16(2) }],
  [3, { message: 'updateRequest', head: 10 }],
  [4, { message: 'key', head: 8 }],
  // with more than seven buttons, which the highest one says, there is a byte more
  [5, { message: 'pointer', head: 6, rest: (head) => head.getUint8(1) >> 7 }],
  // a negative length is that of the extended clipboard
  [6, { message: 'cutText', head: 8, rest: (head) => Math.abs(head.getInt32(4)) }],
  [251, { message: 'screenSize', head: 8, rest: (head) => 16 * head.getUint8(6) }],
]);
/** QEMU's own messages, by their second byte: a key by its place on the keyboard, and audio. */
const qemuForms = new Map<number, Form>([
  [0, { message: 'key', head: 12 }],
  [1, { message: 'audio', head: 4, rest: (head) => (head.getUint16(2) === 2 ? 6 : 0) }],
]);
const qemuType = 255;

/** Tells the messages of one client apart. */
export class RfbClientReader {
  /** Steps of the handshake that were taken. */
  #steps = 0;
  #form: Form | null = null;
  /** Of a head that has not come whole. */
  #begun: number[] = [];
  /** Bytes that follow the head which came last. */
  #left = 0;

  /** What `data` completes, in its order. Throws {@link RfbError}; nothing can be read after that. */
  push(data: Uint8Array): RfbPart[] {
    const parts: RfbPart[] = [];
    for (let at = 0; at < data.length;) {
      if (this.#left > 0 && this.#form !== null) {
        const bytes = data.subarray(at, at + this.#left);
        parts.push({ message: this.#form.message, head: false, bytes });
        this.#left -= bytes.length;
        at += bytes.length;
        continue;
      }
      this.#begun.push(data[at] ?? 0);
      at += 1;
      const form = this.#formOf(this.#begun);
      if (form === null || this.#begun.length < form.head) continue;
      parts.push(this.#take(form));
    }
    return parts;
  }

  #take(form: Form): RfbPart {
    const bytes = Uint8Array.from(this.#begun);
    this.#begun = [];
    if (this.#steps < handshake.length) this.#steps += 1;
    if (form.head === rfbVersion.length && form.message === 'handshake' && !isVersion(bytes))
      throw new RfbError('This server speaks RFB 3.8.');
    this.#form = form;
    this.#left = form.rest?.(new DataView(bytes.buffer)) ?? 0;
    return { message: form.message, head: true, bytes };
  }

  /** Null where more has to come before it can be said. */
  #formOf([type = 0, kind]: readonly number[]): Form | null {
    const step = handshake[this.#steps];
    if (step !== undefined) return step;
    if (type === qemuType && kind === undefined) return null;
    const form = type === qemuType ? qemuForms.get(kind ?? 0) : forms.get(type);
    if (form === undefined) throw new RfbError(`RFB has no message ${type} here.`);
    return form;
  }
}

function isVersion(bytes: Uint8Array): boolean {
  return Buffer.from(bytes).toString('latin1') === rfbVersion;
}
