import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** More stops than any page has: whoever needs more goes in circles. */
const mostStops = 90;

/** The way through a page without a mouse: where the focus is, that it is seen, and how to get elsewhere. */
export function walkOn(page: Page) {
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
    // of a password the border is that of what holds field and eye, of several choices that of what holds them and the field
    return [at, at.parentElement, at.closest('.mantine-Input-input')].some(
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

  return { expectFocus, expectSomeFocus, goTo, press, expectTrapped };
}
