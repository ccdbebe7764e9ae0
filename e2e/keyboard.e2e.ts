import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSession } from '../rig/api';
import { freePort, makeDataDir, removeDataDir, startTrama, type TramaServer } from '../rig/trama-server';
import { launchBrowser } from './browser';
import { walkOn } from './keyboard-walk';
import { openPerson, sliceAction, untilDone, untilSlice, vmOnCanvas } from './pages';
import { stepByStep } from './steps';

const bootMs = 240_000;

/** One person without a mouse, on real VMs. */
describe('everything by keyboard alone', () => {
  let dataDir: string;
  let server: TramaServer;
  let browser: Browser;
  let page: Page;
  let receiver: Server;
  /** Bodies of the calls of a webhook. */
  const calls: string[] = [];
  let walk: ReturnType<typeof walkOn>;

  beforeAll(async () => {
    dataDir = await makeDataDir();
    browser = await launchBrowser();
    const env = { TRAMA_WEBHOOK_NETWORKS: 'loopback', TRAMA_WEBHOOK_HTTP: '1' };
    server = await startTrama({ dataDir, port: await freePort(), env });
    ({ page } = await openPerson(browser, server.url));
    walk = walkOn(page);
    receiver = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        calls.push(Buffer.concat(pieces).toString('utf8'));
        response.end('thank you');
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await browser?.close();
    receiver?.close();
    await server?.stop();
    await removeDataDir(dataDir);
  });

  stepByStep(() => ({ page, server }));

  test('signs in and comes to the templates', async () => {
    await page.goto('/login');
    await walk.expectFocus(page.getByLabel('E-mail address'));
    await page.keyboard.type(server.admin?.email ?? '');
    await walk.goTo(page.getByLabel('Password', { exact: true }));
    await page.keyboard.type(server.admin?.password ?? '');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^Hello, / }).waitFor();
    // past the navigation at one stroke
    await walk.goTo(page.getByRole('link', { name: 'Skip to the content' }));
    await page.keyboard.press('Enter');
    await walk.expectFocus(page.getByRole('main'));
    await walk.goTo(page.getByRole('link', { name: 'Templates' }), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await walk.expectFocus(page.getByRole('heading', { level: 1, name: 'Templates' }));
  });

  test('looks at a lab of the gallery, and comes back', async () => {
    await walk.press(page.getByRole('link', { name: 'Gallery' }).first());
    await walk.expectFocus(page.getByRole('heading', { level: 1, name: 'Gallery' }));
    const more = page.getByRole('button', { name: 'Look at it: Segments and a router' });
    await walk.press(more);
    const lab = page.getByRole('dialog', { name: 'Segments and a router' });
    await lab.waitFor();
    await walk.expectTrapped(lab);
    await page.keyboard.press('Escape');
    await lab.waitFor({ state: 'detached' });
    await walk.expectFocus(more);
    await walk.goTo(page.getByRole('link', { name: 'All templates' }), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await walk.expectFocus(page.getByRole('heading', { level: 1, name: 'Templates' }));
  });

  test('draws two VMs and a link, and saves', async () => {
    await walk.press(page.getByRole('link', { name: 'New template' }).first());
    await walk.goTo(page.getByLabel('Template name'));
    await page.keyboard.type('by hand');
    await walk.press(page.getByRole('button', { name: 'Add VM' }).first());
    await walk.expectFocus(vmOnCanvas(page, 'vm1'));
    await page.keyboard.press('v');
    await walk.expectFocus(vmOnCanvas(page, 'vm2'));
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await help.waitFor();
    await walk.expectTrapped(help);
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'detached' });
    await walk.expectFocus(vmOnCanvas(page, 'vm2'));
    await page.keyboard.press('c');
    await page.getByText('Connect vm2 with: choose another node').waitFor();
    // towards the other one, wherever it was put
    const from = await vmOnCanvas(page, 'vm2').boundingBox();
    const to = await vmOnCanvas(page, 'vm1').boundingBox();
    if (from === null || to === null) throw new Error('they are not drawn');
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const arrow =
      Math.abs(dx) > Math.abs(dy) ? (dx < 0 ? 'ArrowLeft' : 'ArrowRight') : dy < 0 ? 'ArrowUp' : 'ArrowDown';
    await page.keyboard.press(arrow);
    await walk.expectFocus(vmOnCanvas(page, 'vm1'));
    await page.keyboard.press('Enter');
    await page.getByText('1 link', { exact: true }).waitFor();
    await page.keyboard.press('Control+s');
    await page.waitForURL(/\/templates\/\d+$/);
    await page.getByText('Saved, revision 1').waitFor();
    // it has an address now, and the work goes on where it was
    await walk.expectFocus(vmOnCanvas(page, 'vm1'));
  });

  test('makes a slice of it and deploys it', async () => {
    await walk.press(page.getByRole('button', { name: 'Deploy…' }));
    const panel = page.getByRole('dialog', { name: 'New slice' });
    await panel.getByText(/^Ready to run: \d+ steps?\.$/).waitFor();
    await walk.expectTrapped(panel);
    await walk.press(panel.getByRole('button', { name: 'Create slice' }));
    await page.getByRole('heading', { level: 1, name: 'by hand' }).waitFor();
    // until its plan is there, the button says that it waits for that
    await page.getByText(/^Ready to run: \d+ steps?\.$/).waitFor();
    await walk.press(sliceAction(page, 'Deploy'));
    await untilSlice(page, 'Active', bootMs);
    await walk.expectSomeFocus();
  });

  test('works in a console, leaves it and closes it', async () => {
    await walk.press(sliceAction(page, 'Console'));
    await walk.expectFocus(page.getByRole('menuitem', { name: 'Open all 2' }));
    await page.keyboard.press('Escape');
    await walk.expectFocus(sliceAction(page, 'Console'));
    await page.keyboard.press('Enter');
    // the arrow is the menu's only when it has the focus
    await walk.expectFocus(page.getByRole('menuitem', { name: 'Open all 2' }));
    await page.keyboard.press('ArrowDown');
    await walk.expectFocus(page.getByRole('menuitem', { name: 'vm1' }));
    await page.keyboard.press('Enter');
    const terminal = page.getByRole('group', { name: 'Terminal of vm1' });
    await walk.expectFocus(terminal.getByRole('textbox'));
    const shown = () => terminal.locator('.xterm-rows').innerText();
    await expect.poll(shown, { timeout: bootMs, interval: 200 }).toMatch(/vm1.*#/);
    await page.keyboard.type('echo $((6*7))-here\n');
    await expect.poll(shown, { timeout: bootMs, interval: 200 }).toMatch(/42-here/);
    // Tab is the guest's; this leads out
    await page.keyboard.press('Control+Shift+Backquote');
    await walk.expectFocus(page.getByRole('tab', { name: 'Console of vm1' }));
    await walk.press(page.getByRole('button', { name: 'Close console of vm1' }));
    await terminal.waitFor({ state: 'detached' });
    await walk.expectSomeFocus();
  });

  test('sees the screens small, and comes to a console from there', async () => {
    const topology = page.getByRole('tab', { name: 'Topology' });
    const screens = page.getByRole('tab', { name: 'Screens' });
    await walk.goTo(topology);
    for (let tabs = 0; tabs < 4; tabs += 1) await page.keyboard.press('ArrowRight');
    await walk.expectFocus(screens);
    await walk.press(page.getByRole('button', { name: 'Open the console of vm2' }));
    await walk.expectFocus(page.getByRole('group', { name: 'Terminal of vm2' }).getByRole('textbox'));
    await page.keyboard.press('Control+Shift+Backquote');
    await walk.press(page.getByRole('button', { name: 'Close console of vm2' }));
    await walk.goTo(screens, 'Shift+Tab');
    // which only leads there, where arrows also choose
    await page.keyboard.press('Home');
    await walk.expectFocus(topology);
    await page.keyboard.press('Enter');
  });

  test('looks at a VM and lets it go', async () => {
    await walk.goTo(vmOnCanvas(page, 'vm1'));
    await page.keyboard.press('Enter');
    const panel = page.getByRole('complementary', { name: 'VM' });
    await walk.press(panel.getByRole('button', { name: 'Reboot' }));
    await untilDone(page, 'reboot', bootMs);
    await walk.goTo(panel.getByRole('button', { name: 'Close the panel' }), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await panel.waitFor({ state: 'detached' });
    await walk.expectFocus(vmOnCanvas(page, 'vm1'));
  });

  test('stops and destroys several from the list, and reads what became of each', async () => {
    const session = openSession(server.url);
    await session.api.auth.login.mutate(server.admin ?? { email: '', password: '' });
    const [running] = (await session.api.slices.list.query({})).items;
    const draft = { name: 'never run', templateId: running?.template?.id ?? 0, zoneId: running?.zone.id ?? 0 };
    await session.api.slices.create.mutate(draft);
    await walk.goTo(page.getByRole('main').getByRole('link', { name: 'Slices' }), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await walk.expectFocus(page.getByRole('heading', { level: 1, name: 'Slices' }));

    await walk.press(page.getByRole('checkbox', { name: 'Choose all on this page' }), 'Space');
    await page.getByText('2 slices chosen').waitFor();
    const together = page.getByRole('group', { name: 'What can be done with the chosen slices' });
    await walk.goTo(together.getByRole('button', { name: 'Stop' }), 'Shift+Tab');
    await page.keyboard.press('Enter');
    const results = page.getByRole('region', { name: 'What became of each slice' });
    await walk.expectFocus(results.getByRole('heading', { name: 'Stop: 2 slices' }));
    await results.getByText('1 accepted, 1 refused, 1 ended').waitFor({ timeout: bootMs });
    await results.getByRole('row', { name: /^by hand Succeeded/ }).waitFor();
    await results.getByRole('row', { name: /^never run Refused The slice is a draft: deploy it first\.$/ }).waitFor();
    await walk.press(results.getByRole('button', { name: 'Close the results' }));
    await results.waitFor({ state: 'detached' });
    await walk.expectFocus(page.getByRole('heading', { level: 1, name: 'Slices' }));

    await walk.press(page.getByRole('checkbox', { name: 'Choose never run' }), 'Space');
    await walk.goTo(together.getByRole('button', { name: 'Destroy' }), 'Shift+Tab');
    await page.keyboard.press('Enter');
    const question = page.getByRole('dialog', { name: 'Destroy 1 slice?' });
    await walk.expectFocus(question.getByRole('button', { name: 'Cancel' }));
    await walk.press(question.getByRole('button', { name: 'Destroy 1 slice' }));
    await walk.expectFocus(results.getByRole('heading', { name: 'Destroy: 1 slice' }));
    await results.getByText('1 accepted, 0 refused, 1 ended').waitFor({ timeout: bootMs });
    await page.getByRole('checkbox', { name: 'Choose never run' }).waitFor({ state: 'detached' });

    await walk.press(page.getByRole('checkbox', { name: 'Choose by hand' }), 'Space');
    await walk.goTo(together.getByRole('button', { name: 'Start' }), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await results.getByText('1 accepted, 0 refused, 1 ended').waitFor({ timeout: bootMs });
    await results.getByRole('row', { name: /^by hand Succeeded/ }).waitFor();
    await walk.press(page.getByRole('link', { name: 'by hand' }).last());
    await page.getByRole('heading', { level: 1, name: 'by hand' }).waitFor();
    await untilSlice(page, 'Active', bootMs);
  });

  test('keeps it in a snapshot, clones that, and comes back', async () => {
    await walk.press(page.getByRole('button', { name: 'Snapshots' }));
    const panel = page.getByRole('dialog', { name: 'Snapshots of “by hand”' });
    await walk.press(panel.getByRole('button', { name: 'Take a snapshot' }));
    await panel.getByText(/on disk/).waitFor({ timeout: bootMs });
    await walk.press(panel.getByRole('button', { name: 'Actions for Snapshot 1' }));
    await walk.expectFocus(page.getByRole('menuitem', { name: 'Restore' }));
    await page.keyboard.press('ArrowDown');
    await walk.expectFocus(page.getByRole('menuitem', { name: 'Clone' }));
    await page.keyboard.press('Enter');
    const form = page.getByRole('dialog', { name: 'Clone “by hand”' });
    await form.getByText('From “Snapshot 1”, in zone local, where the snapshot is.').waitFor();
    await walk.expectTrapped(form);
    await walk.goTo(form.getByLabel('Name'));
    await expect.poll(() => form.getByLabel('Name').inputValue(), { timeout: 60_000 }).toBe('by hand (2)');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'by hand (2)' }).waitFor();
    await walk.expectSomeFocus();
    // Back leads to the panel that it began in, Escape out of it
    await page.goBack();
    await panel.waitFor();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    await page.getByRole('heading', { level: 1, name: 'by hand' }).waitFor();
    await walk.expectSomeFocus();
  });

  test('stops and destroys it', async () => {
    await walk.press(sliceAction(page, 'Stop'));
    await untilSlice(page, 'Stopped', bootMs);
    await walk.expectSomeFocus();
    await walk.goTo(sliceAction(page, 'Destroy'));
    await page.keyboard.press('Enter');
    const question = page.getByRole('dialog', { name: 'Destroy by hand?' });
    await walk.expectFocus(question.getByRole('button', { name: 'Cancel' }));
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    await walk.expectFocus(sliceAction(page, 'Destroy'));
    await page.keyboard.press('Enter');
    await walk.press(question.getByRole('button', { name: 'Destroy slice' }));
    await untilSlice(page, 'Destroyed', bootMs);
    await walk.expectSomeFocus();
  });

  test('makes a webhook, tests it and reads the log of its calls', async () => {
    await walk.press(page.getByRole('button', { name: /^Account of / }));
    await walk.goTo(page.getByRole('link', { name: 'Account', exact: true }), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await walk.press(page.getByRole('link', { name: 'Webhooks' }));
    const add = page.getByRole('button', { name: 'New webhook' });
    await walk.press(add);
    const form = page.getByRole('dialog', { name: 'New webhook' });
    await walk.expectFocus(form.getByLabel('Name'));
    await walk.expectTrapped(form);
    await walk.goTo(form.getByLabel('Name'));
    await page.keyboard.type('desk');
    await walk.goTo(form.getByLabel('Address'));
    const { port } = receiver.address() as AddressInfo;
    await page.keyboard.type(`http://127.0.0.1:${port}/hook`);
    await page.keyboard.press('Enter');
    const secret = page.getByRole('dialog', { name: 'The secret of desk' });
    await walk.expectFocus(secret.getByRole('button', { name: 'Copy the secret' }));
    await walk.press(secret.getByRole('button', { name: 'I have copied it' }));
    await secret.waitFor({ state: 'detached' });
    await walk.expectFocus(add);

    const row = page.getByRole('button', { name: 'desk', exact: true });
    await walk.press(row);
    const log = page.getByRole('dialog', { name: 'Calls of desk' });
    await walk.press(log.getByRole('button', { name: 'Send a test' }));
    await log.getByRole('status').filter({ hasText: 'The test arrived.' }).waitFor();
    await walk.expectSomeFocus();
    expect(calls).toHaveLength(1);
    const [call] = await log.getByRole('list', { name: 'Calls, newest first' }).getByRole('listitem').all();
    if (call === undefined) throw new Error('the log is empty');
    await call.getByText('Delivered').waitFor();
    await walk.press(call.getByText('Details'));
    await call.getByText('thank you').waitFor();
    // the same call again
    await walk.goTo(call.getByRole('button', { name: /^Send again: / }), 'Shift+Tab');
    await page.keyboard.press('Enter');
    await call.getByText('2 attempts').waitFor();
    await walk.expectSomeFocus();
    await expect.poll(() => calls.length, { timeout: 60_000 }).toBe(2);
    await page.keyboard.press('Escape');
    await log.waitFor({ state: 'detached' });
    await walk.expectFocus(row);
  });
});
