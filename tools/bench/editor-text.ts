import type { Page } from 'playwright-core';
import { framesDuring, type Frames } from './frames';

/** How long it takes until the page says so, ms. */
async function until(page: Page, act: () => Promise<void>, so: () => boolean): Promise<number> {
  const began = performance.now();
  await act();
  await page.waitForFunction(so);
  return performance.now() - began;
}

/** What the text beside the drawing of `url` costs: until it is there, and until the one follows the other. */
export async function measureText(page: Page, url: string): Promise<Record<string, Frames | number>> {
  await page.goto(url);
  await page.locator('.react-flow__node, canvas[data-drawn]').first().waitFor();
  const opened = await until(
    page,
    () => page.keyboard.press('y'),
    () => document.querySelector('.cm-content')?.contains(document.activeElement) === true,
  );
  // the name of the first VM
  await page.keyboard.press('Control+Home');
  for (let line = 0; line < 6; line += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  const typing = await framesDuring(page, () => page.keyboard.type('x'.repeat(40), { delay: 50 }));
  const drawn = await until(
    page,
    () => page.keyboard.type('y'),
    () => Array.from(document.querySelectorAll('input'), ({ value }) => value).some((name) => name.endsWith('xy')),
  );
  await page.keyboard.press('Escape');
  const written = await until(
    page,
    () => page.keyboard.press('Control+z'),
    () => document.querySelector('.cm-content')?.textContent.includes('xxx') === false,
  );
  return { opened, typing, 'until it is drawn': drawn, 'until an undo is written': written };
}
