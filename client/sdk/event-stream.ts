/** One block of a server-sent event stream. */
export interface ServerSentEvent {
  event: string | null;
  data: string;
  id: string | null;
}

/**
 * The blocks of a server-sent event stream, as they come; ends with the body. Blocks without data are left out, as the
 * standard says: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export async function* serverSentEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let pending = '';
  let block: ServerSentEvent & { hasData: boolean } = { event: null, data: '', id: null, hasData: false };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      pending += decoder.decode(value, { stream: true });
      const lines = pending.split(/\r\n|\n|\r(?!$)/);
      pending = lines.pop() ?? '';
      for (const line of lines) {
        if (line !== '') {
          readLine(line, block);
          continue;
        }
        const { hasData, ...complete } = block;
        if (hasData) yield complete;
        block = { event: null, data: '', id: null, hasData: false };
      }
    }
  } finally {
    // also when the reader of this generator leaves: the connection ends with it
    await reader.cancel().catch(() => undefined);
  }
}

function readLine(line: string, block: ServerSentEvent & { hasData: boolean }): void {
  const colon = line.indexOf(':');
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
  if (name === 'event') block.event = value;
  else if (name === 'id') block.id = value;
  else if (name === 'data') {
    block.data = block.hasData ? `${block.data}\n${value}` : value;
    block.hasData = true;
  }
}
