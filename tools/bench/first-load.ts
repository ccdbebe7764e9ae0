import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { buildClientIfStale } from '../build-client';

/**
 * How much JavaScript the first visit costs: signing in, then the home page. Builds the client if that is stale, and sums
 * the gzip sizes of every chunk that the entry and these routes import, as Vite's manifest names them.
 */
const root = path.join(import.meta.dirname, '../..');
const built = path.join(root, 'dist', 'client');
const routes = ['layouts/AppLayout.tsx', 'pages/LoginPage.tsx', 'pages/HomePage.tsx'];
const limitKib = 250;

const manifestSchema = z.record(
  z.string(),
  z.object({ file: z.string(), isEntry: z.boolean().optional(), imports: z.array(z.string()).optional() }),
);

await buildClientIfStale(root, console.log);
const manifest = manifestSchema.parse(
  JSON.parse(await readFile(path.join(built, '.vite', 'manifest.json'), 'utf8')) as unknown,
);

const files = new Set<string>();
function add(name: string): void {
  const chunk = manifest[name];
  if (chunk === undefined) throw new Error(`Vite's manifest knows no ${name}: has it been renamed?`);
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const imported of chunk.imports ?? []) add(imported);
}
for (const [name, chunk] of Object.entries(manifest)) if (chunk.isEntry === true) add(name);
for (const route of routes) add(route);

const sizes = await Promise.all(
  Array.from(files, async (file) => {
    const code = await readFile(path.join(built, file));
    return { file, bytes: code.length, gzip: gzipSync(code).length };
  }),
);
sizes.sort((a, b) => b.gzip - a.gzip);
const kib = (bytes: number) => (bytes / 1024).toFixed(1);
for (const { file, gzip } of sizes.slice(0, 8)) console.log(`${kib(gzip).padStart(7)} KiB  ${path.basename(file)}`);
const total = sizes.reduce((sum, { gzip }) => sum + gzip, 0);
const plain = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
console.log(
  `First load of JavaScript (sign-in, home): ${kib(total)} KiB gzip in ${sizes.length} files (${kib(plain)} KiB plain), ` +
    `${((total / 1024 / limitKib) * 100).toFixed(0)} % of the ${limitKib} KiB allowed.`,
);
