import path from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { ApiSession } from '../rig/api';
import type { GuestConsole } from '../rig/console';
import { root } from '../rig/trama-server';
import { launchBrowser } from './browser';
import { openPerson, signIn, typeInConsole, untilDone, vmOnCanvas } from './pages';

interface Ring {
  session: ApiSession;
  person: { email: string; password: string };
  sliceId: number;
  /** The serial console of r1, at a shell. */
  guest: GuestConsole;
}

/** The address of r2, as the example gives it: a neighbour of r1, and three steps away round the other side. */
const neighbour = '10.255.0.2';

/**
 * In a ring of four routers that have found their ways: the link r1–r2 is cut on the canvas, r1 goes the other way, and a capture on that way shows
 * how its routers tell each other. Then a plan makes the way slow, joins the link again, and puts back what it has changed.
 * `TRAMA_SHOTS=1` makes `docs/break-a-link.png` anew.
 */
export async function breakALink({ session, person, sliceId, guest }: Ring): Promise<void> {
  const { api } = session;
  const { edges, vmList } = await api.slices.get.query({ id: sliceId });
  const idOf = (key: string) => edges.find((edge) => edge.key === key)?.id ?? 0;
  await untilHops(guest, 1);

  const browser = await launchBrowser();
  try {
    const { page, context } = await openPerson(browser, session.url);
    await signIn(page, person);
    const capture = await context.newPage();
    await capture.goto(`/slices/${sliceId}/capture?links=${idOf('r4-r1')}`);
    await capture.getByRole('textbox', { name: 'Filter' }).fill('ospf');
    const packets = capture.getByRole('grid', { name: 'Packets' });
    await packets
      .getByText(/^Hello of 10\.255\.0\.[14], area 0\.0\.0\.0/)
      .first()
      .waitFor();

    // the table follows the newest: what is waited for must not have passed
    await capture.getByRole('button', { name: 'Clear' }).click();
    const told = packets.getByText(/^Link-state update of 10\.255\.0\.[14], area/).first();
    await Promise.all([told.waitFor({ timeout: 120_000 }), cutOnCanvas(page, sliceId)]);
    await untilHops(guest, 3);
    if (process.env['TRAMA_SHOTS'] === '1') await picture(page, vmList.find(({ name }) => name === 'r1')?.id ?? 0);
  } finally {
    await browser.close();
  }

  const slow = { at: 1, edge: 'r4-r1', deed: 'bend' as const, link: { delayMs: 100 } };
  await api.links.schedule.mutate({ id: sliceId, steps: [slow], durationSeconds: 3_600 });
  await untilPing(guest, (ms) => ms >= 200);
  await api.links.stop.mutate({ id: sliceId });
  await untilPing(guest, (ms) => ms < 200);
  await expect
    .poll(async () => (await api.links.get.query({ id: sliceId })).run?.status, { timeout: 60_000 })
    .toBe('ended');
  const joined = { at: 1, edge: 'r1-r2', deed: 'up' as const };
  await api.links.schedule.mutate({ id: sliceId, steps: [joined], restore: false });
  await untilHops(guest, 1);
  await expect
    .poll(async () => (await api.links.get.query({ id: sliceId })).run?.status, { timeout: 60_000 })
    .toBe('ended');
}

async function cutOnCanvas(page: Page, sliceId: number): Promise<void> {
  await page.goto(`/slices/${sliceId}/change`);
  await vmOnCanvas(page, 'r1').click();
  await page.getByRole('button', { name: 'To r2', exact: true }).click();
  await page.getByRole('switch', { name: 'Link is up' }).uncheck();
  await page.getByRole('button', { name: 'Review changes' }).click();
  await page.getByRole('dialog', { name: 'What will happen' }).getByRole('button', { name: 'Apply' }).click();
  await page.waitForURL((url) => url.pathname === `/slices/${sliceId}`);
  await untilDone(page, 'update', 60_000);
}

/** Resolves when r2 is so many steps away from r1. */
async function untilHops(guest: GuestConsole, hops: number): Promise<void> {
  // marks are split in what is typed, so that only what is printed holds them whole
  guest.type(
    `until traceroute -n -q 1 ${neighbour} | grep -q "^ *${hops}  *${neighbour} "; do sleep 1; done; echo ho""ps-${hops}`,
  );
  await guest.until(new RegExp(`hops-${hops}`));
}

/** Resolves when an echo from r2 takes a time that is right. */
async function untilPing(guest: GuestConsole, isRight: (ms: number) => boolean): Promise<void> {
  for (;;) {
    guest.type(`ping -c 1 -w 20 ${neighbour}; echo pi""nged`);
    const [said] = await guest.until(/[\s\S]*?pinged/);
    const time = /time=([\d.]+) ms/.exec(said)?.[1];
    if (time !== undefined && isRight(Number(time))) return;
  }
}

async function picture(page: Page, vmId: number): Promise<void> {
  await page.evaluate(() => localStorage.setItem('trama.console', JSON.stringify({ fontSize: 12, height: 180 })));
  await page.setViewportSize({ width: 1280, height: 920 });
  await page.goto(`${new URL(page.url()).pathname}?consoles=${vmId}&console=${vmId}`);
  await typeInConsole(page, 'r1', `clear; traceroute ${neighbour}`, /^ *3 +10\.255\.0\.2 .*\n.*#/m);
  // from the tabs on, without what leads elsewhere
  const clip = { x: 200, y: 252, width: 1080, height: 668 };
  await page.screenshot({ path: path.join(root, 'docs', 'break-a-link.png'), clip });
}
