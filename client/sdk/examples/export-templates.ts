// Every template that you see, as a file each: node export-templates.ts FOLDER
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { connect } from './connect.js';

const trama = connect();
const folder = process.argv[2] ?? 'templates';
await mkdir(folder, { recursive: true });
for await (const { id, name, vms } of trama.all(trama.api.templates.list, { of: 'all', sort: 'name' })) {
  const { fileName, text } = await trama.api.templates.export.query({ id, format: 'trama' });
  await writeFile(path.join(folder, path.basename(fileName)), text);
  console.log(`${name}: ${vms} VMs → ${fileName}`);
}
