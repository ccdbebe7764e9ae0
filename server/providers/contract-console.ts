import type { ConsoleStream } from './provider';

/** A console as a test reads it: all text so far, and waiting for what it will say. */
export interface ConsoleText {
  text(): string;
  /** Resolves with all text so far once `pattern` is in what came after `from` (default 0, the beginning). */
  until(pattern: string | RegExp, options?: { timeoutMs?: number; from?: number }): Promise<string>;
  type(text: string): void;
  /** Resolves with the reason. */
  closed: Promise<string>;
  close(): void;
}

/** Takes the one listener of `stream`. */
export function readConsole(stream: ConsoleStream): ConsoleText {
  const decoder = new TextDecoder();
  let seen = '';
  const waiting = new Set<() => void>();
  stream.onData((data) => {
    seen += decoder.decode(data, { stream: true });
    for (const check of waiting) check();
  });
  const closed = new Promise<string>((resolve) => stream.onClose(resolve));
  return {
    text: () => seen,
    until(pattern, { timeoutMs = 60_000, from = 0 } = {}) {
      return new Promise((resolve, reject) => {
        const matches = () => {
          const text = seen.slice(from);
          return typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text);
        };
        const check = () => {
          if (!matches()) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve(seen);
        };
        const timer = setTimeout(() => {
          waiting.delete(check);
          reject(new Error(`The console did not say ${String(pattern)} but: ${JSON.stringify(seen.slice(from))}`));
        }, timeoutMs);
        waiting.add(check);
        check();
      });
    },
    type: (text) => stream.write(new TextEncoder().encode(text)),
    closed,
    close: () => stream.close(),
  };
}
