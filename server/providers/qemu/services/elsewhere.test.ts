import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { elsewhere } from './elsewhere';

test('a question goes under another number, and only what has that number is its answer', async () => {
  const server = createSocket('udp4');
  onTestFinished(() => void server.close());
  const asked: number[] = [];
  server.on('message', (query, { port, address }) => {
    asked.push(query.readUInt16BE(0));
    const wrong = Buffer.from(query);
    wrong.writeUInt16BE(query.readUInt16BE(0) ^ 1, 0);
    for (const answer of [Buffer.from('short'), wrong, Buffer.concat([query, Buffer.from('!')])])
      server.send(answer, port, address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  const query = Buffer.from('000701000000000000000000', 'hex');
  const ask = elsewhere(() => [`127.0.0.1:${server.address().port}`]);
  const answer = await new Promise<Buffer>((resolve) => ask(query, resolve));
  expect(answer).toEqual(Buffer.concat([query, Buffer.from('!')]));
  expect(query.readUInt16BE(0)).toBe(7);
  expect(asked).toHaveLength(1);
});

test('where no name server is known, nothing is asked', () => {
  elsewhere(() => [])(Buffer.alloc(12), () => expect.unreachable());
});
