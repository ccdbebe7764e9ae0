import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { UdpForwarder } from './udp-forwarder';

const opened: { close(): void }[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4');
  opened.push(socket);
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}
/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((done) => socket.close(() => done()));
  return port;
}

/** A guest that sends all it gets back, with its ends swapped, and what it got. */
function echoingGuest() {
  const got: Buffer[] = [];
  const forwarder: UdpForwarder = new UdpForwarder('52:54:01:00:00:01', (frame) => {
    got.push(frame);
    const back = Buffer.from(frame);
    frame.copy(back, 26, 30, 34);
    frame.copy(back, 30, 26, 30);
    frame.copy(back, 34, 36, 38);
    frame.copy(back, 36, 34, 36);
    forwarder.fromGuest(back);
  });
  opened.push(forwarder);
  return { forwarder, got };
}

async function said(socket: Socket): Promise<string> {
  const [data] = (await once(socket, 'message')) as [Buffer];
  return data.toString();
}

test('each who asks gets the answer to their own question, at the port that they asked', async () => {
  const { forwarder, got } = echoingGuest();
  const [one, other] = [await freePort(), await freePort()];
  await forwarder.listen([
    { address: '127.0.0.1', hostPort: one, guestPort: 53 },
    { address: '127.0.0.1', hostPort: other, guestPort: 7 },
  ]);
  const clients = [await bound(), await bound()];
  const answers = clients.map(said);
  clients.forEach((client, index) => client.send(`question ${index}`, index === 0 ? one : other, '127.0.0.1'));
  expect(await Promise.all(answers)).toEqual(['question 0', 'question 1']);
  expect(new Set(got.map((frame) => frame.readUInt16BE(34))).size).toBe(2);
  // what the guest says to nobody who has asked, or from another port, goes nowhere
  const [frame = Buffer.alloc(0)] = got;
  const heard = said(clients[0] ?? (await bound()));
  const stray = Buffer.from(frame);
  stray.writeUInt16BE(9_999, 34);
  forwarder.fromGuest(stray);
  clients[0]?.send('again', one, '127.0.0.1');
  expect(await heard).toBe('again');
});

test('a port that is taken is said, the others are listened for, and what is no longer wanted is let go of', async () => {
  const { forwarder } = echoingGuest();
  const taken = await bound();
  const free = await freePort();
  const forward = { address: '127.0.0.1', hostPort: free, guestPort: 7 };
  await expect(
    forwarder.listen([{ ...forward, hostPort: taken.address().port, guestPort: 53 }, forward]),
  ).rejects.toMatchObject({ code: 'EADDRINUSE' });
  const client = await bound();
  const answer = said(client);
  client.send('hello', free, '127.0.0.1');
  expect(await answer).toBe('hello');
  await forwarder.listen([]);
  const again = createSocket('udp4').bind(free, '127.0.0.1');
  opened.push(again);
  await once(again, 'listening');
});
