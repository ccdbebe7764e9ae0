import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SerialLine } from './serial-line';
import { chooseVmUsers } from './vm-users';
import { ZoneFolder } from './zone-folder';

test('a panic that was printed before the server listened was not seen, and the start waited for its whole time', async () => {
  const root = await mkdtemp(join(tmpdir(), 'trama-serial-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const folder = await ZoneFolder.open(root, await chooseVmUsers());
  onTestFinished(() => folder.close());
  await mkdir(join(root, 's1', 'v7'), { recursive: true });
  // QEMU has written this; to nobody else, since nobody was connected
  await writeFile(join(root, 's1', 'v7', 'ser.log'), 'Kernel panic - not syncing\n');
  const qemu = createServer((socket) => socket.write('and more\n'));
  onTestFinished(() => void qemu.close());
  await new Promise<void>((resolve) => {
    qemu.listen(folder.socketPath(1, 'v7/ser.sock'), resolve);
  });

  let seen = '';
  const line = new SerialLine(folder, { sliceId: 1, id: 7, fileLimit: 1 << 20 }, (data) => {
    seen += Buffer.from(data).toString();
  });
  await line.open();
  await expect.poll(() => seen).toBe('Kernel panic - not syncing\nand more\n');
  line.close('done');
});
