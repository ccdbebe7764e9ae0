import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { SerialLine, untilConsoleTaken } from './serial-line';
import { chooseVmUsers } from './vm-users';
import { ZoneFolder } from './zone-folder';

/** A console whose log holds `log`, and on whose socket QEMU says `says`; what is heard of it. */
async function consoleOf(log: string, says: string) {
  const root = await mkdtemp(join(tmpdir(), 'trama-serial-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const folder = await ZoneFolder.open(root, await chooseVmUsers());
  onTestFinished(() => folder.close());
  await mkdir(join(root, 's1', 'v7'), { recursive: true });
  const logPath = join(root, 's1', 'v7', 'ser.log');
  await writeFile(logPath, log);
  let wasSent = () => {};
  const sent = new Promise<void>((resolve) => (wasSent = resolve));
  const qemu = createServer((socket) => socket.write(says, () => wasSent()));
  onTestFinished(() => void qemu.close());
  await new Promise<void>((resolve) => {
    qemu.listen(folder.socketPath(1, 'v7/ser.sock'), resolve);
  });
  let seen = '';
  const line = new SerialLine(folder, { sliceId: 1, id: 7, fileLimit: 1 << 20 }, (data) => {
    seen += Buffer.from(data).toString();
  });
  onTestFinished(() => line.close('done'));
  return { line, seen: () => seen, history: () => Buffer.from(line.sinceBoot()).toString(), logPath, sent };
}

test('a panic that was printed before the server listened was not seen, and the start waited for its whole time', async () => {
  // QEMU has written this; to nobody else, since nobody was connected
  const { line, seen } = await consoleOf('Kernel panic - not syncing\n', 'and more\n');
  await line.open(() => Promise.resolve());
  await expect.poll(seen).toBe('Kernel panic - not syncing\nand more\n');
});

test('what the guest said while a busy QEMU had not taken the connection yet was heard by nobody', async () => {
  const { line, seen, history, logPath } = await consoleOf('booting\n', '');
  await line.open(() => appendFile(logPath, 'is up\n'));
  expect(seen()).toBe('booting\nis up\n');
  expect(history()).toBe('booting\nis up\n');
});

test('what came over the connection and stands in the log as well is heard once', async () => {
  const { line, seen, logPath, sent } = await consoleOf('booting\n', 'is up\nlogin: ');
  await line.open(async () => {
    await appendFile(logPath, 'almost\nis up\nlogin: ');
    await sent;
    // a turn of the loop receives what has been sent
    await setImmediate();
    await setImmediate();
  });
  await expect.poll(seen).toBe('booting\nalmost\nis up\nlogin: ');
});

test('a connection is taken when QEMU says that somebody is connected', async () => {
  const answers = ['disconnected:unix:v7/ser.sock,server=on', 'unix:v7/ser.sock,server=on <-> '];
  const asked: string[] = [];
  await untilConsoleTaken({
    execute: async (command) => {
      asked.push(command);
      return [
        { label: 'guest', filename: 'disconnected:unix:v7/guest.sock,server=on' },
        { label: 'ser0', filename: answers.shift() },
      ];
    },
  });
  expect(asked).toEqual(['query-chardev', 'query-chardev']);
  expect(answers).toEqual([]);
});
