import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

/** What the decisions need to know of the machine; the real one below, a made-up one in tests. */
export interface Machine {
  /** Whether a program of this name can be started. */
  hasProgram(name: string): Promise<boolean>;
  isRoot(): boolean;
  /** Debian, Ubuntu or a child of them, with apt-get. */
  hasApt(): Promise<boolean>;
  /** Whether lists of packages have been fetched. */
  hasPackageLists(): Promise<boolean>;
  /** Runs apt-get, for `limitMs` at most; `line` gets what it says. Answers its exit code. */
  aptGet(args: readonly string[], line: (text: string) => void, limitMs?: number): Promise<number>;
}

const systemFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

export function thisMachine(env: Readonly<Record<string, string | undefined>>): Machine {
  // servers lie in folders that an ordinary user's PATH leaves out
  const folders = [...(env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== ''), ...systemFolders];
  const hasProgram = async (name: string) => {
    for (const folder of folders) if (await canRun(path.join(folder, name))) return true;
    return false;
  };
  return {
    hasProgram,
    isRoot: () => process.getuid?.() === 0,
    hasApt: async () => {
      const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
      return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release) && (await hasProgram('apt-get'));
    },
    hasPackageLists: async () => {
      const names = await readdir('/var/lib/apt/lists').catch(() => []);
      return names.some((name) => /_Packages(\.|$)/.test(name));
    },
    aptGet: (args, line, limitMs) => runAptGet(args, env, line, limitMs),
  };
}

/** Waits for another apt-get, asks again by itself, and says by its exit code when lists could not be fetched. */
const patience = [
  'DPkg::Lock::Timeout=300',
  'Acquire::Retries=3',
  'Acquire::http::Timeout=60',
  'Acquire::https::Timeout=60',
  'APT::Update::Error-Mode=any',
].flatMap((option) => ['-o', option]);
/** Far more than the largest of our packages takes on a slow line. */
const aptLimitMs = 10 * 60_000;

function runAptGet(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  line: (text: string) => void,
  limitMs = aptLimitMs,
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn('apt-get', [...patience, ...args], {
      env: { ...env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let rest = '';
    const hear = (chunk: string) => {
      const lines = (rest + chunk).split(/\r?\n/);
      rest = lines.pop() ?? '';
      for (const text of lines) if (text.trim() !== '') line(text.trim());
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    const limit = setTimeout(() => {
      line(`E: apt-get took longer than ${limitMs / 60_000} minutes`);
      child.kill('SIGTERM');
    }, limitMs);
    child
      .once('error', () => resolve(127))
      .once('close', (code) => {
        clearTimeout(limit);
        resolve(code ?? 1);
      });
  });
}

async function canRun(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
