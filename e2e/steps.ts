import type { Page } from 'playwright-core';
import { afterEach, beforeEach } from 'vitest';
import type { TramaServer } from '../rig/trama-server';

interface Scene {
  /** Undefined before there is one. */
  page: Page | undefined;
  server: TramaServer | undefined;
}

/** Of each so much is told: enough to see where it stood. */
const mostCharacters = 5_000;

/** What the page showed and what its server said last: a wait that ended in vain says only what did not come. */
async function told({ page, server }: Scene): Promise<string> {
  const shown = await page?.locator('body').ariaSnapshot({ timeout: 10_000 });
  return [
    `At ${page?.url() ?? 'no page'} there was:`,
    shown?.slice(0, mostCharacters) ?? '',
    'The server said last:',
    server?.output().slice(-mostCharacters) ?? '',
  ].join('\n');
}

/**
 * Has each test of a `describe` stand on the one before: after a failure the rest would only wait for what cannot come. With the scene, a
 * failure also tells what was seen then.
 */
export function stepByStep(scene?: () => Scene): void {
  let failed = false;
  beforeEach((step) => step.skip(failed, 'an earlier step failed'));
  afterEach(async (step) => {
    if (step.task.result?.state !== 'fail') return;
    failed = true;
    if (scene !== undefined) throw new Error(await told(scene()));
  });
}
