import { copyFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from './browser';
import {
  createSlice,
  drawPreset,
  openPerson,
  register,
  results,
  rowAction,
  screenshot,
  signIn,
  sliceAction,
  typeInConsole,
  untilDone,
  untilSlice,
  vmOnCanvas,
} from './pages';
import {
  answerUnavailable,
  databasesIn,
  freePort,
  guestsIn,
  makeDataDir,
  processesIn,
  removeDataDir,
  root,
  sliceFilesIn,
  startTrama,
  type TramaServer,
} from '../rig/trama-server';
import { stepByStep } from './steps';

const ana = { name: 'Ana', email: 'ana@example.org', password: 'correct horse battery' };
const bootMs = 180_000;

/** One person's way through everything, in order: each test goes on where the one before ended. */
describe('from an empty machine to a running slice and back', () => {
  let dataDir: string;
  let port: number;
  let server: TramaServer;
  let admin: { email: string; password: string };
  let browser: Browser;
  let page: Page;
  let context: BrowserContext;
  let complaints: string[];

  beforeAll(async () => {
    dataDir = await makeDataDir();
    port = await freePort();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await server?.stop();
    await removeDataDir(dataDir);
  });

  stepByStep(() => ({ page, server }));

  test('npm start prints its address and the first account', async () => {
    server = await startTrama({ dataDir, port });
    expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: 'ok', database: 'up' });
    expect(server.admin).not.toBeNull();
    admin = server.admin ?? { email: '', password: '' };
    ({ page, context, complaints } = await openPerson(browser, server.url));
  });

  test('a second server on the same port says so and touches nothing', async () => {
    await expect(startTrama({ dataDir: path.join(dataDir, 'second'), port })).rejects.toThrow(
      `Port ${port} is taken by another program`,
    );
  });

  test('a person registers, signs out and in again; the old session is worth nothing', async () => {
    await register(page, ana);
    const before = await context.cookies();
    expect(before.map(({ httpOnly, sameSite }) => ({ httpOnly, sameSite }))).toEqual([
      { httpOnly: true, sameSite: 'Strict' },
    ]);
    await page.getByRole('button', { name: 'Account of Ana' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    const replay = await fetch(`${server.url}/trpc/templates.list?input=%7B%7D`, {
      headers: { cookie: before.map(({ name, value }) => `${name}=${value}`).join('; ') },
    });
    expect(replay.status).toBe(401);
    await signIn(page, ana);
  });

  test('an admin keeps the flavours; everyone else reads them', async () => {
    const { page: office, context: officeContext } = await openPerson(browser, server.url);
    await signIn(office, admin);
    await office.goto('/flavours');
    await office.getByRole('button', { name: 'New flavour' }).click();
    const form = office.getByRole('dialog', { name: 'New flavour' });
    await form.getByLabel('Name').fill('pico');
    await form.getByLabel('vCPUs').fill('1');
    await form.getByLabel('RAM in MiB').fill('128');
    await form.getByLabel('Disk in GiB').fill('1');
    await form.getByRole('button', { name: 'Create' }).click();
    await office.getByRole('row', { name: /pico/ }).waitFor();
    await rowAction(office, 'large', 'Retire');
    await office.getByRole('button', { name: 'Retire flavour' }).click();
    await office.getByRole('cell', { name: 'large', exact: true }).waitFor({ state: 'detached' });
    await officeContext.close();

    await page.goto('/flavours');
    await page.getByRole('row', { name: /pico/ }).waitFor();
    expect(await page.getByRole('button', { name: 'New flavour' }).getAttribute('aria-disabled')).toBe('true');
  });

  test('a template is drawn, saved, listed with its sums, renamed, copied and deleted', async () => {
    await drawPreset(page, { name: 'line of three', shape: 'Line', size: 3, routers: true });
    await screenshot(page, 'editor');
    await page.goto('/templates');
    const row = page.getByRole('row', { name: /line of three/ });
    await row.waitFor();
    expect((await row.getByRole('cell').allInnerTexts()).join(' ')).toMatch(/\b3\b.*\b3\b.*3 GiB.*6 GiB/s);

    await rowAction(page, 'line of three', 'Duplicate');
    await rowAction(page, 'line of three (copy)', 'Rename');
    const rename = page.getByRole('dialog', { name: 'Rename template' });
    await rename.getByLabel('Name').fill('to be deleted');
    await rename.getByRole('button', { name: 'Save' }).click();
    await rowAction(page, 'to be deleted', 'Delete');
    await page.getByRole('button', { name: 'Delete template' }).click();
    await page.getByRole('row', { name: /to be deleted/ }).waitFor({ state: 'detached' });
  });

  test('in the editor a marquee marked text, a click left others chosen, and a copy from a field did nothing', async () => {
    await drawPreset(page, { name: 'to be chosen from', shape: 'Line', size: 3 });
    const chosen = () =>
      page.evaluate(() =>
        Array.from(document.querySelectorAll('.react-flow__node[aria-pressed="true"]'), (node) =>
          node.getAttribute('aria-label')?.split(',', 1).join(),
        ),
      );
    const expectChosen = async (...names: string[]) => {
      await expect.poll(chosen, { timeout: 60_000 }).toEqual(names.map((name) => `VM ${name}`));
    };
    await page.keyboard.press('Control+a');
    await expectChosen('vm1', 'vm2', 'vm3');
    await vmOnCanvas(page, 'vm2').click();
    await expectChosen('vm2');
    await vmOnCanvas(page, 'vm3').click({ modifiers: ['Shift'] });
    await expectChosen('vm2', 'vm3');

    const pane = await page.locator('.react-flow__pane').boundingBox();
    if (pane === null) throw new Error('no canvas');
    await page.keyboard.down('Shift');
    await page.mouse.move(pane.x + 5, pane.y + 5);
    await page.mouse.down();
    await page.mouse.move(pane.x + pane.width - 5, pane.y + pane.height - 5, { steps: 10 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
    await expectChosen('vm1', 'vm2', 'vm3');
    expect(await page.evaluate(() => document.getSelection()?.toString())).toBe('');

    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByLabel('Template name').focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Control+c');
    await page.keyboard.press('Control+v');
    await expectChosen('vm4', 'vm5', 'vm6');
    expect(await page.getByLabel('Template name').inputValue()).toBe('to be chosen from');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved, revision 2').waitFor();
    await page.reload();
    await expectChosen('vm4', 'vm5', 'vm6');
    await page.goto('/templates');
    await rowAction(page, 'to be chosen from', 'Delete');
    await page.getByRole('button', { name: 'Delete template' }).click();
    await page.getByRole('row', { name: /to be chosen from/ }).waitFor({ state: 'detached' });
  });

  test('it is exported, a predecessor’s document is imported, and a picture is refused with a reason', async () => {
    const download = page.waitForEvent('download');
    await rowAction(page, 'line of three', 'Export as Trama document');
    const document: unknown = JSON.parse(await readFile(await (await download).path(), 'utf8'));
    expect(document).toMatchObject({ format: 'trama', name: 'line of three' });

    const legacy = {
      topologia: {
        nodes: [
          { id: 1, label: 'web' },
          { id: 2, label: 'db' },
        ],
        edges: [{ id: 1, from: 1, to: 2 }],
      },
      recursos: {
        1: { name: 'web', ram_gb: 1, vcpu: 1, disk_gb: 2, os: 'tiny', flavour: 'nano' },
        2: { name: 'db', ram_gb: 1, vcpu: 1, disk_gb: 3, os: 'tiny', flavour: 'mini' },
      },
      subred: { public_access: [] },
    };
    const choose = async (file: { name: string; mimeType: string; buffer: Buffer }) => {
      const chooser = page.waitForEvent('filechooser');
      await page.getByRole('button', { name: 'Import', exact: true }).first().click();
      await (await chooser).setFiles(file);
    };
    await choose({
      name: 'old.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify(legacy)),
    });
    await page.getByText(/^old\.json is now the template/).waitFor();
    await choose({
      name: 'photo.json',
      mimeType: 'application/json',
      buffer: Buffer.from('89504e470d0a1a0a0000', 'hex'),
    });
    await page.getByText('photo.json was not imported.').waitFor();
  });

  test('a slice is made of it, and its plan is shown before anything happens', async () => {
    await createSlice(page, { template: 'line of three', name: 'first' });
    await untilSlice(page, 'Draft', 60_000);
    await page.getByRole('tab', { name: 'Plan' }).click();
    await page.getByText('vm1').first().waitFor();
    await page.getByRole('tab', { name: 'Topology' }).click();
    expect(await guestsIn(dataDir)).toEqual(new Map());
    await screenshot(page, 'plan');
  });

  test('it is deployed, and every VM and link is seen coming up without a reload', async () => {
    await page.evaluate(() => Object.assign(window, { notReloaded: true }));
    await sliceAction(page, 'Deploy').click();
    await untilSlice(page, /^(Deploying|Active)$/, 60_000);
    for (const vm of ['vm1', 'vm2', 'vm3']) await vmOnCanvas(page, vm, 'Running').waitFor({ timeout: bootMs });
    await untilSlice(page, 'Active', 120_000);
    expect(await page.evaluate(() => 'notReloaded' in window)).toBe(true);
    expect(await guestsIn(dataDir)).toEqual(
      new Map([
        ['vm1', 1],
        ['vm2', 1],
        ['vm3', 1],
      ]),
    );
  });

  test('a VM is worked in from the browser: it pings its neighbour by address and by name, and who is behind it', async () => {
    await vmOnCanvas(page, 'vm1').click();
    const panel = page.getByRole('complementary', { name: 'VM' });
    await panel.getByRole('button', { name: 'Open console' }).click();
    await typeInConsole(page, 'vm1', 'echo $((6*7))-there', /42-there/);
    const slicePath = new URL(page.url()).pathname;
    const address = await page.evaluate(async (id) => {
      const input = encodeURIComponent(JSON.stringify({ id: Number(id) }));
      const answer: { result: { data: { edges: { targetAddress: string }[] } } } = await (
        await fetch(`/trpc/slices.get?input=${input}`)
      ).json();
      return answer.result.data.edges[0]?.targetAddress.split('/')[0];
    }, slicePath.split('/').at(-1));
    await typeInConsole(page, 'vm1', `ping -c 3 -W 30 ${address}`, /3 packets received|3 received/);
    await typeInConsole(page, 'vm1', 'ping -c 1 -W 30 vm2 >/dev/null && echo by-$((40+2))-name', /by-42-name/);
    // one that is not beside it, through the router in between, which takes one off what a packet may be passed on
    await typeInConsole(page, 'vm1', 'ping -c 1 -W 30 vm3', /from 10\.\d+\.\d+\.\d+: .*ttl=63/);
    await screenshot(page, 'slice');
    if (process.env['TRAMA_UPDATE_SCREENSHOT'] === '1')
      await copyFile(path.join(results, 'slice.png'), path.join(root, 'docs', 'slice.png'));
  });

  test('a reload closed the consoles, and the guest kept 80 × 24 whatever the size of the window', async () => {
    await page.reload();
    const terminal = page.getByRole('group', { name: 'Terminal of vm1' });
    await terminal.waitFor();
    await page.getByRole('complementary', { name: 'VM' }).getByRole('heading', { name: 'vm1' }).waitFor();
    const rows = () => terminal.locator('.xterm-rows > div').count();
    const guestFollows = async (word: string) => {
      const line = `until stty size | grep -q "^${await rows()} "; do sleep 1; done; echo ${word}-$((40+2))`;
      await typeInConsole(page, 'vm1', line, new RegExp(`${word}-42`));
    };
    const small = await rows();
    await guestFollows('small');
    await page.getByRole('button', { name: 'Maximise' }).click();
    await expect.poll(rows, { timeout: 60_000 }).toBeGreaterThan(small);
    await guestFollows('large');
    await page.getByRole('button', { name: 'Restore' }).click();
  });

  test('one VM is stopped, started and rebooted', async () => {
    await page
      .getByRole('button', { name: 'Close consoles' })
      .or(page.getByRole('button', { name: 'Close console of vm1' }))
      .first()
      .click();
    const panel = page.getByRole('complementary', { name: 'VM' });
    await panel.getByRole('button', { name: 'Stop' }).click();
    await vmOnCanvas(page, 'vm1', 'Stopped').waitFor({ timeout: bootMs });
    expect([...(await guestsIn(dataDir)).keys()].toSorted()).toEqual(['vm2', 'vm3']);
    await panel.getByRole('button', { name: 'Start' }).click();
    await vmOnCanvas(page, 'vm1', 'Running').waitFor({ timeout: bootMs });
    await untilSlice(page, 'Active', 120_000);
    await panel.getByRole('button', { name: 'Reboot' }).click();
    await untilDone(page, 'reboot', bootMs);
    await vmOnCanvas(page, 'vm1', 'Running').waitFor({ timeout: bootMs });
    await untilSlice(page, 'Active', 120_000);
  });

  test('the server is stopped and started: accounts, templates, slices and running VMs are kept', async () => {
    const before = await processesIn(path.join(dataDir, 'zones'));
    expect(await server.stop()).toBe(0);
    expect(await databasesIn(dataDir)).toEqual([]);
    // an error is where a browser stops asking for an event stream by itself
    await answerUnavailable(port, '/trpc/deployments.watch');
    server = await startTrama({ dataDir, port });
    expect(server.admin).toBeNull();
    expect([...(await processesIn(path.join(dataDir, 'zones'))).keys()].toSorted()).toEqual(
      [...before.keys()].toSorted(),
    );
    // the page that was open all the time finds the server again by itself
    await page.getByRole('status').getByText('Live').waitFor({ timeout: 120_000 });
    await page.goto('/templates');
    await page.getByRole('row', { name: /line of three/ }).waitFor();
    await page.goto('/slices');
    await page.getByRole('link', { name: 'first' }).click();
    await untilSlice(page, 'Active', 120_000);
    await page.getByRole('tab', { name: 'VMs' }).click();
    await page.getByRole('button', { name: 'Open console: vm2' }).click();
    await typeInConsole(page, 'vm2', 'echo still-$((40+2))-here', /still-42-here/);
    await page.getByRole('tab', { name: 'Topology' }).click();
  });

  test('the whole slice is stopped and started', async () => {
    await sliceAction(page, 'Stop').click();
    await untilSlice(page, 'Stopped', bootMs);
    expect(await guestsIn(dataDir)).toEqual(new Map());
    await sliceAction(page, 'Start').click();
    await untilSlice(page, 'Active', bootMs);
    expect((await guestsIn(dataDir)).size).toBe(3);
  });

  test('it is destroyed, and nothing of it is left: no process, no folder, no socket, no allocation', async () => {
    await sliceAction(page, 'Destroy').click();
    await page.getByRole('button', { name: 'Destroy slice' }).click();
    await untilSlice(page, 'Destroyed', bootMs);
    expect(await processesIn(path.join(dataDir, 'zones'))).toEqual(new Map());
    expect(await sliceFilesIn(dataDir)).toEqual([]);
    await page.goto('/zones');
    await page
      .getByText(/^0 of /)
      .first()
      .waitFor();
    await screenshot(page, 'zones');
  });

  test('the content security policy was never broken, and no page threw', () => {
    expect(complaints).toEqual([]);
  });
});
