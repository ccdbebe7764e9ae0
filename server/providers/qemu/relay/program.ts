import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { chmod, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeFileAtomic } from '#server/lib/atomic-file';

/** Names of the relay's program in a zone's folder begin so. */
const programName = 'relay-';

let text: Promise<string> | null = null;

/** One file of plain JavaScript: a process without a loader of TypeScript starts in a tenth of the time and holds a third of the memory. */
function bundled(): Promise<string> {
  const koffi = createRequire(import.meta.url).resolve('koffi');
  text ??= build({
    entryPoints: [fileURLToPath(new URL('main.ts', import.meta.url))],
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    write: false,
    // it has a library of machine code beside it, which stays where it is
    external: [koffi],
    alias: { koffi },
  }).then(({ outputFiles: [file] }) => file?.text ?? '');
  text.catch(() => (text = null));
  return text;
}

/** Puts the program into the folder, unless it is there, and answers its path. Relays of older programs go on with those. */
export async function relayProgram(folder: string): Promise<string> {
  const program = await bundled();
  const hash = createHash('sha256').update(program).digest('hex').slice(0, 16);
  const path = join(folder, `${programName}${hash}.mjs`);
  const isThere = await lstat(path).then(
    (status) => status.isFile(),
    () => false,
  );
  if (!isThere) await writeFileAtomic(path, program, 0o644);
  await chmod(path, 0o644);
  return path;
}

/** Whether a relay can be run here: the library that makes the calls it needs is there for this machine. */
export async function canRelay(): Promise<boolean> {
  return import('./datagrams').then(Boolean, () => false);
}
