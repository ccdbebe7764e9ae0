// `npm start` and `npm run dev`. Plain JavaScript with only Node's own modules, since it runs before anything is installed.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDependencies, requireNode } from './bootstrap.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
requireNode();
if (existsSync('.env')) process.loadEnvFile('.env');
ensureDependencies(root);

const { register } = await import('tsx/esm/api');
register();
const { launch } = await import('./launch.ts');
await launch({ root, development: process.argv.includes('--dev') });
