import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSession } from '../rig/api';
import { freePort, makeDataDir, removeDataDir, startTrama, type TramaServer } from '../rig/trama-server';
import { launchBrowser } from './browser';
import { drawPreset, openPerson, register, rowAction, screenshot, signIn } from './pages';
import { stepByStep } from './steps';

const ana = { name: 'Ana', email: 'ana@example.org', password: 'correct horse battery' };
const ben = { name: 'Ben', email: 'ben@example.org', password: 'correct horse battery' };
const shots = process.env['TRAMA_SHOTS'] === '1';

/** Two people in two browsers at one template. Each test goes on where the one before ended. */
describe('two at one template', () => {
  let dataDir: string;
  let server: TramaServer;
  let browser: Browser;
  let anas: { page: Page; context: BrowserContext; complaints: string[] };
  let bens: { page: Page; context: BrowserContext; complaints: string[] };
  let address: string;

  beforeAll(async () => {
    dataDir = await makeDataDir();
    server = await startTrama({ dataDir, port: await freePort() });
    browser = await launchBrowser();
    anas = await openPerson(browser, server.url);
    bens = await openPerson(browser, server.url);
    await register(anas.page, ana);
    await register(bens.page, ben);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDataDir(dataDir);
  });

  stepByStep(() => ({ page: bens?.page, server }));

  const shot = async (page: Page, name: string) => {
    if (shots) await screenshot(page, `together-${name}`);
  };
  const vm = (page: Page, name: string) => page.getByRole('button', { name: new RegExp(`^VM ${name}\\b`) });
  const also = (page: Page, name: string) => page.getByRole('button', { name: `Also here: ${name}` });
  const save = (page: Page) => page.getByRole('button', { name: 'Save', exact: true }).click();
  /** What a VM is called besides, in the panel. */
  async function label(page: Page, name: string, text: string) {
    await vm(page, name).click();
    await page.getByRole('complementary', { name: 'Details' }).getByLabel('Label', { exact: true }).fill(text);
  }
  async function labels(): Promise<string[]> {
    const { api } = await anasSession();
    const { topology } = await api.templates.get.query({ id: Number(address.split('/').at(-1)) });
    return topology.vms.map((one) => one.label);
  }
  async function anasSession() {
    const session = openSession(server.url);
    await session.api.auth.login.mutate({ email: ana.email, password: ana.password });
    return session;
  }

  test('one shares it to be edited, and each sees that the other is there', async () => {
    const { page } = anas;
    await drawPreset(page, { name: 'Lab', shape: 'Line', size: 3 });
    address = new URL(page.url()).pathname;
    await page.goto('/templates');
    await rowAction(page, 'Lab', 'Share…');
    const panel = page.getByRole('dialog', { name: 'Share “Lab”' });
    await panel.getByLabel('E-mail address').fill(ben.email);
    await panel.getByLabel('They may').selectOption('edit');
    await panel.getByText(/^They also draw it/).waitFor();
    await shot(page, 'share');
    await panel.getByRole('button', { name: 'Share', exact: true }).click();
    await panel.getByLabel('What Ben may').and(panel.locator('[value="edit"], select')).waitFor();
    await page.goto(address);
    await bens.page.goto(address);
    await also(page, 'Ben').waitFor();
    await also(bens.page, 'Ana').waitFor();
    await page.getByRole('status').getByText('Ben has opened the template.').waitFor({ state: 'attached' });
    expect(await bens.page.getByLabel('Template name').getAttribute('readonly')).not.toBeNull();
  });

  test('where one points and what one has chosen the other sees, until they do not want to', async () => {
    const cursor = anas.page.locator('[data-cursor-of="Ben"]');
    const box = await vm(bens.page, 'vm2').boundingBox();
    if (box === null) throw new Error('vm2 is not to be seen');
    await bens.page.mouse.move(box.x, box.y - 40);
    await cursor.waitFor();
    const at = () => cursor.evaluate((element) => element.style.transform);
    const before = await at();
    await bens.page.mouse.move(box.x + 120, box.y + 90, { steps: 20 });
    await expect.poll(at).not.toBe(before);
    await vm(bens.page, 'vm2').click();
    await anas.page.locator('[data-chosen-by="Ben"]').waitFor();
    await shot(anas.page, 'cursor');
    await also(anas.page, 'Ben').click();
    await shot(anas.page, 'who');
    await anas.page.getByRole('switch', { name: /^Show cursors and selections/ }).uncheck();
    await expect.poll(() => cursor.count()).toBe(0);
    await anas.page.getByRole('switch', { name: /^Show cursors and selections/ }).check();
    await cursor.waitFor();
    await anas.page.keyboard.press('Escape');
  });

  test('what both did is saved together where it does not touch, and undone in one step', async () => {
    await label(anas.page, 'vm1', 'by Ana');
    await save(anas.page);
    await anas.page.getByText('Saved, revision 2').waitFor();
    await label(bens.page, 'vm2', 'by Ben');
    await save(bens.page);
    await bens.page.getByText('Saved, revision 3').waitFor();
    expect(await labels()).toEqual(['by Ana', 'by Ben', '']);
    await vm(bens.page, 'vm1').click();
    const field = bens.page.getByRole('complementary', { name: 'Details' }).getByLabel('Label', { exact: true });
    await expect.poll(() => field.inputValue()).toBe('by Ana');
  });

  test('where both changed the same, one is asked, and chooses by the keyboard', async () => {
    await anas.page.reload();
    await label(anas.page, 'vm3', 'Ana’s');
    await save(anas.page);
    await anas.page.getByText('Saved, revision 4').waitFor();
    await label(bens.page, 'vm3', 'Ben’s');
    await save(bens.page);
    const { page } = bens;
    const dialog = page.getByRole('dialog', { name: 'Somebody has saved this template meanwhile' });
    const choice = dialog.getByRole('group', { name: 'VM vm3: label' });
    await choice.waitFor();
    await shot(page, 'conflict');
    expect(await dialog.getByRole('button', { name: '1 left to choose' }).isDisabled()).toBe(true);
    expect(await labels()).toEqual(['by Ana', 'by Ben', 'Ana’s']);
    await choice.getByRole('radio', { name: 'Theirs: Ana’s' }).focus();
    await page.keyboard.press('Space');
    await choice.getByRole('radio', { name: 'Theirs: Ana’s', checked: true }).waitFor();
    await page.keyboard.press('ArrowUp');
    await choice.getByRole('radio', { name: 'Mine: Ben’s', checked: true }).waitFor();
    await dialog.getByRole('button', { name: 'Take these and save' }).press('Enter');
    await page.getByText('Saved, revision 5').waitFor();
    expect(await labels()).toEqual(['by Ana', 'by Ben', 'Ben’s']);
  });

  test('what is not saved is kept, found in another browser, and thrown away when asked', async () => {
    const { page } = bens;
    await label(page, 'vm1', 'a draft');
    await page
      .getByText(/^Draft saved \d/)
      .first()
      .waitFor();
    await shot(page, 'draft');
    const elsewhere = await openPerson(browser, server.url);
    await signIn(elsewhere.page, ben);
    await elsewhere.page.goto(address);
    const found = elsewhere.page.getByRole('dialog', { name: 'Unsaved work was found' });
    await found.getByRole('button', { name: 'Restore it' }).click();
    await vm(elsewhere.page, 'vm1').click();
    const field = elsewhere.page.getByRole('complementary', { name: 'Details' }).getByLabel('Label', { exact: true });
    await expect.poll(() => field.inputValue()).toBe('a draft');
    await elsewhere.page.keyboard.press('Escape');
    await elsewhere.page.locator('.react-flow__pane').click({ position: { x: 5, y: 5 } });
    await elsewhere.page.getByRole('button', { name: 'Discard the draft…' }).click();
    const asked = elsewhere.page.getByRole('dialog', { name: 'Discard the draft?' });
    await asked.getByText('Revision 5 stays as it was saved.').waitFor();
    await shot(elsewhere.page, 'discard');
    await asked.getByRole('button', { name: 'Discard the draft', exact: true }).click();
    await elsewhere.page.getByText('Saved, revision 5').waitFor();
    expect(await labels()).toEqual(['by Ana', 'by Ben', 'Ben’s']);
    expect(elsewhere.complaints).toEqual([]);
    await elsewhere.context.close();
  });

  test('without the server the work goes on in the browser, which says so, and reaches the server again', async () => {
    const { page, context } = bens;
    await context.setOffline(true);
    await label(page, 'vm2', 'offline');
    await page.getByText('Server away: kept here').first().waitFor();
    await shot(page, 'offline');
    await context.setOffline(false);
    await page
      .getByText(/^Draft saved \d/)
      .first()
      .waitFor();
  });

  test('who leaves is gone from the other’s page', async () => {
    await bens.context.close();
    await expect.poll(() => also(anas.page, 'Ben').count(), { timeout: 10_000 }).toBe(0);
    expect([...anas.complaints, ...bens.complaints]).toEqual([]);
  });
});
