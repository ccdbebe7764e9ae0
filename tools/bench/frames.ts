import type { Page } from 'playwright-core';

declare global {
  interface Window {
    /** When each frame was drawn, while it is counted. */
    frameTimes: number[] | undefined;
  }
}

export interface Frames {
  fps: number;
  /** ms */
  worst: number;
  /** Seconds of a processor, of all that the browser is: what a busy machine does not change much. */
  cpu: number;
}

/** Seconds that the browser's processes have had of a processor. */
async function cpuTime(page: Page): Promise<number> {
  const session = await page.context().browser()?.newBrowserCDPSession();
  if (session === undefined) return 0;
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.reduce((sum, each) => sum + each.cpuTime, 0);
}

/** Frames that the page draws while something is done to it. */
export async function framesDuring(page: Page, act: () => Promise<void>): Promise<Frames> {
  const before = await cpuTime(page);
  await page.evaluate(() => {
    const times: number[] = [];
    Object.assign(window, { frameTimes: times });
    const next = (at: number) => {
      times.push(at);
      if (window.frameTimes === times) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  await act();
  const frames = await page.evaluate(() => {
    const times = window.frameTimes ?? [];
    window.frameTimes = undefined;
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
    const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
    return { fps: gaps.length / seconds, worst: Math.max(...gaps) };
  });
  return { ...frames, cpu: (await cpuTime(page)) - before };
}
