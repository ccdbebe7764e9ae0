import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

export interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
}

type Environment = Record<string, string | undefined>;

async function exitCode(command: string, args: readonly string[], root: string, env: Environment): Promise<number> {
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

const binary = (root: string, name: string) => path.join(root, 'node_modules', '.bin', name);

/** A tool that says yes or no: one test. */
export async function runCommand(options: {
  name: string;
  args: string[];
  root: string;
  env: Environment;
}): Promise<Outcome> {
  const code = await exitCode(binary(options.root, options.name), options.args, options.root, options.env);
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
});

/** Some of the projects of vitest.config.ts, counted by test. A run that counts none, or ends in an error, has failed. */
export async function runVitest(options: {
  project: string[];
  root: string;
  env: Environment;
  results: string;
}): Promise<Outcome> {
  const report = path.join(options.results, `${options.project.join('-')}.json`);
  await rm(report, { force: true });
  const args = ['run', ...options.project.flatMap((name) => ['--project', name])];
  const code = await exitCode(
    binary(options.root, 'vitest'),
    [...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    options.root,
    options.env,
  );
  const parsed = reportSchema.safeParse(JSON.parse(await readFile(report, 'utf8').catch(() => 'null')));
  if (!parsed.success) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests, numTodoTests } = parsed.data;
  // a file that could not be loaded, or an error outside of any test, is in the exit code only
  const unseen = failed === 0 && (code !== 0 || passed === 0) ? 1 : 0;
  return { passed, failed: failed + unseen, skipped: numPendingTests + numTodoTests };
}
