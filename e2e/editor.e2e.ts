import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freePort, makeDataDir, removeDataDir, startTrama, type TramaServer } from '../rig/trama-server';
import { launchBrowser } from './browser';
import { openPerson, register, screenshot } from './pages';

const ana = { name: 'Ana', email: 'ana@example.org', password: 'correct horse battery' };
const shots = process.env['TRAMA_SHOTS'] === '1';

/** One drawing, by mouse and by keyboard. Nothing is deployed. Each test goes on where the one before ended. */
describe('the canvas', () => {
  let dataDir: string;
  let server: TramaServer;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    dataDir = await makeDataDir();
    server = await startTrama({ dataDir, port: await freePort() });
    browser = await launchBrowser();
    ({ page, complaints } = await openPerson(browser, server.url));
    await register(page, ana);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDataDir(dataDir);
  });

  let failed = false;
  beforeEach((step) => step.skip(failed, 'an earlier step failed'));
  afterEach((step) => {
    failed ||= step.task.result?.state === 'fail';
  });

  const vms = () => page.getByRole('button', { name: /^VM / });
  const vm = (name: string): Locator => page.getByRole('button', { name: new RegExp(`^VM ${name},`) });
  /** Where each VM is in the drawing, whatever is in view. */
  const places = () =>
    page.evaluate(() =>
      Array.from(document.querySelectorAll<HTMLElement>('.react-flow__node'), (node) => node.style.transform),
    );
  const shot = async (name: string) => {
    if (shots) await screenshot(page, `editor-${name}`);
  };

  test('a leaf-spine is drawn by its numbers', async () => {
    await page.goto('/templates/new');
    await page.getByRole('button', { name: 'Presets' }).click();
    const form = page.getByRole('form', { name: 'Insert a preset' });
    await form.getByText('Leaf-spine', { exact: true }).click();
    await form.getByLabel('Leaves').fill('4');
    await form.getByLabel('Hosts at each leaf').fill('2');
    await form.getByText('14 VMs, 16 links').waitFor();
    await shot('preset');
    await form.getByRole('button', { name: 'Insert' }).click();
    await expect.poll(() => vms().count()).toBe(14);
    await vm('spine1').waitFor();
    await shot('leaf-spine');
  });

  test('it is arranged in the worker, in one step of undo', async () => {
    const before = await places();
    await page.getByRole('button', { name: 'Arrange' }).click();
    await shot('arrange-menu');
    await page.getByRole('menuitem', { name: 'In rings' }).click();
    await expect.poll(places).not.toEqual(before);
    await page.getByRole('button', { name: 'Arrange' }).waitFor();
    await shot('rings');
    await page.keyboard.press('Control+z');
    await expect.poll(places).toEqual(before);
  });

  test('nobody was complained of', () => {
    expect(complaints).toEqual([]);
  });
});
