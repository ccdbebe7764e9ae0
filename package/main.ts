import path from 'node:path';
import { buildPackage } from './build';

const { file, bytes, files } = await buildPackage(path.resolve(import.meta.dirname, '..'));
for (const { path: name, bytes: size } of files) console.log(`${String(size).padStart(8)}  ${name}`);
console.log(`${file}: ${(bytes / 1024).toFixed(1)} KiB`);
