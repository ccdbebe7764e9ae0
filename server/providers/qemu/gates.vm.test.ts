import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConsole } from '../contract-console';
import { tiny, vmSpec } from '../contract-fixtures';
import type { Provider } from '../provider';
import { createQemuProvider } from './qemu-provider';
import { chooseVmUsers } from './vm-users';

const base = resolve('.trama/test');
let folder: string;
let provider: Provider;
const slice = { id: 1 };

beforeAll(async () => {
  await mkdir(base, { recursive: true });
  folder = await mkdtemp(join(base, 'gates-'));
  const users = await chooseVmUsers();
  provider = await createQemuProvider({ root: join(folder, 'zone'), imagesRoot: join(base, 'images'), users });
});
afterAll(async () => {
  await provider.removeSlice(slice);
  await provider.close();
  await rm(folder, { recursive: true });
});

test('a gate that is a port opens when something in the guest listens there, not when QEMU does', async () => {
  const vm = vmSpec(1, tiny, {
    forwards: [
      { protocol: 'tcp', guestPort: 7777 },
      { protocol: 'tcp', guestPort: 7778 },
    ],
    ready: { tcpPort: 7777, timeoutSeconds: 60 },
  });
  await provider.ensureVm(slice, vm);
  await provider.startVm(slice, vm);
  const console = readConsole(await provider.openConsole(slice, vm.id));
  // before the guest has an address, then while it refuses, QEMU takes the connection all the same
  let open = false;
  const wait = provider.awaitReady(slice, vm).then(() => {
    open = true;
  });
  console.type('until ip -4 addr show forwards | grep -q 198.18; do sleep 0.2; done; echo has-"address"\n');
  await console.until('has-address');
  console.type('for i in 1 2 3 4 5; do netstat -tn; sleep 1; done; echo still-"shut"\n');
  await console.until('still-shut');
  expect(open).toBe(false);
  console.type('(while true; do echo served | nc -l -p 7777; done > /dev/null 2>&1 &)\n');
  await wait;
  // what answers at one port says nothing of another, and a port that is not forwarded cannot be asked
  const abort = new AbortController();
  const other = provider.awaitReady(slice, { ...vm, ready: { tcpPort: 7778, timeoutSeconds: 60 } }, abort);
  console.type('netstat -ltn; echo "asked"-again\n');
  await console.until('asked-again');
  abort.abort();
  await expect(other).rejects.toMatchObject({ code: 'ABORTED' });
  await expect(provider.awaitReady(slice, { ...vm, ready: { tcpPort: 80, timeoutSeconds: 60 } })).rejects.toMatchObject(
    { code: 'UNSUPPORTED', message: 'Its port 80 is not forwarded.' },
  );
});
