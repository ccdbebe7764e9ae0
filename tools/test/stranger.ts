import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { buildPackage } from '../../package/build';
import { run } from '../../package/run-tool';
import type { Outcome } from './stages';

const allowed = ['@trpc', '@types', '@typescript', 'commander', 'trama', 'typescript', 'undici-types', 'ws'];

/**
 * The package as somebody else gets it: packed, installed in a folder outside of the clone, and the examples there
 * compiled and run against it. Prints what it measures; the type check's time is the compiler's whole run.
 */
export async function testPackedSdk(
  root: string,
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<Outcome> {
  const packed = await buildPackage(root);
  for (const file of packed.files) say(`${String(file.bytes).padStart(8)}  ${file.path}`);
  const folder = await mkdtemp(path.join(env['TMPDIR'] ?? os.tmpdir(), 'trama-stranger-'));
  const notes = [`the tarball has ${(packed.bytes / 1024).toFixed(1)} KiB in ${packed.files.length} files`];
  const outcome: Outcome = { passed: 0, failed: 0, skipped: 0, notes };
  const test = async (name: string, check: () => Promise<void>) => {
    try {
      await check();
      outcome.passed += 1;
      say(`ok   ${name}`);
    } catch (error) {
      outcome.failed += 1;
      say(`FAIL ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const bin = (name: string) => path.join(folder, 'node_modules', '.bin', name);
  const here = (command: string, args: readonly string[]) => run(command, args, folder, env);
  try {
    await cp(path.join(root, 'client', 'sdk', 'examples'), folder, { recursive: true });
    const manifest = path.join(folder, 'package.json');
    const text = await readFile(manifest, 'utf8');
    await writeFile(
      manifest,
      text.replace(/"trama": "[^"]*"/, () => `"trama": "file:${packed.file}"`),
    );

    await test('it installs, and brings nothing of the server along', async () => {
      await here('npm', [
        'install',
        '--include=dev',
        '--prefer-offline',
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
      ]);
      const names = await readdir(path.join(folder, 'node_modules'));
      const foreign = names.filter((name) => !name.startsWith('.') && !allowed.includes(name));
      if (foreign.length > 0) throw new Error(`also there: ${foreign.join(', ')}`);
    });
    await test('the examples compile against it, and the mistakes in types.ts do not', async () => {
      const started = performance.now();
      await here(bin('tsc'), ['--noEmit']);
      notes.push(`the stranger's type check took ${((performance.now() - started) / 1000).toFixed(1)} s`);
    });
    await test('its own declarations hold without skipLibCheck', async () => {
      // tRPC's do not in a project like this one: they want the DOM's types, and other ones of `ws`
      const complaints = await here(bin('tsc'), ['--noEmit', '--skipLibCheck', 'false']).then(
        () => '',
        (error: unknown) => String(error),
      );
      const ours = complaints.split('\n').filter((line) => /^(?!node_modules\/@trpc\/).*\berror TS/.test(line));
      if (ours.length > 0) throw new Error(ours.join('\n'));
    });
    await test('it runs: the SDK and the command line', async () => {
      const script = `import('trama/client').then((sdk) => console.log(Object.keys(sdk).sort().join()))`;
      const names = (await here(process.execPath, ['--input-type=module', '--eval', script])).trim();
      if (names !== 'TramaError,createTramaClient,verifyWebhook') throw new Error(`trama/client has ${names}`);
      const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string };
      const said = (await here(bin('trama'), ['--version'])).trim();
      if (said !== version) throw new Error(`trama --version says ${said}`);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return outcome;
}
