import { expect, test } from 'vitest';
import { askGuests } from './ask-guests';

const running = (count: number) => Array.from({ length: count }, (_, id) => ({ id, status: 'running' as const }));
const nics = [{ name: 'eth0', mac: null, addresses: [] }];
const guest = { nics, uptimeSeconds: null, load: null, memory: null, disk: null };

test('asks those that run, three at a time, and tells what each says', async () => {
  const told = new Map<number, unknown>();
  let [now, most] = [0, 0];
  const ask = async (vmId: number) => {
    now += 1;
    most = Math.max(most, now);
    await Promise.resolve();
    now -= 1;
    return { guest: vmId % 2 === 0 ? guest : null };
  };
  const vms = [...running(8), { id: 8, status: 'stopped' as const }];
  await askGuests(vms, ask, (vmId, said) => told.set(vmId, said));
  expect([...told.keys()].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect([told.get(0), told.get(1)]).toEqual([nics, null]);
  expect(most).toBe(3);
});

test('asks no more once the server cannot be asked', async () => {
  const asked: number[] = [];
  const ask = (vmId: number) => {
    asked.push(vmId);
    return Promise.reject(new Error('away'));
  };
  await expect(askGuests(running(9), ask, () => undefined)).rejects.toThrow('away');
  expect(asked.length).toBeLessThan(9);
});
