import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Headless Chromium of this machine; `TRAMA_CHROMIUM` names another. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env['TRAMA_CHROMIUM'] ?? candidates.find((file) => existsSync(file));
  if (executablePath === undefined)
    throw new Error('Chromium is not installed. Install it: apt-get install --no-install-recommends chromium');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
