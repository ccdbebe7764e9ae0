import { execFile, spawn, type ChildProcess, type SpawnOptions as CommonSpawnOptions } from 'node:child_process';
import { chmod, chown, lchown, mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whom the embedded database runs as, where the program itself is root. */
export interface ServerAccount {
  uid: number;
  gid: number;
}

/**
 * A user id of no account, as nothing else on a machine has: not `nobody`, whose processes (our VMs', other daemons') could
 * then read the database.
 */
const dedicated: ServerAccount = { uid: 59_733, gid: 59_733 };

/**
 * Null when this program is not root: then the database has its user. Else never root: whoever the data belongs to, so
 * that an ordinary user's folder stays theirs; else the account `trama-db` if there is one; else a user id without account.
 */
export async function serverAccount(home: string): Promise<ServerAccount | null> {
  if (process.getuid?.() !== 0) return null;
  for (const folder of [path.join(home, 'data'), home]) {
    const owner = await stat(folder).catch(() => null);
    if (owner !== null && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  }
  const { stdout } = await run('getent', ['passwd', 'trama-db']).catch(() => ({ stdout: '' }));
  const [, , uid, gid] = stdout.split(':').map(Number);
  return uid !== undefined && gid !== undefined && uid > 0 && gid > 0 ? { uid, gid } : dedicated;
}

/**
 * Makes `home` what the account needs: it may pass through, but neither list nor change it, and owns what lies in the folders
 * of the server's own. Data of an older version, which ran as root, becomes the account's. Only while no server runs.
 */
export async function giveHome(home: string, account: ServerAccount | null): Promise<void> {
  // where the server may write files that a statement names: nowhere
  const nowhere = noFilesFolder(home);
  await mkdir(nowhere, { recursive: true });
  await chmod(nowhere, 0o500);
  if (account === null) return;
  if ((await stat(home)).uid === 0) {
    await chown(home, 0, account.gid);
    await chmod(home, 0o710);
  }
  for (const name of ['data', 'tmp']) await giveTree(path.join(home, name), account);
}

/** What root wrote into an ordinary user's folder is theirs, so that they can start there again. */
export async function giveFiles(home: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(home);
  if (uid === 0) return;
  for (const name of ['server.json', 'server.log', 'no-files']) await lchown(path.join(home, name), uid, gid);
}

export const noFilesFolder = (home: string) => path.join(home, 'no-files');

/** Gives `folder` and all in it to the account, if it is there and not yet theirs. Follows no links. */
async function giveTree(folder: string, account: ServerAccount): Promise<void> {
  const owner = await stat(folder).catch(() => null);
  if (owner === null || owner.uid === account.uid) return;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    await lchown(path.join(entry.parentPath, entry.name), account.uid, account.gid);
  // the folder last: what broke off half-way is done again
  await chown(folder, account.uid, account.gid);
}

/**
 * In a mount namespace of its own, where the folder that is in the way is empty but for `home`, becomes the account and then
 * the server. $1: the folder in the way, $2: home, $3 and $4: user and group, the rest: the server's argument vector.
 */
const throughBarrier = `set -e
hidden=$1 home=$2 uid=$3 gid=$4; shift 4
exec 3<"$home"
mount -t tmpfs -o mode=755,size=64k tmpfs "$hidden"
mkdir -p "$home"
mount --no-canonicalize --rbind /proc/self/fd/3 "$home"
exec 3<&-
cd "$home"
exec setpriv --reuid="$uid" --regid="$gid" --clear-groups --no-new-privs -- "$@"`;

/** How the account gets to `home`: on its own feet, or behind the `barrier` in a view of the file system of its own. */
export interface Way {
  account: ServerAccount;
  barrier: string | null;
}

/**
 * The way of the account to its folder and to the program; null when there is none: then only root can run it. A folder above
 * that lets only root through (a clone in /root) needs a mount namespace, which not every container may make.
 */
export async function findWay(home: string, account: ServerAccount, command: readonly string[]): Promise<Way | null> {
  const [program = '', ...args] = command;
  if (!(await works(program, [...args, '--no-defaults', '--version'], account))) return null;
  const barrier = await barrierTo(home, account);
  if (barrier !== null && !(await works('unshare', ['--mount', '--', 'setpriv', '--version']))) return null;
  return { account, barrier };
}

const works = (program: string, args: string[], account?: ServerAccount) =>
  run(program, args, { ...account, cwd: '/' }).then(
    () => true,
    () => false,
  );

export interface SpawnOptions {
  argv: readonly [string, ...string[]];
  home: string;
  /** Null: as whoever this program is. */
  way: Way | null;
  /** File descriptor of the log. */
  log: number;
}

/** Starts the server in `home`. The process is the server's own in every case. */
export function spawnServer({ argv, home, way, log }: SpawnOptions): ChildProcess {
  const [program, ...args] = argv;
  // a process group of its own: Ctrl-C in the terminal is for us, who then end it in order
  const options: CommonSpawnOptions = { cwd: home, stdio: ['ignore', log, log], detached: true };
  if (way === null) return spawn(program, args, options);
  const { barrier, account } = way;
  if (barrier === null) return spawn(program, args, { ...options, ...account });
  const script = ['sh', '-c', throughBarrier, 'sh', barrier, home, String(account.uid), String(account.gid)];
  return spawn('unshare', ['--mount', '--propagation', 'private', '--', ...script, ...argv], options);
}

/** The topmost folder above `home` that the account may not pass through; null when the way is free. */
async function barrierTo(home: string, account: ServerAccount): Promise<string | null> {
  const above = path.dirname(home).split(path.sep).filter(Boolean);
  for (let depth = 1; depth <= above.length; depth += 1) {
    const folder = path.sep + path.join(...above.slice(0, depth));
    if (!(await works('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], account))) return folder;
  }
  return null;
}
