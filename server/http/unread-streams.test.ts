import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { endUnread } from './unread-streams';

/** What a server whose answers are given to `say` answers to one request, and that it has come to its end. */
async function asked(
  say: (answer: ServerResponse) => void,
): Promise<{ answer: IncomingMessage; ended: Promise<void> }> {
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const server = http.createServer((_request, answer) => {
    answer.once('close', end);
    say(answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const request = http.get({ host: '127.0.0.1', port: address.port });
  request.on('error', () => undefined);
  const answer = await new Promise<IncomingMessage>((resolve) => request.once('response', resolve));
  answer.on('error', () => undefined);
  return { answer, ended };
}

function* endless() {
  for (;;) yield Buffer.alloc(64 * 1024);
}

test('a stream that nobody read stood for ever', { timeout: 60_000 }, async () => {
  const { ended } = await asked((answer) => {
    endUnread(answer, 100);
    Readable.from(endless()).pipe(answer);
  });
  await ended;
});

test(
  'a stream that now and then says something, which is taken, goes on beyond that time',
  { timeout: 60_000 },
  async () => {
    const pings = 20;
    const { answer } = await asked((stream) => {
      endUnread(stream, 200);
      let said = 0;
      const saying = setInterval(() => {
        said += 1;
        stream.write('.');
        if (said < pings) return;
        clearInterval(saying);
        stream.end();
      }, 50);
    });
    let heard = '';
    answer.setEncoding('utf8').on('data', (text: string) => (heard += text));
    await once(answer, 'end');
    expect(heard).toBe('.'.repeat(pings));
  },
);
