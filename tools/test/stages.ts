import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

export interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
  /** Lines for the summary. */
  notes?: string[];
}

type Environment = Record<string, string | undefined>;

/** `keep`: the file that is to have what it says; without one it says it here and now. */
async function exitCode(
  command: string,
  args: readonly string[],
  { root, env, keep }: { root: string; env: Environment; keep?: string },
): Promise<number> {
  const file = keep === undefined ? null : await open(keep, 'w');
  try {
    const said = file?.fd ?? 'inherit';
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', said, said] });
    const [code] = (await once(child, 'exit')) as [number | null];
    return code ?? 1;
  } finally {
    await file?.close();
  }
}

const binary = (root: string, name: string) => path.join(root, 'node_modules', '.bin', name);

/** What a tool ends with that finds nothing to be tested here (https://www.gnu.org/software/automake/manual/html_node/Scripts_002dbased-Testsuites.html). */
const skippedCode = 77;

/** A tool that says yes or no, or that it has said why nothing can be tested: one test. */
export async function runCommand(options: {
  name: string;
  args: string[];
  root: string;
  env: Environment;
}): Promise<Outcome> {
  const code = await exitCode(binary(options.root, options.name), options.args, options);
  if (code === skippedCode) return { passed: 0, failed: 0, skipped: 1 };
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.object({
      /** Absolute path of the test file. */
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});
type Report = z.infer<typeof reportSchema>;

interface VitestOptions {
  project: string[];
  root: string;
  env: Environment;
  results: string;
  /** The file that is to have what it says, for a run beside another. It then has one worker: the other has the rest of the machine. */
  keep?: string;
}

/** Runs vitest once, on all files or, one at a time, on those given. `report` is null if it did not get that far. */
async function vitestOnce(options: VitestOptions, files: readonly string[]) {
  const file = path.join(options.results, `${options.project.join('-')}.json`);
  await rm(file, { force: true });
  const args = ['run', ...options.project.flatMap((name) => ['--project', name]), ...files];
  if (options.keep !== undefined || files.length > 0) args.push('--maxWorkers=1');
  const code = await exitCode(
    binary(options.root, 'vitest'),
    [...args, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
    options,
  );
  const text = await readFile(file, 'utf8').catch(() => '');
  return { code, report: reportOf(text) };
}

function reportOf(text: string): Report | null {
  try {
    return reportSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function outcomeOf({ code, report }: { code: number; report: Report | null }): Outcome {
  if (report === null) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests, numTodoTests } = report;
  // a file that could not be loaded, or an error outside of any test, is in the exit code only
  const unseen = failed === 0 && (code !== 0 || passed === 0) ? 1 : 0;
  return { passed, failed: failed + unseen, skipped: numPendingTests + numTodoTests };
}

/** Some of the projects of vitest.config.ts, counted by test. A run that counts none, or ends in an error, has failed. */
export async function runVitest(options: VitestOptions): Promise<Outcome> {
  return outcomeOf(await vitestOnce(options, []));
}

/**
 * As {@link runVitest}, for tests that need a whole machine (VMs, a browser): the files in which something failed are run
 * once more, one at a time and from their beginning, since their tests build on each other. What passed only then is said in the summary.
 * `over`: the stage's time is over, so there is no second try.
 */
export async function runVitestTwice(options: VitestOptions & { over: AbortSignal }): Promise<Outcome> {
  const first = await vitestOnce(options, []);
  const outcome = outcomeOf(first);
  if (outcome.failed === 0 || options.over.aborted) return outcome;
  const broken = (first.report?.testResults ?? []).filter((file) => file.status !== 'passed');
  // without a file to blame it is the run itself that broke: all of it again
  const again = broken.map((file) => path.relative(options.root, file.name));
  process.stdout.write(`\n${outcome.failed} failed; once more: ${again.join(', ') || 'all of it'}\n`);
  const second = await vitestOnce(options, again);
  const outcomeAgain = outcomeOf(second);
  const count = (status: (status: string) => boolean) =>
    again.length === 0
      ? 0
      : (first.report?.testResults ?? [])
          .filter((file) => !broken.includes(file))
          .flatMap((file) => file.assertionResults)
          .filter((test) => status(test.status)).length;
  const failedAtFirst = new Set(
    broken.flatMap((file) => file.assertionResults.filter((test) => test.status === 'failed')).map((t) => t.fullName),
  );
  const rescued = (second.report?.testResults ?? [])
    .flatMap((file) => file.assertionResults)
    .filter((test) => test.status === 'passed' && failedAtFirst.has(test.fullName))
    .map((test) => test.fullName);
  const note =
    rescued.length > 0
      ? `${rescued.length} passed only at the second try: ${rescued.join('; ')}`
      : `run a second time: ${again.join(', ') || 'all of it'}`;
  return {
    passed: outcomeAgain.passed + count((status) => status === 'passed'),
    failed: outcomeAgain.failed,
    skipped: outcomeAgain.skipped + count((status) => status !== 'passed' && status !== 'failed'),
    notes: [note],
  };
}
