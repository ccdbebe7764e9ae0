import { randomUUID } from 'node:crypto';
import { mkdtemp, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import { z } from 'zod';
import { runCommand } from '#server/lib/run-command';
import { serverAddress } from '#shared/topology/ipv4';
import { openSettings } from '#shared/zone-settings';
import { withBoundedLooks } from '../bounded-looks';
import { describeProviderContract } from '../contract';
import type { ContractHarness } from '../contract-harness';
import { readConsole } from '../contract-console';
import { addressOf, contractParts, tiny } from '../contract-fixtures';
import type { ImageSpec, SliceRef, VmSpec } from '../provider';
import { findMachines } from './find-machines';
import { killMachine } from './qemu-process';
import { createQemuProvider } from './qemu-provider';
import { chooseVmUsers } from './vm-users';

describeProviderContract('qemu', async () => {
  const base = resolve('.trama/test');
  await mkdir(base, { recursive: true });
  const folder = await mkdtemp(join(base, 'contract-'));
  const root = join(folder, 'zone');
  const users = await chooseVmUsers();
  const logged: unknown[] = [];
  // as the registry hands it out
  const create = async () =>
    withBoundedLooks(
      await createQemuProvider({
        root,
        imagesRoot: join(base, 'images'),
        users,
        parts: contractParts,
        internetLimits: () => Promise.resolve(harness.internetLimits),
        log: (...line) => logged.push(line),
      }),
    );
  const machineOf = async (slice: SliceRef, vmId: number) =>
    (await findMachines(root)).find((machine) => machine.sliceId === slice.id && machine.name === `v${vmId}`);
  /** Has a guest ask another one, and answers what it said; `work` is done meanwhile. */
  const ping = async (
    slice: SliceRef,
    from: VmSpec,
    to: VmSpec,
    { before, options }: { before: string; options: string },
    work: () => Promise<void> = async () => undefined,
  ) => {
    const console = readConsole(await harness.provider.openConsole(slice, from.id));
    const mark = randomUUID().slice(0, 8);
    const address = to.nics[0] ? addressOf(to.nics[0]) : '';
    // typed in two halves, so that the echo of the command is not taken for what it says
    console.type(
      `\nto=${address}; ${before}; echo "${mark}"".begin"; ping ${options} -W 2 $to; echo "${mark}"".end"\n`,
    );
    await console.until(`${mark}.begin`);
    await work();
    const said = await console.until(`${mark}.end`);
    console.close();
    return said.slice(said.indexOf(`${mark}.begin`));
  };
  /** What a guest's shell says when it is given a command, line by line. */
  const saidBy = async (slice: SliceRef, vmId: number, command: string) => {
    const console = readConsole(await harness.provider.openConsole(slice, vmId));
    const mark = randomUUID().slice(0, 8);
    console.type(`\necho "${mark}"".begin"; ${command}; echo "${mark}"".end"\n`);
    const said = await console.until(`${mark}.end`);
    console.close();
    return said
      .slice(said.lastIndexOf(`${mark}.begin`))
      .split(/\r?\n/)
      .slice(1, -1);
  };
  const relaysOf = async (slice: SliceRef) =>
    (await findMachines(root)).filter((machine) => machine.sliceId === slice.id && machine.name === 'relay');
  const disk = async (id: number): Promise<ImageSpec> => {
    const source = join(folder, `disk${id}.qcow2`);
    await runCommand('qemu-img', ['create', '-q', '-f', 'qcow2', source, '1G']);
    return { id, name: `disk${id}`, kind: 'disk', source, sha256: null, readyMarker: null };
  };
  const wordIn = async (path: string) => {
    for (const word of ['one', 'two', 'later']) {
      // it fails where something else is read
      const read = runCommand('qemu-io', ['-r', '-c', `read -P ${word.charCodeAt(0)} 0 64k`, path]);
      if (await read.then(Boolean, () => false)) return word;
    }
    return '';
  };
  const harness: ContractHarness = {
    internetLimits: { kbps: null, usedUp: false },
    provider: await create(),
    settings: [
      openSettings.parse({ provider: 'qemu' }),
      openSettings.parse({ provider: 'qemu', launchLimit: 1 }),
    ] as const,
    image: tiny,
    disks: [await disk(2), await disk(3)],
    async machineRam(slice, vmId) {
      const args = (await readFile(`/proc/${(await machineOf(slice, vmId))?.pid}/cmdline`, 'utf8')).split('\0');
      return Number(args[args.indexOf('-m') + 1]);
    },
    async diskOf(slice, vmId) {
      const path = join(root, `s${slice.id}/v${vmId}/disk.qcow2`);
      const { stdout } = await runCommand('qemu-img', ['info', '--output=json', '-U', path]);
      const { 'virtual-size': bytes } = z.object({ 'virtual-size': z.number() }).parse(JSON.parse(stdout));
      // the number of a file that is gone is given to the next one
      const { ino, birthtimeNs } = await stat(path, { bigint: true });
      return { id: `${ino} of ${birthtimeNs}`, gb: bytes / 2 ** 30 };
    },
    async restart() {
      await harness.provider.close();
      harness.provider = await create();
      return harness.provider;
    },
    async kill(slice, vmId) {
      for (const machine of await findMachines(root))
        if (machine.sliceId === slice.id && machine.name === `v${vmId}`) await killMachine(machine, root);
    },
    async loseImage() {
      const linked = await readdir(join(root, 'images'));
      for (const key of linked.filter((name) => name.startsWith('tiny-')))
        await rm(join(root, 'images', key), { recursive: true });
    },
    async intrude(slice, vmId) {
      // a shell of its own, as of somebody who looks around: the one that starts it ends, and it is nobody's child here
      const script = 'sleep 3600 > /dev/null 2>&1 & echo $!';
      const { stdout } = await runCommand('sh', ['-c', script], { cwd: join(root, `s${slice.id}/v${vmId}`) });
      const pid = Number(stdout);
      return async () => {
        process.kill(pid, 'SIGKILL');
        await expect.poll(() => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).toBe('');
      };
    },
    async countMachines(slice, vmId) {
      const machines = await findMachines(root);
      return machines.filter((machine) => machine.sliceId === slice.id && machine.name === `v${vmId}`).length;
    },
    async remember(slice, vmId, word) {
      const console = readConsole(await harness.provider.openConsole(slice, vmId));
      console.type(`\nkept=${word}; echo ke''pt\n`);
      await console.until('kept\r\n');
      console.close();
    },
    async recall(slice, vmId) {
      const console = readConsole(await harness.provider.openConsole(slice, vmId));
      const asked = randomUUID();
      console.type(`\necho "${asked.slice(0, 8)}""${asked.slice(8)}<$kept>"\n`);
      const said = await console.until(new RegExp(`${asked}<.*>`));
      console.close();
      return new RegExp(`${asked}<(.*)>`).exec(said)?.[1] ?? '';
    },
    async writeDisk(slice, vmId, word) {
      const path = join(root, `s${slice.id}/v${vmId}/disk.qcow2`);
      await runCommand('qemu-io', ['-c', `write -P ${word.charCodeAt(0)} 0 64k`, path]);
    },
    readDisk: (slice, vmId) => wordIn(join(root, `s${slice.id}/v${vmId}/disk.qcow2`)),
    async guestDisks(slice, vmId) {
      // by the name that each has for its label, and in sectors
      const said = await saidBy(
        slice,
        vmId,
        'for disk in /dev/disk/by-id/virtio-*; do name=$(readlink -f $disk); echo "${disk##*virtio-} $(cat /sys/block/${name##*/}/size)"; done',
      );
      return said.flatMap((line) => {
        const [, label, sectors] = /^(\S+) (\d+)$/.exec(line) ?? [];
        return label === undefined ? [] : [{ label, gb: Number(sectors) / 2 ** 21 }];
      });
    },
    async writeInGuest(slice, vmId, label, word) {
      await saidBy(
        slice,
        vmId,
        `echo ${word} | dd of=/dev/disk/by-id/virtio-${label} bs=512 conv=sync,fsync 2>/dev/null`,
      );
    },
    async readInGuest(slice, vmId, label) {
      const disk = `/dev/disk/by-id/virtio-${label}`;
      const said = await saidBy(slice, vmId, `echo "<$(dd if=${disk} bs=512 count=1 2>/dev/null | tr -d '\\0')>"`);
      return /<(.*)>/.exec(said.join(' '))?.[1] ?? '';
    },
    async readSaved(path) {
      const { stdout } = await runCommand('qemu-img', ['info', '--output=json', '-f', 'qcow2', path]);
      expect(JSON.parse(stdout)).not.toHaveProperty('backing-filename');
      expect(JSON.parse(stdout)).not.toHaveProperty('snapshots');
      return wordIn(path);
    },
    async countDiskSnapshots(slice, vmId) {
      const path = join(root, `s${slice.id}/v${vmId}/disk.qcow2`);
      const { stdout } = await runCommand('qemu-img', ['snapshot', '-l', path]);
      return stdout.split('\n').filter((line) => /^\d/.test(line)).length;
    },
    async roundTrip(slice, from, to) {
      // the first answer may wait for the other's hardware address
      const said = await ping(slice, from, to, { before: 'ping -c 1 -W 1 $to >/dev/null', options: '-c 10 -i 0.1' });
      const [, shortest] = /min\/avg\/max = ([\d.]+)/.exec(said) ?? [];
      return shortest === undefined ? null : Number(shortest);
    },
    async lostWhile(slice, from, to, work) {
      const said = await ping(slice, from, to, { before: ':', options: '-c 600 -i 0.01' }, work);
      const [, asked, answered] = /(\d+) packets transmitted, (\d+) packets received/.exec(said) ?? [];
      return Number(asked) - Number(answered);
    },
    async askForAddress(slice, vm) {
      const script = `printf '#!/bin/sh\\n[ $1 = bound ] && echo "<$ip/$mask>"\\n' > /tmp/said; chmod +x /tmp/said`;
      const said = await saidBy(slice, vm.id, `${script}; udhcpc -f -n -q -t 3 -T 1 -i eth0 -s /tmp/said`);
      return /<([\d.]+\/\d+)>/.exec(said.join(' '))?.[1] ?? null;
    },
    async resolve(slice, vm, name) {
      const said = await saidBy(slice, vm.id, `nslookup ${name} ${serverAddress(vm.nics[0]?.address) ?? ''}`);
      return /Name:.*?Address[ \d]*:\s*([\d.]+)/.exec(said.join(' '))?.[1] ?? null;
    },
    async countRelays(slice) {
      return (await relaysOf(slice)).length;
    },
    async killRelays(slice) {
      for (const relay of await relaysOf(slice)) await killMachine(relay, root);
    },
    async dispose() {
      expect(await findMachines(root)).toEqual([]);
      const left = (await readdir(root)).filter((name) => !/^(images|accelerator\.json|relay-.*\.mjs)$/.test(name));
      expect(left).toEqual([]);
      await harness.provider.close();
      await rm(folder, { recursive: true });
      expect(logged).toEqual([]);
    },
  };
  return harness;
});
