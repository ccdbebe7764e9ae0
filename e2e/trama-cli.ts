import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { root } from '../rig/trama-server';

const binary = path.join(root, 'dist', 'package', 'trama.js');

export interface CliRun {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The command line as a person's shell runs it, with a configuration folder of its own. */
export function tramaCli(env: Record<string, string>) {
  const whole = { ...process.env, NO_COLOR: '', TRAMA_URL: '', TRAMA_TOKEN: '', TERM: 'xterm', ...env };

  /** Runs to its end; `input` is piped in. */
  async function run(args: readonly string[], input = ''): Promise<CliRun> {
    const child = spawn(process.execPath, [binary, ...args], { env: whole, stdio: 'pipe' });
    const output = collect(child);
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout: output.stdout(), stderr: output.stderr() };
  }

  return {
    run,
    /** The data of a command that must succeed. */
    async json(args: readonly string[]): Promise<unknown> {
      const { code, stdout, stderr } = await run([...args, '--json']);
      if (code !== 0) throw new Error(`trama ${args.join(' ')} ended with ${code}: ${stderr}`);
      return JSON.parse(stdout) as unknown;
    },
    /** While it runs: what it prints, and what is typed. `pipe`: not on a terminal, which \`script\` makes otherwise. */
    open(args: readonly string[], where: 'terminal' | 'pipe') {
      const command = [process.execPath, binary, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
      const child =
        where === 'pipe'
          ? spawn(process.execPath, [binary, ...args], { env: whole, stdio: 'pipe' })
          : spawn('script', ['-qefc', command, '/dev/null'], { env: whole, stdio: 'pipe' });
      const output = collect(child);
      let isClosed = false;
      const closed = once(child, 'close').finally(() => {
        isClosed = true;
      });
      return {
        text: output.stdout,
        type: (text: string) => child.stdin.write(text),
        /** Resolves as soon as what was printed matches; rejects when it ends without. */
        async until(pattern: RegExp): Promise<void> {
          while (!pattern.test(output.stdout())) {
            // what it printed last may come after its end
            if (isClosed) throw new Error(`it ended after: ${output.stdout()}${output.stderr()}`);
            await Promise.race([once(child.stdout, 'data'), closed]);
          }
        },
        async code(): Promise<number | null> {
          await closed;
          return child.exitCode;
        },
      };
    },
  };
}

function collect(child: ChildProcessWithoutNullStreams) {
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return { stdout: () => stdout, stderr: () => stderr };
}
