import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import { once } from 'node:events';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { presetTopology } from '#shared/topology/presets';
import type { Topology } from '#shared/topology/schema';
import { root } from '../../rig/trama-server';
import { openBenchPage } from './browser';
import { measureText } from './editor-text';
import { framesDuring, type Frames } from './frames';
import { openBenchWorld } from './world';

/**
 * What a large drawing costs in the browser, beside a bare page of the drawing library with the same nodes: on a machine whose
 * graphics are drawn by its processor, that is the ceiling. `npm run bench:editor [-- VMs]`.
 */
const vms = Number(process.argv[2] ?? 1000);
const links = Math.round(vms * 1.5);

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

async function dragFrom(page: Page, from: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  for (let step = 1; step <= 60; step += 1) {
    const turn = (step / 60) * 2 * Math.PI;
    await page.mouse.move(from.x + 60 * Math.sin(turn), from.y + 40 * (1 - Math.cos(turn)));
  }
  await page.mouse.up();
}

/** Where a place of the drawing is on the screen; and how large the drawing is shown. */
function spot(page: Page, { x, y }: { x: number; y: number }) {
  return page.evaluate(
    ([left, top]) => {
      const frame = document.querySelector('.react-flow')?.getBoundingClientRect();
      const pane = document.querySelector('.react-flow__viewport');
      const { a: scale, e, f } = new DOMMatrix(pane === null ? '' : getComputedStyle(pane).transform);
      return { x: (frame?.left ?? 0) + e + left * scale, y: (frame?.top ?? 0) + f + top * scale, scale };
    },
    [x, y] as const,
  );
}

/** `centre` is how far the middle of a node is from its place. */
async function measure(page: Page, url: string, { vms: vmList, edges }: Topology, centre: { x: number; y: number }) {
  // what is loaded for the first time is not what a drawing costs
  await page.goto(url);
  await page.locator('.react-flow__node, canvas[data-drawn]').first().waitFor();
  await page.goto(url);
  // ours paints what is seen from afar
  await page.locator('.react-flow__node, canvas[data-drawn]').first().waitFor();
  const opened = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())));
      }),
  );
  const columns = Math.ceil(Math.sqrt(vmList.length));
  const middleOf = (column: number, row: number) => {
    const { x, y } = vmList[Math.round(row) * columns + Math.round(column)] ?? { x: 0, y: 0 };
    return spot(page, { x: x + centre.x, y: y + centre.y });
  };
  const wheel = async (turn: number) => {
    const half = await middleOf(columns / 2, columns / 2);
    await page.mouse.move(half.x, half.y);
    for (let step = 0; step < 30; step += 1) await page.mouse.wheel(0, turn);
  };
  const zoom = await framesDuring(page, async () => {
    await wheel(-40);
    await wheel(40);
  });
  // beside all nodes, where the canvas itself is taken and a marquee begins: an edge would be taken, too
  const corner = () => spot(page, { x: centre.x - 150, y: centre.y - 100 });
  const pan = await framesDuring(page, async () => dragFrom(page, await corner()));
  const one = await framesDuring(page, async () => dragFrom(page, await middleOf(columns / 2, columns / 2)));
  const from = await corner();
  const to = await spot(page, { x: centre.x + 9.5 * 260, y: centre.y + 9.5 * 160 });
  await page.keyboard.down('Shift');
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 6 });
  await page.mouse.up();
  await page.keyboard.up('Shift');
  const inside = new Set(vmList.filter(({ x, y }) => x < 9.5 * 260 && y < 9.5 * 160).map(({ key }) => key));
  const attached = edges.filter(({ source, target }) => inside.has(source) || inside.has(target)).length;
  const isChosen = await page.evaluate(() => document.querySelectorAll('.react-flow__node.selected').length);
  const told = await page.getByRole('heading', { name: /selected/ }).allTextContents();
  // ours tells of the links, too, and paints the nodes
  if (isChosen !== 100 && !told.includes(`${100 + attached} selected`))
    throw new Error(`The marquee chose ${isChosen} nodes instead of 100: ${told.join()}`);
  const many = await framesDuring(page, async () => dragFrom(page, await middleOf(4, 4)));
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
  return { opened, zoom, pan, 'drag one': one, 'drag 100': many, undo };
}

const world = await openBenchWorld();
const { api } = world.session;
const [flavour, image] = [(await api.flavours.list.query({})).items[0], (await api.images.list.query({})).items[0]];
const topology = drawingOf(flavour?.id ?? 0, image?.id ?? 0);
const bare = await serveBare(topology);
const { browser, page } = await openBenchPage(world);
try {
  const template = await api.templates.create.mutate({ name: 'large', topology });
  console.log(
    `${topology.vms.length} VMs, ${topology.edges.length} links; a bare page of the drawing library beside it`,
  );
  const ours: Record<string, Frames | number> = await measure(
    page,
    `${world.server.url}/templates/${template.id}`,
    topology,
    { x: 0, y: 0 },
  );
  const theirs: Record<string, Frames | number> = await measure(page, bare.url, topology, { x: 75, y: 20 });
  const shown = (result: Frames | number | undefined) =>
    result === undefined
      ? '–'
      : typeof result === 'number'
        ? `${result.toFixed(0)} ms`
        : `${result.fps.toFixed(0)} fps, worst frame ${result.worst.toFixed(0)} ms, ${result.cpu.toFixed(1)} s of CPU`;
  const others = Object.values(theirs);
  for (const [index, [what, result]] of Object.entries(ours).entries()) {
    const other = others[index];
    const ratio =
      typeof result === 'object' && typeof other === 'object'
        ? `; ${(result.fps / other.fps).toFixed(2)} of its frames, ${(result.cpu / other.cpu).toFixed(2)} of its CPU`
        : '';
    console.log(`${what}: ${shown(result)}; bare: ${what === 'undo' ? '–' : shown(other)}${ratio}`);
  }
  const beside = await measureText(page, `${world.server.url}/templates/${template.id}`);
  for (const [what, result] of Object.entries(beside)) console.log(`text: ${what}: ${shown(result)}`);
} finally {
  await browser.close();
  await bare.close();
  await world.close();
}
