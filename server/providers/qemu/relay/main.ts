import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { askSchema, type Answer } from './protocol';
import { Relay } from './relay';

/*
 * The program of a relay: `node relay-HASH.mjs CONTROL_SOCKET [UID GID]`, in the slice's folder. It is its own process, as QEMU is, so that links go
 * on while the server is away. Everything is loaded before it becomes the slice's user, who may not be able to read it.
 */

const [control = '', uid, gid] = process.argv.slice(2);
if (uid !== undefined && gid !== undefined) {
  process.setgroups?.([]);
  process.setgid?.(Number(gid));
  process.setuid?.(Number(uid));
}

const relay = new Relay();

function answerTo(line: string): Answer {
  try {
    return relay.answer(askSchema.parse(JSON.parse(line)));
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

rmSync(control, { force: true });
createServer((client) => {
  client.on('error', () => client.destroy());
  createInterface({ input: client }).on('line', (line) => client.write(`${JSON.stringify(answerTo(line))}\n`));
}).listen(control);
