import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { answerSchema, type Answer, type Ask } from './protocol';

/** A relay that needs longer is not just busy. */
const answerMs = 10_000;

/** The server's connection to a relay. */
export class RelayControl {
  readonly #socket: Socket;
  readonly #waiting: { resolve(answer: Answer): void; reject(error: Error): void; timer: NodeJS.Timeout }[] = [];

  private constructor(socket: Socket, onClose: () => void) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.once('close', () => {
      for (const { reject, timer } of this.#waiting.splice(0)) {
        clearTimeout(timer);
        reject(new Error('The relay closed the connection'));
      }
      onClose();
    });
    createInterface({ input: socket }).on('line', (line) => this.#take(line));
  }

  /** Rejects with the socket's error (`ENOENT`, `ECONNREFUSED`) while the relay does not listen yet. */
  static async open(path: string, onClose: () => void): Promise<RelayControl> {
    const socket = connect({ path });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RelayControl(socket, onClose);
  }

  /** Rejects when the relay refuses, has ended or does not answer in time. */
  async ask(ask: Ask): Promise<Answer> {
    const answer = await new Promise<Answer>((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(new Error('The relay is not connected'));
        return;
      }
      // answers come in turn: after one that is missing, none can be told from another
      const timer = setTimeout(() => this.#socket.destroy(), answerMs);
      this.#waiting.push({ resolve, reject, timer });
      this.#socket.write(`${JSON.stringify(ask)}\n`);
    });
    if ('error' in answer) throw new Error(`The relay refused: ${answer.error}`);
    return answer;
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(line: string): void {
    const waiting = this.#waiting.shift();
    if (!waiting) return;
    clearTimeout(waiting.timer);
    try {
      waiting.resolve(answerSchema.parse(JSON.parse(line)));
    } catch (error) {
      waiting.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
