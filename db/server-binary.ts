import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A database server program that this machine can start. */
export interface ServerBinary {
  /** Program and leading arguments: more than one when the server runs from an unpacked folder. */
  command: readonly [program: string, ...args: string[]];
  /** Arguments that go right after `--no-defaults`. */
  options: readonly string[];
  product: 'mariadb' | 'mysql';
  /** As the program prints it, `10.11.6`. */
  version: string;
}

const programs = { mariadb: ['mariadbd', 'mysqld'], mysql: ['mysqld'] } as const;
// distributions keep servers out of an ordinary user's PATH
const systemFolders = ['/usr/sbin', '/usr/local/sbin', '/usr/libexec', '/usr/local/mysql/bin', '/opt/homebrew/bin'];

/** Reads product and version out of `mysqld --version`; null when it is neither MySQL nor MariaDB. */
export function parseServerVersion(text: string): Pick<ServerBinary, 'product' | 'version'> | null {
  const version = /\bVer\s+(\d+\.\d+\.\d+)/.exec(text)?.[1];
  if (version === undefined) return null;
  return { product: /mariadb/i.test(text) ? 'mariadb' : 'mysql', version };
}

/** Asks a program what it is; null when it does not run or is something else. */
export async function probeServer(
  command: ServerBinary['command'],
  options: readonly string[] = [],
): Promise<ServerBinary | null> {
  const [program, ...args] = command;
  try {
    const { stdout } = await run(program, [...args, '--no-defaults', '--version'], { timeout: 10_000 });
    const parsed = parseServerVersion(stdout);
    return parsed && { command, options, ...parsed };
  } catch {
    return null;
  }
}

/**
 * The first installed server of the products wanted, in that order; null when there is none.
 * On some machines `mysqld` is MariaDB, so the program is asked, not believed by its name.
 */
export async function findServer(
  products: readonly ServerBinary['product'][] = ['mariadb', 'mysql'],
  searchPath = process.env['PATH'] ?? '',
): Promise<ServerBinary | null> {
  const folders = [
    ...new Set([...searchPath.split(path.delimiter).filter((folder) => path.isAbsolute(folder)), ...systemFolders]),
  ];
  for (const product of products) {
    for (const name of programs[product]) {
      for (const folder of folders) {
        const file = path.join(folder, name);
        if (!(await isExecutable(file))) continue;
        const binary = await probeServer([file]);
        if (binary?.product === product) return binary;
      }
    }
  }
  return null;
}

export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
