import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bringMysql } from '#db/testing/mysql-from-packages';
import { buildClientIfStale } from '../build-client';
import { ensureMachine } from '../setup/ensure-machine';
import { endProcesses, leftoverProcesses, trackedChanges } from './leftovers';
import { runCommand, runVitest, runVitestTwice, type Outcome } from './stages';
import { testPackedSdk } from './stranger';

interface Stage {
  name: string;
  /** `over` fires when the stage's time is over and what it has started is ended. `keep`: the file that is to have what it says, if it may not say it now. */
  run: (over: AbortSignal, keep?: string) => Promise<Outcome>;
  /** In place of `stageMinutes`. */
  minutes?: number;
  /** It says nothing but what is wrong and keeps one core busy: it is begun with the first stage, beside the others. */
  quiet?: boolean;
  /** It is begun with the stage after it, which leaves a part of the machine idle, and told of when that has ended. */
  besideNext?: boolean;
}

/** After so long a stage is taken to hang: it is ended and has failed by its name. The browser’s takes half of it beside other work. */
const stageMinutes = 45;
/** And the whole run: what has no time left has failed, so that there is an answer within an hour and a half. */
const runMinutes = 85;

const none: Outcome = { passed: 0, failed: 0, skipped: 0 };

/**
 * The whole pyramid, stage by stage; a failed stage does not stop the others. `only`: names of stages (their first word).
 * Prints `N passed, N failed` last and answers the exit code.
 */
export async function runTests(root: string, only: readonly string[]): Promise<number> {
  const say = (line: string) => console.log(line);
  // one folder for everybody's temporary files, so that nothing outside the clone stays
  const temporary = await mkdtemp(path.join(os.tmpdir(), 'trama-test-'));
  const results = path.join(root, '.trama', 'test-results');
  await mkdir(results, { recursive: true });
  const env = { ...process.env, TMPDIR: temporary, TRAMA_TEST_RUN: path.basename(temporary), NO_COLOR: '1' };
  const before = await trackedChanges(root);
  const runEnds = performance.now() + runMinutes * 60_000;

  say('Preparing…');
  await ensureMachine({ want: ['database', 'qemu', 'internet', 'debian', 'chromium'], log: say });

  const command = (name: string, args: string[]) => () => runCommand({ name, args, root, env });
  const vitest = (project: string[], extra: Record<string, string> = {}, keep?: string) =>
    runVitest({ project, root, env: { ...env, ...extra }, results, ...(keep === undefined ? {} : { keep }) });
  const vitestTwice = (project: string[], over: AbortSignal) => runVitestTwice({ project, root, env, results, over });

  /** The stage's outcome, or its failure when its time is over. */
  const within = async (stage: Stage, keep?: string): Promise<Outcome> => {
    const ms = Math.min((stage.minutes ?? stageMinutes) * 60_000, runEnds - performance.now());
    if (ms <= 0) return { ...none, failed: 1, notes: ['there was no time left for it'] };
    const over = new AbortController();
    const done = new AbortController();
    const late = sleep(ms, null, { signal: done.signal }).catch(() => null);
    const outcome = await Promise.race([stage.run(over.signal, keep), late]).finally(() => done.abort());
    if (outcome !== null) return outcome;
    over.abort();
    await endProcesses(root, env.TRAMA_TEST_RUN);
    return { ...none, failed: 1, notes: [`it was ended after ${Math.round(ms / 60_000)} minutes`] };
  };

  const stages: Stage[] = [
    { name: 'lint + layers', run: command('oxlint', ['--type-aware', '--deny-warnings']) },
    { name: 'types', run: command('tsc', ['--noEmit']) },
    { name: 'dead code', run: command('knip', []) },
    { name: 'format', run: command('prettier', ['--check', '--log-level', 'warn', '.']), quiet: true },
    { name: 'migrations and db/init fresh', run: command('tsx', ['db/cli.ts', 'check']) },
    { name: 'API surface fresh', run: command('tsx', ['tools/api-surface/main.ts', 'check']) },
    { name: 'SDK from the packed tarball', run: () => testPackedSdk(root, env, say) },
    { name: 'unit', run: () => vitest(['unit', 'client']) },
    { name: 'database on MariaDB', run: () => vitest(['db'], { TRAMA_TEST_DATABASE: 'mariadb' }) },
    {
      name: 'zones on a real OpenStack',
      run: command('tsx', ['tools/testbed/openstack/main.ts', '--vms', '10', '--rounds', '2', '--ready-within', '6']),
      minutes: 13,
    },
    {
      name: 'database on MySQL',
      besideNext: true,
      async run(_, keep) {
        const mysql = await bringMysql(path.join(root, '.trama', 'cache', 'mysql'));
        if ('reason' in mysql) {
          say(`SKIPPED: no MySQL server can be had here: ${mysql.reason}`);
          return { ...none, skipped: 1 };
        }
        return vitest(['db'], { TRAMA_TEST_DATABASE: 'mysql' }, keep);
      },
    },
    { name: 'provider contract on real QEMU', run: (over) => vitestTwice(['vm'], over) },
    {
      name: 'end-to-end in Chromium with real VMs, crash and resume',
      async run(over) {
        await buildClientIfStale(root, say);
        return vitestTwice(['e2e'], over);
      },
    },
  ];

  const total = { ...none };
  const summary: string[] = [];
  const chosen = stages.filter(({ name }) => only.length === 0 || only.some((word) => name.includes(word)));
  const begin = (stage: Stage, keep?: string) => ({
    started: performance.now(),
    outcome: within(stage, keep)
      .catch((error: unknown): Outcome => {
        console.error(error);
        return { ...none, failed: 1 };
      })
      .then((outcome) => ({ ...outcome, ended: performance.now() })),
  });
  const tell = async (stage: Stage, begun: ReturnType<typeof begin>) => {
    const outcome = await begun.outcome;
    total.passed += outcome.passed;
    total.failed += outcome.failed;
    total.skipped += outcome.skipped;
    const seconds = ((outcome.ended - begun.started) / 1000).toFixed(1);
    const skipped = outcome.skipped > 0 ? `, ${outcome.skipped} skipped` : '';
    summary.push(
      `${outcome.failed > 0 ? 'FAIL' : 'ok  '} ${stage.name}: ${outcome.passed} passed, ${outcome.failed} failed${skipped} (${seconds} s)`,
    );
    for (const note of outcome.notes ?? []) summary.push(`     ${note}`);
    say(summary.slice(-1 - (outcome.notes?.length ?? 0)).join('\n'));
  };
  const quiet = new Map(chosen.filter((stage) => stage.quiet).map((stage) => [stage, begin(stage)]));
  let beside: { stage: Stage; keep: string; begun: ReturnType<typeof begin> } | null = null;
  for (const stage of chosen) {
    if (stage.besideNext === true && stage !== chosen.at(-1)) {
      const keep = path.join(results, 'beside.log');
      beside = { stage, keep, begun: begin(stage, keep) };
      continue;
    }
    say(`\n=== ${stage.name}${beside === null ? '' : `, and beside it ${beside.stage.name}`}`);
    await tell(stage, quiet.get(stage) ?? begin(stage));
    if (beside === null) continue;
    say(`\n=== ${beside.stage.name}`);
    await beside.begun.outcome;
    say(await readFile(beside.keep, 'utf8').catch(() => ''));
    await tell(beside.stage, beside.begun);
    beside = null;
  }

  await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
  const left = [
    ...(await leftoverProcesses(root, env.TRAMA_TEST_RUN)),
    ...(await trackedChanges(root)).filter((line) => !before.includes(line)),
  ];
  for (const line of left) say(`left over: ${line}`);
  summary.push(
    `${left.length > 0 ? 'FAIL' : 'ok  '} nothing left over: no process, no listening port, no file outside ignored folders`,
  );
  if (left.length > 0) total.failed += 1;
  else total.passed += 1;

  say(`\n${summary.join('\n')}\n`);
  say(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}
