import { connect, type Socket } from 'node:net';
import { QmpParser, type QmpMessage } from './qmp-protocol';

/** QEMU refused a command. `description` is its own sentence, for the log. */
export class QmpError extends Error {
  override readonly name = 'QmpError';
  constructor(
    readonly command: string,
    readonly description: string,
  ) {
    super(`${command}: ${description}`);
  }
}

/** For `catch`: passes over QEMU's refusal when it says that what is wanted is so already. */
export function ignoring(pattern: RegExp): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof QmpError && pattern.test(error.description)) return undefined;
    throw error;
  };
}

/** The connection to QEMU is gone, or it did not answer in time. */
export class QmpClosedError extends Error {
  override readonly name = 'QmpClosedError';
}

/** A monitor that needs longer is not just busy. */
const answerMs = 10_000;

export interface QmpHandlers {
  onEvent(event: string, data: Record<string, unknown>): void;
  /** Called once, also after {@link QmpClient.close}. */
  onClose(): void;
}

interface Waiting {
  command: string;
  resolve(value: unknown): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/** QEMU's monitor on a unix socket. QEMU serves one client at a time: there must be one of these per machine. */
export class QmpClient {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Connects and negotiates. Rejects with the socket's error (`ENOENT`, `ECONNREFUSED`) while QEMU does not listen yet. */
  static async open(path: string, handlers: QmpHandlers, timeoutMs = 10_000): Promise<QmpClient> {
    const socket = connect({ path });
    const client = new QmpClient(socket);
    const parser = new QmpParser();
    await new Promise<void>((resolve, reject) => {
      // a busy machine may accept late, and a monitor that serves another client never greets
      const timer = setTimeout(() => {
        socket.destroy();
        reject(new QmpClosedError('QEMU did not greet in time'));
      }, timeoutMs);
      let greeted = false;
      socket.on('data', (data) => {
        try {
          for (const message of parser.push(data)) {
            if (message.kind === 'greeting') {
              greeted = true;
              clearTimeout(timer);
              resolve();
            } else client.#handle(message, handlers);
          }
        } catch (error) {
          socket.destroy(error instanceof Error ? error : new Error(String(error)));
        }
      });
      socket.once('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      socket.once('close', () => {
        clearTimeout(timer);
        reject(new QmpClosedError('QEMU closed the connection'));
        client.#fail();
        if (greeted) handlers.onClose();
      });
    });
    socket.on('error', () => undefined);
    await client.execute('qmp_capabilities', {}, timeoutMs);
    return client;
  }

  /** Runs a command and answers its value. Rejects with {@link QmpError} or {@link QmpClosedError}. */
  execute(command: string, args: Record<string, unknown> = {}, timeoutMs = 20_000): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(new QmpClosedError(`${command}: the connection is closed`));
        return;
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new QmpClosedError(`${command}: QEMU did not answer in time`));
      }, timeoutMs);
      this.#waiting.set(id, { command, resolve, reject, timer });
      this.#socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    });
  }

  /** Whether QEMU took the command in time: a process that hangs does not. Rejects with {@link QmpError}. */
  async took(command: string, timeoutMs = answerMs): Promise<boolean> {
    try {
      await this.execute(command, {}, timeoutMs);
      return true;
    } catch (error) {
      if (error instanceof QmpClosedError) return false;
      throw error;
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #handle(message: Exclude<QmpMessage, { kind: 'greeting' }>, handlers: QmpHandlers): void {
    if (message.kind === 'event') {
      handlers.onEvent(message.event, message.data);
      return;
    }
    const waiting = message.id === undefined ? undefined : this.#waiting.get(message.id);
    if (message.id === undefined || !waiting) return;
    this.#waiting.delete(message.id);
    clearTimeout(waiting.timer);
    if (message.kind === 'reply') waiting.resolve(message.value);
    else waiting.reject(new QmpError(waiting.command, message.description));
  }

  #fail(): void {
    for (const waiting of this.#waiting.values()) {
      clearTimeout(waiting.timer);
      waiting.reject(new QmpClosedError(`${waiting.command}: QEMU closed the connection`));
    }
    this.#waiting.clear();
  }
}
