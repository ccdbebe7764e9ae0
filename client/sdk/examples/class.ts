// A slice for everyone in a class, shared with them to operate: node class.ts CLASS.csv TEMPLATE-ID ZONE-ID
// The file's first line names its columns; one of them is `email`.
import { readFile } from 'node:fs/promises';
import { TramaError } from 'trama/client';
import { connect } from './connect.js';

const trama = connect();
const [file = 'class.csv', template, zone] = process.argv.slice(2);
const [head = '', ...lines] = (await readFile(file, 'utf8')).trim().split(/\r?\n/);
const column = head
  .split(',')
  .map((name) => name.trim())
  .indexOf('email');
if (column < 0) throw new Error(`${file} has no column "email".`);
const emails = lines.map((line) => line.split(',')[column]?.trim() ?? '').filter((email) => email !== '');

async function provide(email: string): Promise<void> {
  const slice = await trama.api.slices.create.mutate({
    name: `lab ${email.replaceAll(/[/\\<>]/g, '-')}`.slice(0, 63),
    templateId: Number(template),
    zoneId: Number(zone),
    // run twice with the same file, it makes nothing twice
    idempotencyKey: `${template}-${Buffer.from(email).toString('hex')}`.slice(0, 64),
  });
  await trama.api.slices.share.mutate({ id: slice.id, email, level: 'operate' });
  if (slice.status !== 'draft') return;
  await trama.waitFor(await trama.api.deployments.start.mutate({ sliceId: slice.id, kind: 'deploy' }));
}

// a few at a time: the zone boots only so many VMs at once anyway
const waiting = [...emails];
async function work(): Promise<void> {
  for (let email = waiting.shift(); email !== undefined; email = waiting.shift())
    try {
      await provide(email);
      console.log(`${email}: ready`);
    } catch (error) {
      if (!(error instanceof TramaError)) throw error;
      console.error(`${email}: ${error.message}`);
      process.exitCode = 1;
    }
}
await Promise.all(Array.from({ length: 4 }, work));
