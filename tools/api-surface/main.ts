import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describeSurface } from './surface';

// `generate` writes docs/api.md; `check` fails when what is there is not what would be written
const root = path.resolve(import.meta.dirname, '..', '..');
const file = path.join(root, 'docs', 'api.md');
const wanted = await describeSurface(root);
if (process.argv[2] === 'check') {
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n');
  const different = wanted.split('\n').findIndex((line, index) => line !== lines[index]);
  if (different >= 0 || wanted.split('\n').length !== lines.length) {
    const line = different < 0 ? wanted.split('\n').length : different + 1;
    console.error(`docs/api.md is stale from line ${line} on. Run: npm run api:generate`);
    process.exitCode = 1;
  }
} else await writeFile(file, wanted);
