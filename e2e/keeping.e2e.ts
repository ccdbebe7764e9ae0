import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiSession } from '../rig/api';
import { openConsole } from '../rig/console';
import { guestsIn } from '../rig/trama-server';
import { startLab, type Lab } from './lab';
import { rowAction, screenshot, sliceAction, untilDone, untilSlice, vmOnCanvas } from './pages';

const bootMs = 240_000;
const jump = 100_000;

/** A counter in a real guest, through all that is done to keep its slice. */
describe('a slice that is kept', () => {
  let lab: Lab;
  let page: Page;
  let session: ApiSession;
  let complaints: string[];
  let sliceId: number;
  let vmId: number;

  beforeAll(async () => {
    lab = await startLab(['one', 'two']);
    ({ page, complaints, session, sliceId } = lab);
    vmId = lab.vmId('one');
  });
  afterAll(() => lab?.stop());

  /** Types lines into the guest and answers how far its counter is then. */
  async function count(...lines: string[]): Promise<number> {
    const guest = await openConsole(session, vmId);
    // the history has counts of before; marks are split in what is typed, so that only what is printed holds them whole
    const asked = `${Date.now()}`;
    for (const line of ['', ...lines, `echo cou""nt-${asked}=$(cat /tmp/count)=`]) guest.type(line);
    const [, value = ''] = await guest.until(new RegExp(`count-${asked}=(\\d+)=`));
    guest.close();
    return Number(value);
  }
  /** Answers once the counter has gone on. */
  const goesOn = (from: number) => count(`until [ $(cat /tmp/count) -gt ${from + 3} ]; do sleep 0.2; done`);
  const restore = async (panel: Locator, name: string) => {
    await rowAction(page, name, 'Restore');
    const question = page.getByRole('dialog', { name: `Go back to ${name}?` });
    await question.getByRole('button', { name: 'Go back' }).click();
    await question.waitFor({ state: 'detached' });
    await untilDone(page, 'restore', bootMs);
    await panel.getByText('Before a restore').first().waitFor();
  };

  test('a counter goes on after suspend and resume, and goes back with a snapshot, and forth again', async () => {
    // it goes on from whatever its file says
    const started = await count(
      'echo 0 > /tmp/count',
      'tick() { echo $(($(cat /tmp/count)+1)) > /tmp/next; mv /tmp/next /tmp/count; sleep 0.2; }',
      '(while true; do tick; done) &',
    );
    const before = await goesOn(started);

    await page.goto(`/slices/${sliceId}`);
    await sliceAction(page, 'Suspend').click();
    await untilDone(page, 'suspend', bootMs);
    await untilSlice(page, 'Suspended', bootMs);
    await vmOnCanvas(page, 'one', 'Suspended').waitFor();
    expect((await guestsIn(lab.dataDir)).size).toBe(0);
    await screenshot(page, 'keeping-suspended');
    await sliceAction(page, 'Resume').click();
    await untilDone(page, 'resume', bootMs);
    await untilSlice(page, 'Active', bootMs);
    expect((await guestsIn(lab.dataDir)).size).toBe(2);
    const resumed = await goesOn(before);
    expect(resumed).toBeLessThan(jump);

    await page.getByRole('button', { name: 'Snapshots' }).click();
    const panel = page.getByRole('dialog', { name: 'Snapshots of “lab”' });
    await panel.getByLabel('Name').fill('first');
    await panel.getByRole('button', { name: 'Take a snapshot' }).click();
    await untilDone(page, 'snapshot', bootMs);
    await panel.getByRole('button', { name: 'Actions for first', exact: true }).waitFor();
    // it went on; and then it is made to be where it has never been
    expect(await goesOn(resumed)).toBeLessThan(jump);
    const later = await count(`until [ $(cat /tmp/count) -gt ${jump} ]; do echo ${jump} > /tmp/count; sleep 0.3; done`);
    expect(later).toBeGreaterThan(jump);

    await restore(panel, 'first');
    await screenshot(page, 'keeping-restored');
    const back = await goesOn(resumed);
    expect(back).toBeLessThan(jump);
    // what was there before is kept: the restore is undone
    await restore(panel, 'Before first');
    expect(await goesOn(later)).toBeGreaterThan(jump);
    expect(complaints).toEqual([]);
  });
});
