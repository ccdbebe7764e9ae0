import type { TextReading } from '#shared/topology/formats/own-text';
import type { Rewritten, TextEngine, TextFailure, TextRequest } from './text-engine';

/** It says why in a sentence of ours, if there is one. */
export class TextError extends Error {
  constructor(readonly failure: TextFailure) {
    super(failure.message);
  }
}

type Reply = { answer: TextReading | Rewritten } | { failure: TextFailure };

/** Reads and writes in a worker of its own, so that drawing and typing go on meanwhile. It answers in the order in which it is asked. */
export function openTextWorker(): TextEngine {
  const worker = new Worker(new URL('./text-worker.ts', import.meta.url), { type: 'module' });
  const waiting: { resolve: (answer: TextReading | Rewritten) => void; reject: (error: Error) => void }[] = [];
  worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
    const next = waiting.shift();
    if ('answer' in data) next?.resolve(data.answer);
    else next?.reject(new TextError(data.failure));
  });
  worker.addEventListener('error', (event) => {
    for (const { reject } of waiting.splice(0)) reject(new Error(event.message));
  });
  const ask = (request: TextRequest) =>
    new Promise<TextReading | Rewritten>((resolve, reject) => {
      waiting.push({ resolve, reject });
      worker.postMessage(request);
    });
  const written = async (request: TextRequest): Promise<Rewritten> => {
    const answer = await ask(request);
    if ('text' in answer) return answer;
    throw new Error('A text was to be written, and none was.');
  };
  return {
    read: async (text, options) => {
      const answer = await ask({ ask: 'read', text, ...options });
      if ('text' in answer) throw new Error('A text was to be read, and one was written.');
      return answer;
    },
    rewrite: (text, before, after, catalogue) => written({ ask: 'rewrite', text, before, after, catalogue }),
    write: (document, catalogue) => written({ ask: 'write', document, catalogue }),
    end: () => worker.terminate(),
  };
}
