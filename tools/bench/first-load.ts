import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { buildClientIfStale } from '../build-client';

/**
 * What the first visit costs: signing in, then the home page, which come with it. Builds the client if that is stale, and
 * sums the gzip sizes of the page, its styles, the scripts that it names and all that these import.
 */
const root = path.join(import.meta.dirname, '../..');
const built = path.join(root, 'dist', 'client');
const limitKib = 200;

const manifestSchema = z.record(z.string(), z.object({ file: z.string(), imports: z.array(z.string()).optional() }));

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
const page = await readFile(path.join(built, 'index.html'), 'utf8');
const named = new Set(Array.from(page.matchAll(/<script [^>]*src="\/([^"]+)"/g), ([, file]) => file));
for (const [name, chunk] of Object.entries(manifest)) if (named.has(chunk.file)) add(name);
if (files.size === 0) throw new Error('The page names no script that is in the manifest.');

const sizes = await Promise.all(
  Array.from(files, async (file) => {
    const code = await readFile(path.join(built, file));
    return { file, bytes: code.length, gzip: gzipSync(code).length };
  }),
);
sizes.sort((a, b) => b.gzip - a.gzip);
const kib = (bytes: number) => (bytes / 1024).toFixed(1);
for (const { file, gzip } of sizes.slice(0, 14)) console.log(`${kib(gzip).padStart(7)} KiB  ${path.basename(file)}`);
const total = sizes.reduce((sum, { gzip }) => sum + gzip, 0);
const plain = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
console.log(`JavaScript: ${kib(total)} KiB gzip in ${sizes.length} files (${kib(plain)} KiB plain).`);

/** The files that links of the page name: `rel` and what else stands before `href`. */
async function linked(rel: string): Promise<Buffer[]> {
  const names = Array.from(
    page.matchAll(new RegExp(`<link rel="${rel}"[^>]* href="/(assets/[^"]+)"`, 'g')),
    ([, file]) => file ?? '',
  );
  return Promise.all(names.map((file) => readFile(path.join(built, file))));
}
const sheets = (await linked('stylesheet')).reduce((sum, css) => sum + gzipSync(css).length, 0);
const markup = gzipSync(page).length;
console.log(`Styles: ${kib(sheets)} KiB gzip; the page itself: ${kib(markup)} KiB.`);
const all = total + sheets + markup;
console.log(
  `First load (sign-in, home): ${kib(all)} KiB gzip, ${((all / 1024 / limitKib) * 100).toFixed(0)} % of the ${limitKib} KiB allowed.`,
);
const letters = (await linked('preload" as="font')).reduce((sum, { length }) => sum + length, 0);
console.log(`The webfont, which text does not wait for: ${kib(letters)} KiB.`);
