import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What the built client is made from. `server/rpc` gives types only. */
const inputs = ['client', 'shared', 'vite.config.ts', 'postcss.config.js', 'package-lock.json'];

/** One hash over the names and contents of everything that the client is built from. */
async function fingerprint(root: string): Promise<string> {
  const hash = createHash('sha256');
  const add = async (relative: string) => hash.update(relative).update(await readFile(path.join(root, relative)));
  for (const input of inputs) {
    const names = await readdir(path.join(root, input), { recursive: true, withFileTypes: true }).catch(() => null);
    if (names === null) await add(input);
    else
      for (const file of names
        .filter((entry) => entry.isFile() && !entry.name.includes('.test.'))
        .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
        .sort())
        await add(file);
  }
  return hash.digest('hex');
}

/** Builds the client into dist/client unless what is there was built from the same sources. Rejects if it fails. */
export async function buildClientIfStale(root: string, say: (line: string) => void): Promise<void> {
  const stamp = path.join(root, 'dist', 'client', '.built-from');
  const wanted = await fingerprint(root);
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return;
  say('Building the web client…');
  const vite = path.join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: root, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error('The web client could not be built; see the lines above.');
  await writeFile(stamp, wanted);
}
