import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import { once } from 'node:events';
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { presetTopology } from '#shared/topology/presets';
import type { Topology } from '#shared/topology/schema';
import { root } from '../../rig/trama-server';
import { openBenchWorld } from './world';

/**
 * What a large drawing costs in the browser, beside a bare page of the drawing library with the same nodes: on a machine whose
 * graphics are drawn by its processor, that is the ceiling. `npm run bench:editor [-- VMs]`.
 */
const vms = Number(process.argv[2] ?? 1000);
const links = Math.round(vms * 1.5);
const viewport = { width: 1280, height: 800 };

/** So many VMs in a grid, each linked with one before it and some across. */
function drawingOf(flavourId: number, imageId: number): Topology {
  const percent = (100 * (links - vms + 1)) / (((vms - 1) * (vms - 2)) / 2);
  const drawn = presetTopology('random', { size: vms, percent: 0, seed: 1 }, { flavourId, imageId });
  const columns = Math.ceil(Math.sqrt(vms));
  const across = Array.from({ length: Math.round(((percent / 100) * (vms - 1) * (vms - 2)) / 2) }, (_, index) => ({
    key: `x${index}`,
    source: `vm${((index * 7) % (vms - 40)) + 1}`,
    target: `vm${((index * 7) % (vms - 40)) + 37}`,
  }));
  return {
    ...drawn,
    vms: drawn.vms.map((vm, index) => ({
      ...vm,
      x: (index % columns) * 260,
      y: Math.floor(index / columns) * 160,
    })),
    edges: [...drawn.edges, ...across],
  };
}

/** The bare page, built and served. */
async function serveBare(topology: Topology): Promise<{ url: string; close: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(root, '.trama', 'bench', 'bare-'));
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      outDir: folder,
      lib: { entry: 'tools/bench/bare-canvas.ts', formats: ['es'], fileName: 'bare' },
    },
  });
  const files = await readdir(folder);
  const style = files.find((file) => file.endsWith('.css')) ?? '';
  const graph = {
    nodes: topology.vms.map(({ key, name, x, y }) => ({ id: key, position: { x, y }, data: { label: name } })),
    edges: topology.edges.map(({ key, source, target }) => ({ id: key, source, target })),
  };
  const page = `<!doctype html><link rel="stylesheet" href="/${style}"><style>body{margin:0}#root{height:100vh}</style>
<div id="root"></div><script>window.graph=${JSON.stringify(graph)}</script><script type="module" src="/bare.js"></script>`;
  const server = http.createServer((request, response) => {
    const name = path.basename(request.url ?? '');
    if (!files.includes(name)) return response.setHeader('content-type', 'text/html').end(page);
    void readFile(path.join(folder, name)).then((content) =>
      response.setHeader('content-type', name.endsWith('.css') ? 'text/css' : 'text/javascript').end(content),
    );
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Frames {
  fps: number;
  /** ms */
  worst: number;
}

/** Frames that the page draws while something is done to it. */
async function framesDuring(page: Page, act: () => Promise<void>): Promise<Frames> {
  await page.evaluate(() => {
    const times: number[] = [];
    Object.assign(window, { frameTimes: times });
    const next = (at: number) => {
      times.push(at);
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  await act();
  return page.evaluate(() => {
    const { frameTimes: times } = window as unknown as { frameTimes: number[] };
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
    const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
    return { fps: gaps.length / seconds, worst: Math.max(...gaps) };
  });
}

const middle = { x: viewport.width / 2, y: viewport.height / 2 };

async function dragFrom(page: Page, from: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  for (let step = 1; step <= 60; step += 1) {
    const turn = (step / 60) * 2 * Math.PI;
    await page.mouse.move(from.x + 60 * Math.sin(turn), from.y + 40 * (1 - Math.cos(turn)));
  }
  await page.mouse.up();
}

/** The node that is nearest to the middle of the page, on the screen. */
const nodeInTheMiddle = (page: Page) =>
  page.evaluate((at) => {
    const boxes = Array.from(document.querySelectorAll('.react-flow__node'), (node) => node.getBoundingClientRect());
    const centres = boxes.map(({ left, top, width, height }) => ({ x: left + width / 2, y: top + height / 2 }));
    const far = ({ x, y }: { x: number; y: number }) => Math.hypot(x - at.x, y - at.y);
    return centres.toSorted((one, other) => far(one) - far(other))[0] ?? at;
  }, middle);

async function measure(page: Page, url: string): Promise<Record<string, Frames | number>> {
  await page.goto(url);
  await page.locator('.react-flow__node').nth(20).waitFor();
  const opened = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())));
      }),
  );
  const wheel = async (turn: number) => {
    await page.mouse.move(middle.x, middle.y);
    for (let step = 0; step < 30; step += 1) await page.mouse.wheel(0, turn);
  };
  const zoom = await framesDuring(page, async () => {
    await wheel(-40);
    await wheel(40);
  });
  // beside the nodes, where the canvas itself is taken
  const node = await nodeInTheMiddle(page);
  const gap = { x: node.x, y: node.y };
  const pan = await framesDuring(page, () => dragFrom(page, { x: viewport.width / 2 - 300, y: 90 }));
  const one = await framesDuring(page, async () => dragFrom(page, await nodeInTheMiddle(page)));
  const scale = await page.evaluate(() => {
    const pane = document.querySelector('.react-flow__viewport');
    return pane === null ? 1 : new DOMMatrix(getComputedStyle(pane).transform).a;
  });
  // from between the cards to between the cards: ten columns of ten rows
  const from = { x: gap.x - 4.5 * 260 * scale, y: gap.y - 4.5 * 160 * scale };
  await page.keyboard.down('Shift');
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 10 * 260 * scale, from.y + 10 * 160 * scale, { steps: 6 });
  await page.mouse.up();
  await page.keyboard.up('Shift');
  const chosen = await page.locator('.react-flow__node.selected').count();
  const many = await framesDuring(page, async () => dragFrom(page, await nodeInTheMiddle(page)));
  const undo = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const began = performance.now();
        window.dispatchEvent(
          new KeyboardEvent('keydown', { key: 'z', ctrlKey: true, bubbles: true, cancelable: true }),
        );
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - began)));
      }),
  );
  return { opened, zoom, pan, 'drag one': one, [`drag ${chosen}`]: many, undo };
}

const world = await openBenchWorld();
const { api } = world.session;
const [flavour, image] = [(await api.flavours.list.query({})).items[0], (await api.images.list.query({})).items[0]];
const topology = drawingOf(flavour?.id ?? 0, image?.id ?? 0);
const bare = await serveBare(topology);
const browser = await chromium.launch({
  executablePath: process.env['TRAMA_CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
});
try {
  const template = await api.templates.create.mutate({ name: 'large', topology });
  console.log(
    `${topology.vms.length} VMs, ${topology.edges.length} links; a bare page of the drawing library beside it`,
  );
  const context = await browser.newContext({ viewport, baseURL: world.server.url });
  context.setDefaultTimeout(120_000);
  // what tsx calls in functions that are sent to the page
  await context.addInitScript('globalThis.__name = (one) => one');
  const [name = '', value = ''] = world.session.cookie().split(/=(.*)/);
  await context.addCookies([{ name, value, url: world.server.url }]);
  const page = await context.newPage();
  const ours = await measure(page, `${world.server.url}/templates/${template.id}`);
  const theirs = await measure(page, bare.url);
  const shown = (result: Frames | number | undefined) =>
    result === undefined
      ? '–'
      : typeof result === 'number'
        ? `${result.toFixed(0)} ms`
        : `${result.fps.toFixed(0)} fps, worst frame ${result.worst.toFixed(0)} ms`;
  const others = Object.values(theirs);
  for (const [index, [what, result]] of Object.entries(ours).entries()) {
    const other = others[index];
    const ratio =
      typeof result === 'object' && typeof other === 'object' ? `, ${(result.fps / other.fps).toFixed(2)} of it` : '';
    console.log(`${what}: ${shown(result)}; bare: ${what === 'undo' ? '–' : shown(other)}${ratio}`);
  }
} finally {
  await browser.close();
  await bare.close();
  await world.close();
}
