import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { presetTopology } from '#shared/topology/presets';
import { untilDeployed } from '../../rig/api';
import { openBenchPage } from './browser';
import { framesDuring } from './frames';
import { openBenchWorld } from './world';

/**
 * The table of packets while so many come each second, from a provider through the server and its event stream, in the page that people have, and
 * beside it the same page while none comes. `npm run bench:capture [-- packets a second]` fails where fewer than 50 frames a second are drawn.
 */
const perSecond = Number(process.argv[2] ?? 2_000);
const seconds = 10;
/** Packets that the page holds: from then on the oldest are dropped. */
const held = 20_000;
const leastFps = 50;

/** A slice of two simulated VMs that run. */
async function deploy({ session }: Awaited<ReturnType<typeof openBenchWorld>>) {
  const { api } = session;
  const [flavour, image] = [
    (await api.flavours.list.query({ search: 'nano' })).items[0],
    (await api.images.list.query({ search: 'tiny' })).items[0],
  ];
  const topology = presetTopology('line', { size: 2 }, { flavourId: flavour?.id ?? 0, imageId: image?.id ?? 0 });
  const template = await api.templates.create.mutate({ name: 'busy', topology });
  const zone = await api.zones.create.mutate({ name: 'bench', provider: 'simulator' });
  const slice = await api.slices.create.mutate({ name: 'busy', templateId: template.id, zoneId: zone.id });
  // until the server has taken the zone
  while (!(await api.deployments.plan.query({ sliceId: slice.id, kind: 'deploy' })).runnable) await sleep(200);
  const { id } = await api.deployments.start.mutate({ sliceId: slice.id, kind: 'deploy' });
  await untilDeployed(session, slice.id, id);
  return slice;
}

/** The newest packet that has come. */
async function newestIn(page: Page): Promise<number> {
  const counts = await page.getByRole('status').filter({ hasText: 'packets shown' }).innerText();
  const [all = 0, dropped = 0] = [/of ([\d,]+) packets/, /([\d,]+) w(?:as|ere) left out/].map((part) =>
    Number((part.exec(counts)?.[1] ?? '0').replaceAll(',', '')),
  );
  return all + dropped;
}

async function measure(page: Page, what: string, act: () => Promise<void>): Promise<number> {
  const [before, began] = [await newestIn(page), performance.now()];
  const { fps, worst, cpu } = await framesDuring(page, act);
  const came = ((await newestIn(page)) - before) / ((performance.now() - began) / 1000);
  console.log(
    `${what}: ${came.toFixed(0)} packets/s, ${fps.toFixed(0)} fps, worst frame ${worst.toFixed(0)} ms, ${cpu.toFixed(1)} s of CPU`,
  );
  return fps;
}

const world = await openBenchWorld({
  script: 'tools/bench/busy-links-server.ts',
  env: { BENCH_FRAMES_PER_SECOND: String(perSecond) },
});
const { browser, page } = await openBenchPage(world);
try {
  const slice = await deploy(world);
  await page.goto(`/slices/${slice.id}/capture?links=${slice.edges[0]?.id ?? 0}`);
  while ((await newestIn(page)) < held) await sleep(500);
  const table = page.getByRole('grid', { name: 'Packets' });
  const whole = () => sleep(seconds * 1000);
  const scroll = async () => {
    await table.hover();
    for (let step = 0; step < 100; step += 1) {
      await page.mouse.wheel(0, step < 50 ? -1_000 : 2_000);
      await sleep(50);
    }
  };
  const busy = [await measure(page, 'at its foot', whole), await measure(page, 'scrolled', scroll)];
  await page.getByRole('textbox', { name: 'Filter' }).fill('dns');
  busy.push(await measure(page, 'filtered', whole));
  await page.getByRole('textbox', { name: 'Filter' }).fill('');
  await page.getByRole('button', { name: 'Stop' }).click();
  const idle = [await measure(page, 'stopped, at rest', whole), await measure(page, 'stopped, scrolled', scroll)];
  const [slowest, ceiling] = [Math.min(...busy), Math.max(...idle)];
  console.log(`at least ${slowest.toFixed(0)} fps, ${(slowest / ceiling).toFixed(2)} of what the page has at rest`);
  if (slowest < leastFps) process.exitCode = 1;
} finally {
  await browser.close();
  await world.close();
}
