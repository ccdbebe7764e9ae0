// What has to be there before any dependency is: Node's version and the dependencies themselves.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const needed = [20, 19];
/** What npm says when it was the network: it may go well in a moment. */
const passing =
  /\b(ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNRESET|ECONNREFUSED|EIDLETIMEOUT|ERR_SOCKET_TIMEOUT|EPIPE|E429|E50[0-9])\b/;
/** Pauses before the second and the third try. */
const pausesSeconds = [5, 20];

/** Ends the process with one line if this Node is too old. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > needed[0] || (major === needed[0] && minor >= needed[1])) return;
  console.error(`Trama needs Node ${needed.join('.')} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/** The lock file's text, or null. */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/**
 * Installs what package-lock.json says, if it is not what was installed last. Ends the process if that fails.
 * @param {string} root the project's folder
 */
export function ensureDependencies(root) {
  const wanted = read(path.join(root, 'package-lock.json'));
  const stamp = path.join(root, 'node_modules', '.trama-installed');
  if (wanted !== null && read(stamp) === wanted) return;
  console.log('Installing the dependencies (npm ci)…');
  for (let attempt = 0; ; attempt++) {
    const result = spawnSync('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: ['inherit', 'inherit', 'pipe'],
      encoding: 'utf8',
      maxBuffer: 16 * 1024 * 1024,
      // on Windows npm is a script, which needs a shell
      shell: process.platform === 'win32',
    });
    process.stderr.write(result.stderr ?? '');
    if (result.status === 0) break;
    const wait = pausesSeconds[attempt];
    if (wait === undefined || !passing.test(result.stderr ?? '')) {
      console.error('The dependencies could not be installed. See the lines above; then try again.');
      process.exit(1);
    }
    console.error(`The network did not answer; trying again in ${wait} s.`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait * 1000);
  }
  writeFileSync(stamp, wanted ?? '');
}
