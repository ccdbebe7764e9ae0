import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { HostPorts } from './host-ports';

test('gives nobody a port twice, skips what is taken, and wraps around', async () => {
  const ports = new HostPorts(9_998, (port) => Promise.resolve(port !== 20_000));
  ports.reserve(29_999);
  expect(await ports.allocate()).toBe(29_998);
  expect(new Set(await Promise.all([ports.allocate(), ports.allocate()]))).toEqual(new Set([20_001, 20_002]));
});

test('keeps what is known, adds what is new, gives back what is not wanted', async () => {
  const ports = new HostPorts(0, () => Promise.resolve(true));
  const first = await ports.assign(new Map(), [22, 80]);
  expect([...first]).toEqual([
    [22, 20_000],
    [80, 20_001],
  ]);
  const second = await ports.assign(first, [80, 443]);
  expect([...second]).toEqual([
    [80, 20_001],
    [443, 20_002],
  ]);
});

test('says so when all are taken, and sees what listens', async () => {
  await expect(new HostPorts(0, () => Promise.resolve(false)).allocate()).rejects.toMatchObject({
    code: 'NO_CAPACITY',
  });
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  expect(await new HostPorts(0).isFree(port)).toBe(false);
  await new Promise((resolve) => server.close(resolve));
  expect(await new HostPorts(0).isFree(port)).toBe(true);
});
