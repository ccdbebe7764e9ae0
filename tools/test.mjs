// `npm test`. Plain JavaScript with only Node's own modules, since it runs before anything is installed.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDependencies, requireNode } from './bootstrap.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
requireNode();
ensureDependencies(root);

const { register } = await import('tsx/esm/api');
register();
const { runTests } = await import('./test/run.ts');
process.exit(await runTests(root, process.argv.slice(2)));
