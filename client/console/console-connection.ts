import { consoleProtocol } from '#shared/console';
import type { ConsoleKind } from '#shared/image';
import type { ConsoleControl } from '#shared/console-control';
import { consoleNoticeSchema } from '#shared/slice';
import { spoken } from '../i18n/spoken';
import { PacedInput, type PasteProgress } from './paced-input';

export type ConsoleState =
  | { kind: 'connecting' }
  | { kind: 'attached' }
  /** Lost while the VM is up; the next attempt is in `seconds`. */
  | { kind: 'waiting'; seconds: number }
  /** The VM is not up; attaches by itself once it is. */
  | { kind: 'stopped' }
  /** Ended by the server for good; only a user's wish opens it again. */
  | { kind: 'closed'; message: string }
  /** Refused; `message` is a sentence for the user. */
  | { kind: 'failed'; message: string };

/** What a browser's WebSocket offers, as far as it is used here. */
export interface ConsoleSocket {
  binaryType: BinaryType;
  readonly readyState: number;
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent<unknown>) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(data: Uint8Array<ArrayBuffer> | string): void;
  close(): void;
}

interface ConsoleTicket {
  token: string;
  path: string;
  /** What is typed goes nowhere. */
  readOnly: boolean;
}

export interface ConsoleConnectionOptions {
  /** Without it, serial. Of a screen who only looks speaks, too: the server passes on what asks for the picture. */
  kind?: ConsoleKind;
  /** Asks for a ticket. A rejection that will be the same again gives a sentence by `refused`. */
  openTicket: () => Promise<ConsoleTicket>;
  makeSocket: (path: string, protocols: string[]) => ConsoleSocket;
  /** The sentence for an error that trying again will not cure, or null. */
  refused: (error: unknown) => string | null;
  /** Attached: what comes now begins with the console's history, so what was shown before would be there twice. */
  onAttached: () => void;
  onOutput: (data: Uint8Array) => void;
  /** Some of the output is missing before what comes next. */
  onLeftOut: () => void;
  setTimer: (callback: () => void, ms: number) => () => void;
  random: () => number;
}

const open = 1;
const firstDelayMs = 500;
const maxDelayMs = 15_000;
/** An edge that is dragged makes many sizes: the guest hears of the last one. */
const resizeDelayMs = 150;

/**
 * One console's way to its VM: every attempt with a new one-time token, again with growing pauses while the VM is up,
 * at rest while it is not. React-free, to be subscribed to.
 */
export class ConsoleConnection {
  private current: ConsoleState = { kind: 'connecting' };
  private readonly listeners = new Set<() => void>();
  private socket: ConsoleSocket | null = null;
  private cancelTimer: (() => void) | null = null;
  private failures = 0;
  /** Of the terminal, in cells; null until it has been measured. */
  private size: { cols: number; rows: number } | null = null;
  private cancelResize: (() => void) | null = null;
  private vmUp: boolean;
  private disposed = false;
  /** Counts attempts, so that what an abandoned one still says is not heard. */
  private attempt = 0;
  private readonly input: PacedInput;
  private mayOnlyRead = false;

  constructor(
    private readonly options: ConsoleConnectionOptions,
    vmUp: boolean,
  ) {
    this.vmUp = vmUp;
    if (!vmUp) this.current = { kind: 'stopped' };
    this.input = new PacedInput({
      send: (data) => this.send(data),
      setTimer: options.setTimer,
      onProgress: () => this.changed(),
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly state = (): ConsoleState => this.current;
  /** The slice is shared to view only. */
  readonly readOnly = (): boolean => this.mayOnlyRead;
  /** How much of a paste has gone; null while none is on its way. */
  readonly pasting = (): PasteProgress | null => this.input.progress();

  /** Begins, unless the VM is down: then it begins once the VM is up. */
  start(): void {
    if (this.vmUp) void this.connect();
  }

  /** Tells whether the VM is up, as observed. */
  setVmUp(up: boolean): void {
    if (this.vmUp === up || this.disposed) return;
    this.vmUp = up;
    const { kind } = this.current;
    if (up && (kind === 'stopped' || kind === 'waiting' || kind === 'failed')) {
      this.failures = 0;
      void this.connect();
    }
    if (!up && kind === 'waiting') this.rest();
  }

  /** The user wants it now. */
  reconnect(): void {
    this.failures = 0;
    void this.connect();
  }

  /** What somebody typed or pasted, at the guest's pace. What is typed while there is no connection goes nowhere. */
  type(text: string): void {
    if (this.current.kind === 'attached' && !this.mayOnlyRead) this.input.type(text);
  }

  cancelPaste(): void {
    this.input.cancel();
  }

  /** Bytes to the guest, at once: what a terminal answers by itself. */
  send(data: Uint8Array<ArrayBuffer>): void {
    if (this.current.kind !== 'attached') return;
    if (this.mayOnlyRead && this.options.kind !== 'vnc') return;
    if (this.socket?.readyState === open) this.socket.send(data);
  }

  /** The terminal's size, in cells. The guest is told of it, now and after every attachment. */
  resize(cols: number, rows: number): void {
    if (this.size?.cols === cols && this.size.rows === rows) return;
    this.size = { cols, rows };
    this.cancelResize?.();
    this.cancelResize = this.options.setTimer(() => this.tellSize(), resizeDelayMs);
  }

  private tellSize(): void {
    this.cancelResize?.();
    this.cancelResize = null;
    if (this.size === null || this.current.kind !== 'attached' || this.socket?.readyState !== open) return;
    const control: ConsoleControl = { type: 'resize', ...this.size };
    this.socket.send(JSON.stringify(control));
  }

  dispose(): void {
    this.disposed = true;
    this.cancelResize?.();
    this.abandon();
    this.listeners.clear();
  }

  private async connect(): Promise<void> {
    if (this.disposed) return;
    this.abandon();
    const attempt = this.attempt;
    this.become({ kind: 'connecting' });
    try {
      const ticket = await this.options.openTicket();
      if (attempt === this.attempt && !this.disposed) this.attach(ticket, attempt);
    } catch (error) {
      if (attempt !== this.attempt || this.disposed) return;
      const message = this.options.refused(error);
      if (message === null) this.lost();
      else this.become({ kind: 'failed', message });
    }
  }

  private attach(ticket: ConsoleTicket, attempt: number): void {
    this.mayOnlyRead = ticket.readOnly;
    const socket = this.options.makeSocket(ticket.path, [consoleProtocol, ticket.token]);
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    let ended: 'stopped' | 'closed' | null = null;
    socket.onmessage = ({ data }) => {
      if (attempt !== this.attempt) return;
      if (data instanceof ArrayBuffer) {
        this.input.heard(data.byteLength);
        return this.options.onOutput(new Uint8Array(data));
      }
      const notice = parseNotice(data);
      if (notice === null) return;
      if (notice.type === 'left-out') this.options.onLeftOut();
      else if (notice.state === 'attached') {
        this.failures = 0;
        this.options.onAttached();
        this.become({ kind: 'attached' });
        this.tellSize();
      } else if (notice.state === 'vm-stopped') {
        ended = 'stopped';
      } else {
        ended = 'closed';
        this.become({ kind: 'closed', message: spoken(notice.message, notice.sentences) });
      }
    };
    socket.onclose = () => {
      if (attempt !== this.attempt) return;
      this.socket = null;
      this.input.reset();
      if (ended === 'closed') return;
      // a reboot ends the stream too: the VM is up again soon, or is said to be down
      this.lost();
    };
  }

  /** Not connected any more, or not at all: once more later if the VM is up. */
  private lost(): void {
    if (!this.vmUp) return this.rest();
    const delay = Math.min(maxDelayMs, firstDelayMs * 2 ** this.failures) * (0.75 + this.options.random() / 2);
    this.failures++;
    this.become({ kind: 'waiting', seconds: Math.max(1, Math.round(delay / 1000)) });
    this.cancelTimer = this.options.setTimer(() => void this.connect(), delay);
  }

  private rest(): void {
    this.abandon();
    this.become({ kind: 'stopped' });
  }

  private abandon(): void {
    this.attempt++;
    this.cancelTimer?.();
    this.cancelTimer = null;
    this.socket?.close();
    this.socket = null;
    this.input.reset();
  }

  private become(state: ConsoleState): void {
    this.current = state;
    this.changed();
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}

function parseNotice(data: unknown) {
  if (typeof data !== 'string') return null;
  try {
    return consoleNoticeSchema.safeParse(JSON.parse(data)).data ?? null;
  } catch {
    return null;
  }
}
