import { z } from 'zod';

const eventSchema = z.object({ event: z.string(), data: z.record(z.string(), z.unknown()).default({}) });
const replySchema = z.object({ return: z.unknown(), id: z.number() });
const errorSchema = z.object({ error: z.object({ class: z.string(), desc: z.string() }), id: z.number().optional() });
const greetingSchema = z.object({ QMP: z.object({}).loose() });

/** One line that QEMU's monitor says (https://www.qemu.org/docs/master/interop/qmp-spec.html). */
export type QmpMessage =
  | { kind: 'greeting' }
  | { kind: 'event'; event: string; data: Record<string, unknown> }
  | { kind: 'reply'; id: number; value: unknown }
  | { kind: 'error'; id: number | undefined; errorClass: string; description: string };

/** QEMU's longest answers are some hundred KiB. */
const maxLine = 4 * 1024 * 1024;

/**
 * Cuts a byte stream into QMP's messages. Throws on what is not one, and on a line without end, which a guest that broke out of
 * its QEMU could send: then the stream is not a monitor.
 */
export class QmpParser {
  #rest = '';
  readonly #decoder = new TextDecoder();

  push(data: Uint8Array): QmpMessage[] {
    const lines = (this.#rest + this.#decoder.decode(data, { stream: true })).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > maxLine) throw new Error('A line of the monitor has no end.');
    return lines.filter((line) => line.trim() !== '').map(parseLine);
  }
}

function parseLine(line: string): QmpMessage {
  const json: unknown = JSON.parse(line);
  const event = eventSchema.safeParse(json);
  if (event.success) return { kind: 'event', ...event.data };
  const error = errorSchema.safeParse(json);
  if (error.success) {
    const { id, error: details } = error.data;
    return { kind: 'error', id, errorClass: details.class, description: details.desc };
  }
  const reply = replySchema.safeParse(json);
  if (reply.success) return { kind: 'reply', id: reply.data.id, value: reply.data.return };
  greetingSchema.parse(json);
  return { kind: 'greeting' };
}
