import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { tramaDocumentSchema } from '#shared/topology/formats/trama';
import { describeSurface } from './surface';

/** Our own document as JSON Schema, which editors complete and check by. */
async function documentSchema(file: string): Promise<string> {
  const schema = {
    ...z.toJSONSchema(tramaDocumentSchema, { io: 'input', unrepresentable: 'any' }),
    title: 'Trama document',
    description: 'A topology of VMs, networks and links, version 1.',
  };
  return format(JSON.stringify(schema), { ...(await resolveConfig(file)), parser: 'json' });
}

// `generate` writes docs/api.md and the schema of documents; `check` fails when what is there is not what would be written
const root = path.resolve(import.meta.dirname, '..', '..');
const schemaFile = path.join(root, 'docs', 'trama-document.schema.json');
const files = [
  { file: path.join(root, 'docs', 'api.md'), wanted: await describeSurface(root) },
  { file: schemaFile, wanted: await documentSchema(schemaFile) },
];
for (const { file, wanted } of files) {
  if (process.argv[2] !== 'check') {
    await writeFile(file, wanted);
    continue;
  }
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n');
  const different = wanted.split('\n').findIndex((line, index) => line !== lines[index]);
  if (different >= 0 || wanted.split('\n').length !== lines.length) {
    const line = different < 0 ? wanted.split('\n').length : different + 1;
    console.error(`${path.relative(root, file)} is stale from line ${line} on. Run: npm run api:generate`);
    process.exitCode = 1;
  }
}
