// @vitest-environment node
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { explain } from './errors';
import { knownHost, runSsh, sshArguments, sshRefusal } from './run-ssh';

const target = { user: 'trama', host: '192.0.2.7', port: 20_017 };
let folder: string;
beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'trama-ssh-'))));
afterEach(() => rm(folder, { recursive: true }));

/** What `runSsh` ends with where `ssh` is this script. */
async function ended(script: string | null, further: string[] = []) {
  if (script !== null) {
    await writeFile(path.join(folder, 'ssh'), `#!/bin/sh\n${script}\n`);
    await chmod(path.join(folder, 'ssh'), 0o755);
  }
  const env = { PATH: script === null ? folder : `${folder}:/usr/bin:/bin`, XDG_CONFIG_HOME: folder };
  const known = knownHost(env, 'https://lab.example.org:8000', { sliceId: 3, vmId: 14 });
  return runSsh(env, target, known, further).then(
    () => ({ lines: [], exitCode: 0 }),
    (error: unknown) => explain(error),
  );
}

test('every VM is known by a name of its own, in a file of its own of its server', () => {
  const of = (url: string) => knownHost({ XDG_CONFIG_HOME: '/home/ada/my config' }, url, { sliceId: 3, vmId: 14 });
  const known = of('https://lab.example.org:8000/at/home');
  expect(known).toEqual({
    alias: 'trama-3-14',
    file: '/home/ada/my config/trama/known_hosts/lab.example.org_8000/trama-3-14',
  });
  expect(of('http://[::1]:8000').file).toBe('/home/ada/my config/trama/known_hosts/___1__8000/trama-3-14');
  expect(sshArguments(target, { ...known, file: '/a 50% b' }, ['-L', '8080:localhost:80', 'uptime'])).toEqual([
    ...['-p', '20017', '-o', 'UserKnownHostsFile="/a 50%% b"', '-o', 'HostKeyAlias=trama-3-14'],
    ...['-o', 'StrictHostKeyChecking=accept-new', 'trama@192.0.2.7', '-L', '8080:localhost:80', 'uptime'],
  ]);
});

test('ssh is run with what was said behind --, and its exit code is passed on', async () => {
  expect(await ended(`printf '%s\\n' "$@" > ${folder}/said`, ['echo', 'two words'])).toEqual({
    lines: [],
    exitCode: 0,
  });
  expect(await readFile(`${folder}/said`, 'utf8')).toMatch(/^-p\n20017\n[^]*\ntrama@192\.0\.2\.7\necho\ntwo words\n$/);
  expect((await stat(path.join(folder, 'trama/known_hosts/lab.example.org_8000'))).mode & 0o777).toBe(0o700);
  expect(await ended('exit 255')).toEqual({ lines: [], exitCode: 255 });
  expect(await ended('kill -TERM $$')).toEqual({ lines: [], exitCode: 143 });
});

test('where there is no ssh, or something else lacks, that is said', async () => {
  expect(await ended(null)).toEqual({
    lines: ['There is no ssh on this machine: install OpenSSH’s client.'],
    exitCode: 1,
  });
  expect(explain(sshRefusal('web', 'stopped')).lines).toEqual(['One cannot sign in to web by SSH: it does not run.']);
});
