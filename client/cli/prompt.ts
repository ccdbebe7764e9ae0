import { createInterface } from 'node:readline/promises';
import type { ReadStream } from 'node:tty';
import { CliError, exitCodes } from './errors';
import { clean } from './output';

export type Input = NodeJS.ReadableStream & Partial<Pick<ReadStream, 'isTTY' | 'setRawMode'>>;

export interface Prompter {
  /** Whether a person can answer. */
  readonly interactive: boolean;
  /** A line. Rejects where nobody can answer. */
  ask(question: string): Promise<string>;
  /** A line that is not shown. */
  askSecret(question: string): Promise<string>;
  /** Everything that is piped in. */
  readAll(): Promise<string>;
}

const interrupted = () => new CliError('Interrupted.', exitCodes.interrupted);

/** Questions on stderr, so that stdout has data only. */
export function createPrompter(stdin: Input, stderr: NodeJS.WritableStream): Prompter {
  const interactive = stdin.isTTY === true;
  const refuse = (question: string) =>
    new CliError(`Nobody is here to answer: ${question.trim()} See the options: --help`, exitCodes.usage);
  return {
    interactive,
    async ask(question) {
      if (!interactive) throw refuse(question);
      const lines = createInterface({ input: stdin, output: stderr, terminal: true });
      try {
        return await new Promise<string>((resolve, reject) => {
          lines.once('SIGINT', () => reject(interrupted()));
          lines.once('close', () => reject(interrupted()));
          // it may hold a name that somebody else gave
          lines.question(clean(question)).then(resolve, reject);
        });
      } finally {
        lines.close();
      }
    },
    async askSecret(question) {
      if (!interactive) throw refuse(question);
      // before it is asked: who answers at once would see the answer
      stdin.setRawMode?.(true);
      stderr.write(clean(question));
      try {
        return await readHidden(stdin);
      } finally {
        stdin.setRawMode?.(false);
        stdin.pause();
        stderr.write('\n');
      }
    },
    async readAll() {
      const chunks: Buffer[] = [];
      for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Uint8Array));
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}

/** A line of a terminal in raw mode: nothing echoes what is typed. */
function readHidden(stdin: Input): Promise<string> {
  return new Promise((resolve, reject) => {
    const decoder = new TextDecoder();
    let text = '';
    const end = (finish: () => void) => {
      stdin.off('data', onData);
      finish();
    };
    const onData = (data: Buffer | string) => {
      for (const character of typeof data === 'string' ? data : decoder.decode(data, { stream: true })) {
        if (character === '\r' || character === '\n') return end(() => resolve(text));
        if (character === '\u0003' || character === '\u0004') return end(() => reject(interrupted()));
        if (character === '\u007f' || character === '\b') text = [...text].slice(0, -1).join('');
        else if (character === '\u0015') text = '';
        else if (character >= ' ') text += character;
      }
    };
    stdin.on('data', onData);
    stdin.resume();
  });
}
