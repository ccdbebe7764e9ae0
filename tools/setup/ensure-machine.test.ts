import { expect, test } from 'vitest';
import { ensureMachine } from './ensure-machine';
import type { Machine } from './machine';
import { requirements, type Want } from './packages';

interface Setting {
  programs?: string[];
  root?: boolean;
  apt?: boolean;
  lists?: boolean;
  /** Exit codes of the installs to come, 0 when used up. */
  installs?: number[];
  /** What apt-get says of an install that fails. */
  complaint?: string;
}

function made(setting: Setting) {
  const programs = new Set(setting.programs ?? []);
  const calls: string[] = [];
  const codes = [...(setting.installs ?? [])];
  const machine: Machine = {
    hasProgram: (name) => Promise.resolve(programs.has(name)),
    isRoot: () => setting.root ?? true,
    hasApt: () => Promise.resolve(setting.apt ?? true),
    hasPackageLists: () => Promise.resolve(setting.lists ?? true),
    aptGet: (args, line) => {
      calls.push(args.join(' '));
      if (!args.includes('install')) return Promise.resolve(0);
      const code = codes.shift() ?? 0;
      if (code === 0) {
        for (const { packages, programs: names } of Object.values(requirements)) {
          if (packages.every((name) => args.includes(name))) for (const [first] of names) programs.add(first ?? '');
        }
      } else line(setting.complaint ?? 'E: Unable to locate package');
      return Promise.resolve(code);
    },
  };
  const lines: string[] = [];
  const pauses: number[] = [];
  const pause = (ms: number) => Promise.resolve(pauses.push(ms));
  const run = (want: Want[]) => ensureMachine({ want, machine, log: (line) => lines.push(line), pause });
  return { run, calls, lines, pauses };
}

const all = ['mysqld', 'qemu-system-x86_64', 'qemu-img', 'genisoimage', 'unxz', 'chromium'];

test('does and says nothing when all is there', async () => {
  const { run, calls, lines } = made({ programs: all });
  expect(await run(['database', 'qemu', 'chromium'])).toEqual({ installed: [], lacking: [] });
  expect([calls, lines]).toEqual([[], []]);
});

test('installs only what lacks, without recommended packages', async () => {
  const { run, calls } = made({ programs: all.filter((name) => name !== 'qemu-img') });
  expect(await run(['database', 'qemu', 'qemu'])).toEqual({ installed: ['qemu'], lacking: [] });
  expect(calls).toEqual([`-q -y --no-install-recommends install ${requirements.qemu.packages.join(' ')}`]);
});

test('fetches the lists first on a machine that has none', async () => {
  const { run, calls } = made({ lists: false });
  expect((await run(['database', 'chromium'])).installed).toEqual(['database', 'chromium']);
  expect(calls[0]).toBe('-q update');
  expect(calls.filter((call) => call.includes('update'))).toHaveLength(1);
});

test('fetches them once more when an install fails, and installs the rest whatever happens', async () => {
  const { run, calls, lines } = made({ installs: [100, 100] });
  const result = await run(['qemu', 'database']);
  expect(result.installed).toEqual(['database']);
  expect(result.lacking).toEqual([{ want: 'qemu', message: lines.find((line) => line.includes('lacks')) }]);
  expect(result.lacking[0]?.message).toMatch(
    /QEMU: no VM can run .* \(Unable to locate package\)\. Type: sudo apt-get install --no-install-recommends qemu-system-x86 /,
  );
  expect(calls.map((call) => call.split(' ').at(call.includes('install') ? 3 : 1))).toEqual([
    'install',
    'update',
    'install',
    'install',
  ]);
});

test('waits and tries again while the network is away, three times', async () => {
  const complaint = 'E: Failed to fetch http://deb.debian.org/qemu.deb  Temporary failure resolving deb.debian.org';
  const shortly = made({ programs: all.slice(1), installs: [100, 100, 100], complaint });
  expect((await shortly.run(['database'])).installed).toEqual(['database']);
  expect(shortly.pauses).toEqual([5_000, 20_000]);
  expect(shortly.lines.at(-1)).toMatch(/^Packages cannot be fetched now \(.+\); trying again in 20 s\.$/);

  const long = made({ programs: all.slice(1), installs: [100, 100, 100, 100], complaint });
  expect((await long.run(['database'])).lacking).toHaveLength(1);
  expect(long.pauses).toEqual([5_000, 20_000]);
});

test('an ordinary user gets one line with the command', async () => {
  const { run, calls, lines } = made({ root: false });
  expect((await run(['database'])).installed).toEqual([]);
  expect(calls).toEqual([]);
  expect(lines).toEqual([
    'This machine lacks a database server (MariaDB or MySQL): Trama needs one, or DATABASE_URL. ' +
      'Type: sudo apt-get install --no-install-recommends mariadb-server-core mariadb-client-core',
  ]);
});

test('on another system it names the programs', async () => {
  const { run, lines } = made({ apt: false });
  await run(['qemu']);
  expect(lines[0]).toContain('Install qemu-system-x86_64, qemu-img, genisoimage, unxz with this system');
});

test('a package that does not bring its program counts as lacking', async () => {
  const { run } = made({ installs: [1, 1] });
  expect((await run(['chromium'])).lacking[0]?.want).toBe('chromium');
});
