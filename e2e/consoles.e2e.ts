import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startLab, type Lab } from './lab';
import { screenshot, typeInConsole } from './pages';
import { stepByStep } from './steps';

/** Consoles of real guests, worked in as one does all day. Each test goes on where the one before ended. */
describe('consoles that one works in', { timeout: 300_000 }, () => {
  let lab: Lab;
  let page: Page;
  let sliceId: number;

  beforeAll(async () => {
    lab = await startLab(['one', 'two']);
    ({ page, sliceId } = lab);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  });
  afterAll(() => lab?.stop());
  stepByStep();

  const terminal = (vm: string) => page.getByRole('group', { name: `Terminal of ${vm}` });
  const shown = (vm: string) => terminal(vm).locator('.xterm-rows').innerText();
  const paste = async (vm: string, text: string) => {
    await terminal(vm)
      .getByRole('textbox')
      .evaluate((field, pasted) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData('text/plain', pasted);
        field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
      }, text);
  };

  test('a long paste arrives whole, whether the guest echoes it or not', async () => {
    await page.goto(`/slices/${sliceId}?console=${lab.vmId('one')}`);
    const line = (number: number) => `${number} ${'the quick brown fox jumps over the lazy dog '.repeat(2)}`;
    const pasted = `${Array.from({ length: 300 }, (_, number) => line(number)).join('\n')}\n`;
    const sum = createHash('md5').update(pasted).digest('hex');
    for (const [echo, word] of [
      ['echo', 'heard'],
      ['-echo', 'silent'],
    ] as const) {
      await typeInConsole(page, 'one', `stty ${echo}; echo re''ady-${word}; cat >/tmp/${word}; stty echo`, /ready-/);
      await paste('one', pasted);
      await page.getByText(/^Pasting: \d+ %$/).waitFor();
      await page.getByText(/^Pasting: \d+ %$/).waitFor({ state: 'detached', timeout: 120_000 });
      await page.keyboard.press('Control+d');
      await typeInConsole(page, 'one', `md5sum /tmp/${word}`, new RegExp(`${sum} +/tmp/${word}`));
    }
  });

  test('a paste that is given up leaves a shell to go on with', async () => {
    await typeInConsole(page, 'one', "echo re''ady-cancel; cat >/tmp/part", /ready-cancel/);
    await paste('one', 'never wanted\n'.repeat(20_000));
    await page.getByRole('button', { name: 'Cancel pasting' }).click();
    await terminal('one').getByRole('textbox').focus();
    await page.keyboard.press('Control+c');
    await typeInConsole(page, 'one', "clear; echo we''nt-on", /went-on/);
  });

  test('what was said is searched, by keyboard alone', async () => {
    await typeInConsole(page, 'one', 'clear; seq 4000 4999 | sed "s/^/line /"; echo th\'\'rough', /through/);
    await page.keyboard.press('Control+Shift+KeyF');
    const search = page.getByRole('search', { name: 'Search in the console of one' });
    await page.keyboard.type('line 42');
    await search.getByText('100 of 100').waitFor();
    await expect.poll(() => shown('one')).toContain('line 4299');
    await page.keyboard.press('Enter');
    await search.getByText('99 of 100').waitFor();
    await page.keyboard.press('Shift+Enter');
    await search.getByText('100 of 100').waitFor();
    await screenshot(page, 'console-search');
    await page.keyboard.press('Escape');
    await search.waitFor({ state: 'detached' });
    await typeInConsole(page, 'one', "echo ba''ck", /back/);
  });

  test('what is selected is copied, the log is kept, and the settings last', async () => {
    const word = terminal('one').locator('.xterm-rows > div').filter({ hasText: 'line 4999' }).first();
    const box = await word.boundingBox();
    if (box === null) throw new Error('The line is not to be seen.');
    await page.mouse.dblclick(box.x + 8, box.y + box.height / 2);
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('line');

    await page.getByRole('button', { name: 'Console settings' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Download the log' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^one-.*\.log$/);
    const log = await readFile(await download.path(), 'utf8');
    expect(log).toContain('line 4000\nline 4001\n');

    await page.getByRole('button', { name: 'Console settings' }).click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await page.keyboard.press('Escape');
    await terminal('one').getByRole('textbox').focus();
    const size = () =>
      terminal('one')
        .locator('.xterm-rows')
        .evaluate((rows) => getComputedStyle(rows).fontSize);
    const before = await size();
    await page.keyboard.press('Control+Shift+ArrowUp');
    await expect.poll(size).not.toBe(before);
    const larger = await size();
    await page.reload();
    await terminal('one').and(page.locator('[data-scheme="dark"]')).waitFor();
    await expect.poll(size).toBe(larger);
    await expect.poll(() => shown('one'), { timeout: 60_000 }).toContain('line 4999');
    await screenshot(page, 'console-dark');
  });

  test('the browser had nothing to complain of', () => {
    expect(lab.complaints).toEqual([]);
  });
});
