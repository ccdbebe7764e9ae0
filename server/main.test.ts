import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';

/** A server's process whose database server is a stand-in that says what is done with it. */
const program = `
  const { readConfig } = await import('#server/config');
  const { listen } = await import('#server/http/listen');
  const { serve } = await import('#server/main');
  const config = readConfig({ TRAMA_DATA: process.argv[1], TRAMA_PORT: '0' }, '/');
  const listener = await listen({ host: '127.0.0.1', port: 0 });
  const openDatabaseServer = async () => {
    console.log('database starts');
    if (process.argv[2] === 'wait') await new Promise((resolve) => process.once('SIGINT', () => setTimeout(resolve, 50)));
    return { url: 'mysql://nobody@127.0.0.1:1/nothing', stop: async () => console.log('database stopped') };
  };
  try {
    await serve({ root: '/', development: false, config, listener, openDatabaseServer, say: console.log });
  } catch {
    console.log('refused');
    process.exit(3);
  }
`;

async function run(mode: 'wait' | 'fail'): Promise<{ code: unknown; said: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'trama-main-'));
  try {
    const args = ['--import', 'tsx', '--input-type=module', '--eval', program, folder, mode];
    const child = spawn(process.execPath, args, { cwd: process.cwd(), stdio: ['ignore', 'pipe', 'ignore'] });
    let said = '';
    child.stdout.on('data', (data: Buffer) => {
      said += data.toString();
      if (mode === 'wait' && data.includes('database starts')) child.kill('SIGINT');
    });
    const [code] = await once(child, 'close');
    return { code, said };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('a signal while the server starts ends what was started, too', async () => {
  const { code, said } = await run('wait');
  expect(said).toContain('database stopped');
  expect(said).not.toContain('refused');
  expect(code).toBe(0);
});

test('a start that fails leaves nothing running', async () => {
  const { code, said } = await run('fail');
  expect(said).toMatch(/database stopped\s+refused/);
  expect(code).toBe(3);
});
