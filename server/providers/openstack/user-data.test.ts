import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { link, vmSpec, withNic } from '../contract-fixtures';
import { userDataOf } from './user-data';

const image = { id: 1, name: 'debian', kind: 'disk', source: '/d.qcow2', sha256: null, readyMarker: null } as const;

test('a guest in a cloud has the names that are drawn beside those that its image gives', async () => {
  const bare = vmSpec(1, image);
  const [first, second] = [link(3, bare, vmSpec(2, image)), link(4, bare, vmSpec(2, image))];
  const nic = (edge: typeof first, index: number) => ({ ...edge.source.nic, index });
  const text = Buffer.from(userDataOf(withNic(withNic(bare, nic(first, 0)), nic(second, 5))), 'base64').toString();
  const { bootcmd } = z
    .object({ bootcmd: z.array(z.array(z.string())) })
    .parse(JSON.parse(text.replace('#cloud-config\n', '')));
  const commands = bootcmd.filter((command) => command.at(-1)?.startsWith('eth'));
  expect(commands).toHaveLength(2);

  const folder = await mkdtemp(join(tmpdir(), 'trama-names-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  // two NICs and what somebody has made of one; the second has the name already
  for (const [name, mac] of Object.entries({ ens3: first, 'ens3.7': first, eth5: second }).map(
    ([name, { source }]) => [name, source.nic.mac] as const,
  )) {
    await mkdir(join(folder, name, ...(name === 'ens3.7' ? [] : ['device'])), { recursive: true });
    await writeFile(join(folder, name, 'address'), `${mac}\n`);
  }
  await writeFile(join(folder, 'ip'), `#!/bin/sh\necho "$*" >> ${folder}/done\n[ "$5" != eth5 ]\n`, { mode: 0o755 });
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` };
  for (const [program = '', ...args] of commands)
    await promisify(execFile)(
      program,
      args.map((arg) => arg.replace('/sys/class/net', folder)),
      { env },
    );
  expect(await readFile(join(folder, 'done'), 'utf8')).toBe(
    'link property add dev ens3 altname eth0\nlink property add dev eth5 altname eth5\n',
  );
});
