import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from './browser';
import {
  createSlice,
  drawPreset,
  openPerson,
  register,
  screenshot,
  sliceAction,
  typeInConsole,
  untilDone,
  untilSlice,
  vmOnCanvas,
} from './pages';
import { openSession, untilDeployed, type ApiSession } from '../rig/api';
import { freePort, makeDataDir, removeDataDir, startTrama, type TramaServer } from '../rig/trama-server';
import { stepByStep } from './steps';

const ana = { name: 'Ana', email: 'ana@example.org', password: 'correct horse battery' };
const bootMs = 180_000;

/** A slice that runs is changed on its canvas, with real VMs. Each test goes on where the one before ended. */
describe('changing a slice that runs', () => {
  let dataDir: string;
  let server: TramaServer;
  let browser: Browser;
  let page: Page;
  let context: BrowserContext;
  let complaints: string[];
  let slice: string;

  beforeAll(async () => {
    dataDir = await makeDataDir();
    server = await startTrama({ dataDir, port: await freePort() });
    browser = await launchBrowser();
    ({ page, context, complaints } = await openPerson(browser, server.url));
    await register(page, ana);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDataDir(dataDir);
  });

  const idOf = async (name: string): Promise<number> => {
    const { api } = await asAna(server.url);
    const { vmList } = await api.slices.get.query({ id: Number(slice.split('/').at(-1)) });
    return vmList.find((vm) => vm.name === name)?.id ?? 0;
  };
  stepByStep(() => ({ page, server }));

  test('two VMs run, and one of them counts', { timeout: 2 * bootMs }, async () => {
    await drawPreset(page, { name: 'pair', shape: 'Line', size: 2 });
    await createSlice(page, { template: 'pair', name: 'pair-1' });
    slice = new URL(page.url()).pathname;
    await sliceAction(page, 'Deploy').click();
    await untilDone(page, 'deploy', bootMs);
    await untilSlice(page, 'Active', bootMs);
    await vmOnCanvas(page, 'vm1', 'Running').dblclick();
    await page.getByRole('button', { name: 'Open console' }).click();
    await typeInConsole(
      page,
      'vm1',
      'n=0; while :; do n=$((n+1)); echo $n >/tmp/count; sleep 1; done & echo begun',
      /begun/,
    );
  });

  test('a VM is drawn in and linked, one is given up; what it takes and what is lost is told before', async () => {
    await page.goto(slice);
    await page.getByRole('link', { name: 'Change topology' }).click();
    // the VM on the page before is called the same
    await page.getByRole('button', { name: 'Review changes' }).waitFor();
    await vmOnCanvas(page, 'vm2', 'Running').click();
    await page.keyboard.press('Delete');
    await page.getByRole('img', { name: /^VM vm2\b.*removed/ }).waitFor();
    await page.keyboard.press('v');
    const added = page
      .getByRole('button', { name: /^VM vm3\b.*new/ })
      .or(page.getByRole('button', { name: /^VM vm2\b.*new/ }));
    await added.waitFor();
    await page.getByLabel('Name', { exact: true }).fill('vm3');
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: /^VM vm3\b.*new/ }).focus();
    await page.keyboard.press('c');
    await vmOnCanvas(page, 'vm1').focus();
    await page.keyboard.press('Enter');
    await screenshot(page, 'change-drawn');
    await page.getByRole('button', { name: 'Review changes' }).click();
    const review = page.getByRole('dialog', { name: 'What will happen' });
    await review.getByText(/^Ready to run: \d+ steps\.$/).waitFor();
    await review.getByText('vm2: the VM with its disk').waitFor();
    await screenshot(page, 'change-review');
  });

  test('somebody else has changed it meanwhile: both changes go into the drawing', async () => {
    const other = await asAna(server.url);
    const sliceId = Number(slice.split('/').at(-1));
    const { version, topology } = await other.api.slices.topology.query({ id: sliceId });
    const networks = [{ key: 'lan', name: 'lan', x: 0, y: 300 }];
    const theirs = await other.api.deployments.start.mutate({
      sliceId,
      kind: 'update',
      change: { from: 'drawing', topology: { ...topology, networks } },
      baseVersion: version,
    });
    await untilDeployed(other, sliceId, theirs.id);

    await page.getByRole('button', { name: 'Apply and lose this' }).click();
    const conflict = page.getByRole('dialog', { name: 'Somebody else changed this slice meanwhile' });
    await conflict.getByText(/touch different things/).waitFor();
    await conflict.getByRole('button', { name: 'Go on with both' }).click();
    await page.getByRole('button', { name: /^Network lan/ }).waitFor();
    await page.getByRole('button', { name: /^VM vm3\b.*new/ }).waitFor();
  });

  test('applied, the new VM answers over its link, and the counter went on', { timeout: 2 * bootMs }, async () => {
    const goes = await idOf('vm2');
    const beside = await context.newPage();
    await beside.goto(`${slice}?consoles=${goes}&console=${goes}`);
    await beside.getByText('Connected', { exact: true }).waitFor();
    await page.keyboard.press('Control+s');
    await page.getByRole('button', { name: 'Apply and lose this' }).click();
    await page.waitForURL((url) => url.pathname === slice);
    await untilDone(page, 'update', bootMs);
    // whoever has its console open reads what became of it, also once the slice is shown without it
    await vmOnCanvas(beside, 'vm2').waitFor({ state: 'detached' });
    await beside.getByText('The console was closed: vm2 was removed from its slice.').waitFor();
    await beside.getByRole('button', { name: 'Close console of vm2' }).click();
    await beside.getByRole('region', { name: 'Consoles' }).waitFor({ state: 'detached' });
    await beside.close();
    await vmOnCanvas(page, 'vm3', 'Running').waitFor();
    await vmOnCanvas(page, 'vm2').waitFor({ state: 'detached' });
    await vmOnCanvas(page, 'vm1', 'Running').dblclick();
    await page.getByRole('button', { name: 'Open console' }).click();
    await typeInConsole(
      page,
      'vm1',
      'until test $(cat /tmp/count) -gt 10; do sleep 1; done; echo went-on',
      /^went-on/m,
    );
    const { api } = await asAna(server.url);
    const { vmList, edges } = await api.slices.get.query({ id: Number(slice.split('/').at(-1)) });
    const key = vmList.find(({ name }) => name === 'vm3')?.key;
    // the one link that there is now
    const address = edges.map((edge) => (edge.source === key ? edge.sourceAddress : edge.targetAddress))[0];
    expect(address).toMatch(/^10\./);
    await typeInConsole(page, 'vm1', `ping -c 3 ${address?.split('/')[0]}`, /[1-3] packets received/);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

/** Ana in another place. */
async function asAna(url: string): Promise<ApiSession> {
  const session = openSession(url);
  await session.api.auth.login.mutate({ email: ana.email, password: ana.password });
  return session;
}
