import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand, runVitest, runVitestTwice } from './stages';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'trama-stages-'));
  await mkdir(path.join(root, 'node_modules/.bin'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

type Files = Record<string, Record<string, 'passed' | 'failed' | 'skipped'>>;

/** Puts a vitest into `root` that reports the first of these, then the second, and notes what it was asked for. */
async function scripted(...runs: Files[]) {
  const reports = runs.map((files) => {
    const tests = Object.values(files).flatMap((file) => Object.values(file));
    const count = (status: string) => tests.filter((one) => one === status).length;
    return {
      numPassedTests: count('passed'),
      numFailedTests: count('failed'),
      numPendingTests: count('skipped'),
      numTodoTests: 0,
      testResults: Object.entries(files).map(([name, results]) => ({
        name: path.join(root, name),
        status: Object.values(results).includes('failed') ? 'failed' : 'passed',
        assertionResults: Object.entries(results).map(([fullName, status]) => ({ fullName, status })),
      })),
    };
  });
  const program = path.join(root, 'node_modules/.bin/vitest');
  await writeFile(
    program,
    `#!${process.execPath}
    const fs = require('node:fs');
    const asked = ${JSON.stringify(path.join(root, 'asked'))};
    fs.appendFileSync(asked, process.argv.slice(2).filter((word) => word.endsWith('.e2e.ts')).join(' ') + '\\n');
    console.log(process.argv.filter((word) => word.startsWith('--maxWorkers')).join(' ') || 'as many workers as there are processors');
    const run = fs.readFileSync(asked, 'utf8').split('\\n').length - 2;
    const report = ${JSON.stringify(reports)}[run];
    if (report === undefined) process.exit(1);
    const to = process.argv.find((word) => word.startsWith('--outputFile.json=')).slice('--outputFile.json='.length);
    fs.writeFileSync(to, JSON.stringify(report));
    process.exit(report.numFailedTests > 0 ? 1 : 0);`,
  );
  await chmod(program, 0o755);
  return { project: ['e2e'], root, env: process.env, results: root, over: new AbortController().signal };
}

test('what failed once counts as passed, and is named', async () => {
  const options = await scripted(
    { 'a.e2e.ts': { one: 'passed' }, 'b.e2e.ts': { two: 'passed', three: 'failed', four: 'skipped' } },
    { 'b.e2e.ts': { two: 'passed', three: 'passed', four: 'passed' } },
  );
  expect(await runVitestTwice(options)).toEqual({
    passed: 4,
    failed: 0,
    skipped: 0,
    notes: ['1 passed only at the second try: three'],
  });
});

test('what fails twice has failed', async () => {
  const broken: Files = { 'b.e2e.ts': { two: 'passed', three: 'failed' } };
  expect(await runVitestTwice(await scripted({ ...broken, 'a.e2e.ts': { one: 'skipped' } }, broken))).toEqual({
    passed: 1,
    failed: 1,
    skipped: 1,
    notes: ['run a second time: b.e2e.ts'],
  });
});

test('there is one try for what passes, for other tests, and when the time is over', async () => {
  const good: Files = { 'a.e2e.ts': { one: 'passed' } };
  expect(await runVitestTwice(await scripted(good))).toEqual({ passed: 1, failed: 0, skipped: 0 });
  const bad: Files = { 'a.e2e.ts': { one: 'failed' } };
  expect(await runVitest(await scripted(good, bad, good))).toEqual({ passed: 0, failed: 1, skipped: 0 });
  const late = await scripted(good, good, bad, good);
  expect(await runVitestTwice({ ...late, over: AbortSignal.abort() })).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test('what runs beside another has one worker, and is not heard meanwhile', async () => {
  const keep = path.join(root, 'beside.log');
  const good: Files = { 'a.db.test.ts': { one: 'passed' } };
  expect(await runVitest({ ...(await scripted(good)), keep })).toEqual({ passed: 1, failed: 0, skipped: 0 });
  expect(await readFile(keep, 'utf8')).toBe('--maxWorkers=1\n');
});

test('a vitest that says nothing has failed', async () => {
  const options = await scripted();
  expect(await runVitest(options)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test.each([
  [0, { passed: 1, failed: 0, skipped: 0 }],
  [1, { passed: 0, failed: 1, skipped: 0 }],
  [77, { passed: 0, failed: 0, skipped: 1 }],
])('a tool that ends with %i is counted as what it says', async (code, outcome) => {
  const file = path.join(root, 'node_modules/.bin/tool');
  await writeFile(file, `#!/bin/sh\nexit ${code}\n`);
  await chmod(file, 0o755);
  expect(await runCommand({ name: 'tool', args: [], root, env: process.env })).toEqual(outcome);
});
