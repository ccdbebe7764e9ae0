import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from './browser';
import { createSlice, drawPreset, openPerson, register, sliceAction, untilSlice, vmOnCanvas } from './pages';
import {
  freePort,
  guestsIn,
  makeDataDir,
  processesIn,
  removeDataDir,
  sliceFilesIn,
  startTrama,
  type TramaServer,
} from '../rig/trama-server';

const bootMs = 180_000;
let dataDir: string;
let browser: Browser;
let server: TramaServer;

beforeAll(async () => {
  dataDir = await makeDataDir();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await server?.stop();
  await removeDataDir(dataDir);
});

test('killed with -9 in the middle of a deploy and started again, the deploy goes on: each VM once', async () => {
  const port = await freePort();
  server = await startTrama({ dataDir, port });
  const { page } = await openPerson(browser, server.url);
  await register(page, { name: 'Eva', email: 'eva@example.org', password: 'correct horse battery' });
  await drawPreset(page, { name: 'ring of four', shape: 'Ring', size: 4 });
  await createSlice(page, { template: 'ring of four', name: 'survivor' });
  await sliceAction(page, 'Deploy').click();
  // in the middle: one VM runs, others do not yet
  await vmOnCanvas(page, '', 'Running').first().waitFor({ timeout: bootMs });
  await server.kill();
  const atKill = await guestsIn(dataDir);
  expect(atKill.size).toBeGreaterThan(0);

  server = await startTrama({ dataDir, port });
  // the same page, not reloaded
  await untilSlice(page, 'Active', bootMs);
  expect(await guestsIn(dataDir)).toEqual(
    new Map([
      ['vm1', 1],
      ['vm2', 1],
      ['vm3', 1],
      ['vm4', 1],
    ]),
  );

  // and once more in the middle of a destroy
  await sliceAction(page, 'Destroy').click();
  await page.getByRole('button', { name: 'Destroy slice' }).click();
  await untilSlice(page, /^Destroy(ing|ed)$/, 60_000);
  await server.kill();
  server = await startTrama({ dataDir, port });
  await untilSlice(page, 'Destroyed', bootMs);
  expect([...(await processesIn(`${dataDir}/zones`)).keys()]).toEqual([]);
  expect(await sliceFilesIn(dataDir)).toEqual([]);
});
