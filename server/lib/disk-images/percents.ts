import type { Readable } from 'node:stream';

/** How far `qemu-img convert -p` is, as it says it: 0…100. */
export async function* percentsIn(output: Readable): AsyncGenerator<number, void, undefined> {
  for await (const chunk of output) {
    const last = [...String(chunk).matchAll(/\((\d+)\.\d+\/100%\)/g)].at(-1)?.[1];
    if (last !== undefined) yield Number(last);
  }
}
