import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, Server } from 'node:net';
import { expect, test } from 'vitest';
import { HostPorts } from './host-ports';

const tcp = (guestPort: number) => ({ protocol: 'tcp' as const, guestPort });

test('gives nobody a port twice, skips what is taken, and wraps around', async () => {
  const ports = new HostPorts(9_998, (port) => Promise.resolve(port !== 20_000));
  ports.reserve(29_999);
  expect(await ports.allocate('tcp')).toBe(29_998);
  expect(new Set(await Promise.all([ports.allocate('tcp'), ports.allocate('tcp')]))).toEqual(new Set([20_001, 20_002]));
});

test('keeps what is known, adds what is new, gives back what is not wanted', async () => {
  const ports = new HostPorts(0, () => Promise.resolve(true));
  const first = await ports.assign(new Map(), [tcp(22), tcp(80)]);
  expect([...first]).toEqual([
    ['tcp:22', 20_000],
    ['tcp:80', 20_001],
  ]);
  const second = await ports.assign(first, [tcp(80), { protocol: 'udp', guestPort: 80 }]);
  expect([...second]).toEqual([
    ['tcp:80', 20_001],
    ['udp:80', 20_002],
  ]);
});

test('says so when all are taken, and sees what listens', async () => {
  await expect(new HostPorts(0, () => Promise.resolve(false)).allocate('udp')).rejects.toMatchObject({
    code: 'NO_CAPACITY',
  });
  for (const protocol of ['tcp', 'udp'] as const) {
    const socket = protocol === 'tcp' ? createServer() : createSocket('udp4');
    if (socket instanceof Server) socket.listen(0, '127.0.0.1');
    else socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const bound = socket.address();
    const port = typeof bound === 'object' && bound ? bound.port : 0;
    expect(await new HostPorts(0).isFree(port, protocol)).toBe(false);
    await new Promise<void>((resolve) => socket.close(() => resolve()));
    expect(await new HostPorts(0).isFree(port, protocol)).toBe(true);
  }
});
