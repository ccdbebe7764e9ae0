// A slice from nothing to nothing: created, deployed, used, destroyed. node ping.ts TEMPLATE-ID ZONE-ID
import { TramaError, type TramaConsole } from 'trama/client';
import { connect } from './connect.js';

const trama = connect();
const [templateId, zoneId] = process.argv.slice(2).map(Number);
if (templateId === undefined || zoneId === undefined) throw new Error('Say which template and zone.');

/** Types a line and reads until the answer comes. */
async function ask(guest: TramaConsole, line: string, answer: RegExp): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  guest.write(`${line}\r`);
  for await (const bytes of guest) {
    text += decoder.decode(bytes, { stream: true });
    const found = answer.exec(text);
    if (found !== null) return found[0];
  }
  throw new Error(`The console closed: ${await guest.closed}`);
}

const slice = await trama.api.slices.create.mutate({ name: `ping ${Date.now()}`, templateId, zoneId });
try {
  const deploy = await trama.api.deployments.start.mutate({ sliceId: slice.id, kind: 'deploy' });
  await trama.waitFor(deploy, {
    timeoutMs: 10 * 60_000,
    onEvent: ({ data }) => data.type === 'vm.status' && console.log(`${data.name} is ${data.status}`),
  });
  const [first, second] = slice.vmList;
  if (first === undefined || second === undefined) throw new Error('Two VMs are needed for a ping.');
  const guest = await trama.console(first.id);
  console.log(await ask(guest, `ping -c 3 ${second.name}; echo do''ne`, /.*packet loss[^]*done/));
} catch (error) {
  if (!(error instanceof TramaError)) throw error;
  console.error(error.message, ...error.problems.map(({ message }) => `\n  - ${message}`));
  process.exitCode = 1;
} finally {
  await trama.waitFor(await trama.api.deployments.start.mutate({ sliceId: slice.id, kind: 'destroy' }));
}
