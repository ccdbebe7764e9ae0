import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

/** Runs a tool of node_modules; rejects with what it printed when it fails. */
export async function runTool(root: string, name: string, args: readonly string[]): Promise<string> {
  return run(path.join(root, 'node_modules', '.bin', name), args, root);
}

/** Runs a program in a folder; rejects with what it printed when it fails. Resolves with its output. */
export async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    if (!(error instanceof Error) || !('stdout' in error) || !('stderr' in error)) throw error;
    const cause = { cause: error };
    throw new Error(`${[command, ...args].join(' ')} failed:\n${String(error.stdout)}${String(error.stderr)}`, cause);
  }
}
