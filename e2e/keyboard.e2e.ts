import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freePort, makeDataDir, removeDataDir, startTrama, type TramaServer } from '../rig/trama-server';
import { launchBrowser } from './browser';
import { openPerson, sliceAction, untilDone, untilSlice, vmOnCanvas } from './pages';

const bootMs = 180_000;
/** More stops than any page has: whoever needs more goes in circles. */
const mostStops = 90;

/** One person without a mouse, on real VMs. */
describe('everything by keyboard alone', () => {
  let dataDir: string;
  let server: TramaServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    dataDir = await makeDataDir();
    browser = await launchBrowser();
    server = await startTrama({ dataDir, port: await freePort() });
    ({ page } = await openPerson(browser, server.url));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDataDir(dataDir);
  });

  // each step stands on the one before
  let failed = false;
  beforeEach((step) => step.skip(failed, 'an earlier step failed'));
  afterEach((step) => {
    failed ||= step.task.result?.state === 'fail';
  });

  /** What has the focus, for people and for failures. */
  const focused = () =>
    page.evaluate(() => {
      const at = document.activeElement;
      if (at === null || at === document.body) return 'nothing';
      return `${at.tagName.toLowerCase()} ${at.getAttribute('aria-label') ?? at.textContent.trim().slice(0, 40)}`;
    });
  const hasFocus = (target: Locator) =>
    target.evaluate((element) => element === document.activeElement).catch(() => false);
  const expectFocus = async (target: Locator) => {
    await expect.poll(async () => (await hasFocus(target)) || focused(), { timeout: 60_000 }).toBe(true);
  };

  /** What was pressed may have gone since: the next Tab must not begin at the top again. */
  const expectSomeFocus = async () => {
    await expect.poll(focused, { timeout: 60_000 }).not.toBe('nothing');
  };

  /** Whether the eye sees where the focus is: a ring around it or around what it stands for, or the accent on a field. */
  const focusIsVisible = async () => {
    const seen = await page.waitForFunction(isSeen, undefined, { timeout: 5_000 }).catch(() => null);
    return seen !== null;
  };
  const isSeen = () => {
    const at = document.activeElement;
    if (at === null || at === document.body) return false;
    const { top, bottom, left, right } = at.getBoundingClientRect();
    if (bottom < 0 || right < 0 || top > innerHeight || left > innerWidth) return false;
    // the terminal shows its cursor
    if (at.closest('.xterm') !== null) return true;
    const near = [at, at.parentElement, at.nextElementSibling, ...at.children].filter((near) => near !== null);
    const ringed = near.some((element) => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      return (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1) || /0px 0px 0px [1-9]/.test(boxShadow);
    });
    if (ringed) return true;
    if (!at.matches('input, textarea, select')) return false;
    const probe = document.createElement('i');
    document.body.append(probe);
    const accents = ['primary-color-filled', 'color-weft-5', 'color-error'].map((name) => {
      probe.style.color = `var(--mantine-${name})`;
      return getComputedStyle(probe).color;
    });
    probe.remove();
    // of a password the border is that of what holds field and eye
    return [at, at.parentElement].some(
      (field) => field !== null && accents.includes(getComputedStyle(field).borderTopColor),
    );
  };

  /** Tab, or Shift+Tab, until the target has the focus; at each stop it has to be seen. */
  async function goTo(target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
    await target.waitFor();
    const unseen: string[] = [];
    for (let stops = 0; stops < mostStops; stops += 1) {
      if (await hasFocus(target)) return expect(unseen).toEqual([]);
      await page.keyboard.press(key);
      // the browser's own frame, between the last stop and the first, is none of ours
      if ((await focused()) !== 'nothing' && !(await focusIsVisible())) unseen.push(await focused());
    }
    throw new Error(`${String(target)} is not reached by ${key}; the focus is on ${await focused()}`);
  }
  async function press(target: Locator, key = 'Enter'): Promise<void> {
    await goTo(target);
    await page.keyboard.press(key);
  }
  /** Tab goes round inside, and never out. */
  async function expectTrapped(dialog: Locator): Promise<void> {
    for (let stops = 0; stops < 25; stops += 1) {
      await page.keyboard.press('Tab');
      expect(await dialog.evaluate((element) => element.contains(document.activeElement)), await focused()).toBe(true);
    }
  }

  test('signs in and comes to the templates', async () => {
    await page.goto('/login');
    await expectFocus(page.getByLabel('E-mail address'));
    await page.keyboard.type(server.admin?.email ?? '');
    await goTo(page.getByLabel('Password', { exact: true }));
    await page.keyboard.type(server.admin?.password ?? '');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^Hello, / }).waitFor();
    // past the navigation at one stroke
    await goTo(page.getByRole('link', { name: 'Skip to the content' }));
    await page.keyboard.press('Enter');
    await expectFocus(page.getByRole('main'));
    await goTo(page.getByRole('link', { name: 'Templates' }), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await expectFocus(page.getByRole('heading', { level: 1, name: 'Templates' }));
  });

  test('draws two VMs and a link, and saves', async () => {
    await press(page.getByRole('link', { name: 'New template' }).first());
    await goTo(page.getByLabel('Template name'));
    await page.keyboard.type('by hand');
    await press(page.getByRole('button', { name: 'Add VM' }).first());
    await expectFocus(vmOnCanvas(page, 'vm1'));
    await page.keyboard.press('v');
    await expectFocus(vmOnCanvas(page, 'vm2'));
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await help.waitFor();
    await expectTrapped(help);
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'detached' });
    await expectFocus(vmOnCanvas(page, 'vm2'));
    await page.keyboard.press('c');
    await page.getByText('Connect vm2 with: choose another node').waitFor();
    // towards the other one, wherever it was put
    const from = await vmOnCanvas(page, 'vm2').boundingBox();
    const to = await vmOnCanvas(page, 'vm1').boundingBox();
    if (from === null || to === null) throw new Error('they are not drawn');
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const arrow =
      Math.abs(dx) > Math.abs(dy) ? (dx < 0 ? 'ArrowLeft' : 'ArrowRight') : dy < 0 ? 'ArrowUp' : 'ArrowDown';
    await page.keyboard.press(arrow);
    await expectFocus(vmOnCanvas(page, 'vm1'));
    await page.keyboard.press('Enter');
    await page.getByText('1 link', { exact: true }).waitFor();
    await page.keyboard.press('Control+s');
    await page.waitForURL(/\/templates\/\d+$/);
    await page.getByText('Saved, revision 1').waitFor();
  });

  test('makes a slice of it and deploys it', async () => {
    await press(page.getByRole('button', { name: 'Deploy…' }));
    const panel = page.getByRole('dialog', { name: 'New slice' });
    await panel.getByText(/^Ready to run: \d+ steps?\.$/).waitFor();
    await expectTrapped(panel);
    await press(panel.getByRole('button', { name: 'Create slice' }));
    await page.getByRole('heading', { level: 1, name: 'by hand' }).waitFor();
    await press(sliceAction(page, 'Deploy'));
    await untilSlice(page, 'Active', bootMs);
    await expectSomeFocus();
  });

  test('works in a console, leaves it and closes it', async () => {
    await press(sliceAction(page, 'Console'));
    await expectFocus(page.getByRole('menuitem', { name: 'vm1' }));
    await page.keyboard.press('Escape');
    await expectFocus(sliceAction(page, 'Console'));
    await page.keyboard.press('Enter');
    await expectFocus(page.getByRole('menuitem', { name: 'vm1' }));
    await page.keyboard.press('Enter');
    const terminal = page.getByRole('group', { name: 'Terminal of vm1' });
    await expectFocus(terminal.getByRole('textbox'));
    const shown = () => terminal.locator('.xterm-rows').innerText();
    await expect.poll(shown, { timeout: bootMs, interval: 200 }).toMatch(/vm1.*#/);
    await page.keyboard.type('echo $((6*7))-here\n');
    await expect.poll(shown, { timeout: bootMs, interval: 200 }).toMatch(/42-here/);
    // Tab is the guest's; this leads out
    await page.keyboard.press('Control+Shift+Backquote');
    await expectFocus(page.getByRole('tab', { name: 'Console of vm1' }));
    await press(page.getByRole('button', { name: 'Close console of vm1' }));
    await terminal.waitFor({ state: 'detached' });
    await expectSomeFocus();
  });

  test('looks at a VM and lets it go', async () => {
    await goTo(vmOnCanvas(page, 'vm1'));
    await page.keyboard.press('Enter');
    const panel = page.getByRole('complementary', { name: 'VM' });
    await press(panel.getByRole('button', { name: 'Reboot' }));
    await untilDone(page, 'reboot', bootMs);
    await goTo(panel.getByRole('button', { name: 'Close the panel' }), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await panel.waitFor({ state: 'detached' });
    await expectFocus(vmOnCanvas(page, 'vm1'));
  });

  test('keeps it in a snapshot, clones that, and comes back', async () => {
    await press(page.getByRole('button', { name: 'Snapshots' }));
    const panel = page.getByRole('dialog', { name: 'Snapshots of “by hand”' });
    await press(panel.getByRole('button', { name: 'Take a snapshot' }));
    await panel.getByText(/on disk/).waitFor({ timeout: bootMs });
    await press(panel.getByRole('button', { name: 'Actions for Snapshot 1' }));
    await expectFocus(page.getByRole('menuitem', { name: 'Restore' }));
    await page.keyboard.press('ArrowDown');
    await expectFocus(page.getByRole('menuitem', { name: 'Clone' }));
    await page.keyboard.press('Enter');
    const form = page.getByRole('dialog', { name: 'Clone “by hand”' });
    await form.getByText('From “Snapshot 1”, in zone local, where the snapshot is.').waitFor();
    await expectTrapped(form);
    await goTo(form.getByLabel('Name'));
    await expect.poll(() => form.getByLabel('Name').inputValue(), { timeout: 60_000 }).toBe('by hand (2)');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'by hand (2)' }).waitFor();
    await expectSomeFocus();
    // Back leads to the panel that it began in, Escape out of it
    await page.goBack();
    await panel.waitFor();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    await page.getByRole('heading', { level: 1, name: 'by hand' }).waitFor();
    await expectSomeFocus();
  });

  test('stops and destroys it', async () => {
    await press(sliceAction(page, 'Stop'));
    await untilSlice(page, 'Stopped', bootMs);
    await expectSomeFocus();
    await goTo(sliceAction(page, 'Destroy'));
    await page.keyboard.press('Enter');
    const question = page.getByRole('dialog', { name: 'Destroy by hand?' });
    await expectFocus(question.getByRole('button', { name: 'Cancel' }));
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    await expectFocus(sliceAction(page, 'Destroy'));
    await page.keyboard.press('Enter');
    await press(question.getByRole('button', { name: 'Destroy slice' }));
    await untilSlice(page, 'Destroyed', bootMs);
    await expectSomeFocus();
  });
});
