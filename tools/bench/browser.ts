import { chromium, type Browser, type Page } from 'playwright-core';
import type { BenchWorld } from './world';

/** A page of Chromium, 1280 by 800, at which the world's administrator is signed in. */
export async function openBenchPage({ server, session }: BenchWorld): Promise<{ browser: Browser; page: Page }> {
  const browser = await chromium.launch({
    executablePath: process.env['TRAMA_CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, baseURL: server.url });
  context.setDefaultTimeout(120_000);
  // what tsx calls in functions that are sent to the page
  await context.addInitScript('globalThis.__name = (one) => one');
  const [name = '', value = ''] = session.cookie().split(/=(.*)/);
  await context.addCookies([{ name, value, url: server.url }]);
  return { browser, page: await context.newPage() };
}
