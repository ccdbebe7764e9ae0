import { execFile } from 'node:child_process';

/** A program that could not be started, ended with an error or took too long. `stderr` is for the log. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  constructor(
    readonly program: string,
    /** Whether the program is not installed. */
    readonly missing: boolean,
    readonly stderr: string,
    cause: unknown,
  ) {
    super(missing ? `${program} is not installed` : `${program} failed: ${stderr.trim().slice(-500)}`, { cause });
  }
}

/**
 * Runs a program with an argument vector, never through a shell, and answers its output.
 * @param options.timeoutMs ends the program with SIGKILL; default 120,000
 */
export function runCommand(
  program: string,
  args: readonly string[],
  options: { cwd?: string; timeoutMs?: number; uid?: number; gid?: number } = {},
): Promise<{ stdout: string; stderr: string }> {
  const { timeoutMs = 120_000, ...rest } = options;
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      {
        ...rest,
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: 16 * 1024 * 1024,
        env: { PATH: searchPath(), LC_ALL: 'C.UTF-8', HOME: '/nonexistent' },
      },
      (error, stdout, stderr) => {
        if (error) reject(new CommandError(program, error.code === 'ENOENT', stderr, error));
        else resolve({ stdout, stderr });
      },
    );
  });
}

/** Where programs are looked for: the server's own PATH and where Debian keeps administrators' tools. */
export function searchPath(): string {
  return `${process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'}:/usr/sbin:/sbin`;
}
