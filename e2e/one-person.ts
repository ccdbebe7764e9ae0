import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { freePort, makeDataDir, removeDataDir, startTrama, type TramaServer } from '../rig/trama-server';
import { launchBrowser } from './browser';
import { openPerson, register } from './pages';
import { stepByStep } from './steps';

/** Who registers. */
export const ana = { name: 'Ana', email: 'ana@example.org', password: 'correct horse battery' };

/** A server of its own, and who has just registered there in a browser. */
export interface OnePerson {
  server: TramaServer;
  browser: Browser;
  page: Page;
  /** What the browser has complained of. */
  complaints: string[];
}

/** For a `describe` whose tests go on where the one before ended: what this answers has the scene once they run, `prepare` what is there before. */
export function onePerson(prepare: (page: Page) => Promise<void> = async () => {}): () => OnePerson {
  let dataDir: string;
  let server: TramaServer;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  beforeAll(async () => {
    dataDir = await makeDataDir();
    server = await startTrama({ dataDir, port: await freePort() });
    browser = await launchBrowser();
    ({ page, complaints } = await openPerson(browser, server.url));
    await register(page, ana);
    await prepare(page);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDataDir(dataDir);
  });
  stepByStep(() => ({ page, server }));
  return () => ({ server, browser, page, complaints });
}
