import type { Browser, Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TramaServer } from '../rig/trama-server';
import { dropDrafts, openPerson, screenshot, signIn } from './pages';
import { ana, onePerson } from './one-person';

const shots = process.env['TRAMA_SHOTS'] === '1';

/** One drawing, by mouse and by keyboard. Nothing is deployed. Each test goes on where the one before ended. */
describe('the canvas', () => {
  let server: TramaServer;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  const scene = onePerson();
  beforeAll(() => {
    ({ server, browser, page, complaints } = scene());
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

  test('leaves and spines are linked anew by a pattern, from the palette, without a mouse', async () => {
    const links = () => page.locator('.react-flow__edge').count();
    await vm('host1').click();
    await page.keyboard.press('Control+k');
    const palette = page.getByRole('dialog', { name: 'Find anything' });
    await palette.getByRole('combobox').fill('leaf1');
    await shot('palette');
    await page.keyboard.press('Enter');
    await expect.poll(() => vm('leaf1').evaluate((node) => node === document.activeElement)).toBe(true);
    await page.keyboard.press('Delete');
    await expect.poll(links).toBe(12);
    await page.keyboard.press('Control+z');
    await expect.poll(links).toBe(16);
    await page.keyboard.press('Control+k');
    await palette.getByRole('combobox').fill('pattern');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Connect by pattern…' });
    await dialog.getByLabel('From').fill('host*');
    await dialog.getByLabel('To').fill('spine1');
    await dialog.getByText('Makes 8 links.').waitFor();
    await shot('connect');
    await page.keyboard.press('Enter');
    await expect.poll(links).toBe(24);
    await page.keyboard.press('Control+z');
    await expect.poll(links).toBe(16);
  });

  test('a menu of the node locks it: it is not dragged, not arranged, not deleted', async () => {
    await vm('leaf2').click({ button: 'right' });
    const menu = page.getByRole('menu', { name: 'What can be done with the selected nodes' });
    await menu.waitFor();
    await shot('menu');
    await menu.getByRole('menuitem', { name: 'Lock in place' }).click();
    const locked = page.getByRole('button', { name: /^VM leaf2,.*locked/ });
    await locked.waitFor();
    await locked.focus();
    await page.keyboard.press('Delete');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => vms().count()).toBe(14);
    await locked.waitFor();
    await page.keyboard.press('Shift+L');
    await locked.waitFor({ state: 'detached' });
  });

  test('several are aligned and renamed by keys, each one step', async () => {
    const before = await places();
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Alt+h');
    await expect.poll(async () => new Set((await places()).map((place) => place.split(',')[0])).size).toBe(1);
    await page.keyboard.press('Control+z');
    await expect.poll(places).toEqual(before);
    await page.keyboard.press('F2');
    const dialog = page.getByRole('dialog', { name: 'Rename…' });
    await dialog.getByLabel('New name').fill('lab-*');
    await dialog.getByText(/host1 → lab-host1/).waitFor();
    await shot('rename');
    await page.keyboard.press('Enter');
    await vm('lab-spine1').waitFor();
    await page.keyboard.press('Control+z');
    await vm('spine1').waitFor();
  });

  test('copied nodes are on the clipboard of the system, from the menu, too', async () => {
    await vm('leaf1').click();
    await vm('leaf1').click({ button: 'right' });
    await page.getByRole('menuitem', { name: /^Copy/ }).click();
    await page.keyboard.press('Control+v');
    await expect.poll(() => vms().count()).toBe(15);
    await page.keyboard.press('Control+z');
    await expect.poll(() => vms().count()).toBe(14);
  });

  test('the ends of links have their interface and address, of what is chosen from afar, too', async () => {
    await page.keyboard.press('f');
    const end = page.getByText('eth0 10.0.0.1', { exact: true });
    await vm('spine1').click();
    await end.waitFor();
    const height = () => end.evaluate((text) => text.getBoundingClientRect().height);
    const near = await height();
    await shot('addresses');
    for (let step = 0; step < 6; step += 1) await page.getByRole('button', { name: 'Zoom out' }).click();
    await expect.poll(async () => (await height()) / near).toBeGreaterThan(0.7);
    await shot('addresses-far');
    await page.keyboard.press('Escape');
    await page.keyboard.press('f');
  });

  test('NICs of a VM change places by the keyboard, in one step', async () => {
    await vm('spine1').click();
    const end = (nic: string) => page.getByText(`${nic} 10.0.0.1`, { exact: true });
    await end('eth0').waitFor();
    await page.getByRole('button', { name: /^Move eth0 down: to / }).focus();
    await page.keyboard.press('Enter');
    await end('eth1').waitFor();
    const moved = page.getByRole('button', { name: /^Move eth1 down: to / });
    expect(await moved.evaluate((element) => element === document.activeElement)).toBe(true);
    await shot('nics');
    await page.keyboard.press('Control+z');
    await end('eth0').waitFor();
    await page.keyboard.press('Escape');
  });

  test('the drawing is text as well, written and drawn, with errors at the line and at the node', async () => {
    await vm('spine1').click();
    await page.keyboard.press('y');
    const text = page.getByRole('textbox', { name: 'The drawing as YAML' });
    await expect.poll(() => text.evaluate((element) => element.contains(document.activeElement))).toBe(true);
    await shot('text');
    // the cursor is where the VM begins; its name is on the next line
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    await page.keyboard.type('x');
    await vm('spine1x').waitFor();
    await page.keyboard.type(' y');
    await page.getByText('1 error: the drawing waits for the text').waitFor();
    await page.getByRole('button', { name: /^VM spine1x,.*Letters, digits and hyphens only/ }).waitFor();
    await shot('text-error');
    for (let time = 0; time < 3; time += 1) await page.keyboard.press('Backspace');
    await page.getByText('In step with the drawing').waitFor();
    await vm('spine1').waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.type('inter');
    await page.getByRole('option', { name: /^internet/ }).click();
    await page.getByRole('option', { name: 'true' }).click();
    await page.getByRole('button', { name: /^VM spine1,.*internet access/ }).waitFor();
    await shot('text-suggested');
    // back in the drawing, which is written
    const before = await text.textContent();
    await page.keyboard.press('Escape');
    await expect.poll(() => vm('spine1').evaluate((node) => node === document.activeElement)).toBe(true);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => text.textContent()).not.toBe(before);
    // one step back is what was drawn, the next what was written
    await page.keyboard.press('Control+z');
    await expect.poll(() => text.textContent()).toBe(before);
    expect(before).toContain('internet: true');
    await page.keyboard.press('Control+z');
    await expect.poll(() => text.textContent()).not.toContain('internet: true');
    await page.getByRole('button', { name: /^VM spine1,(?!.*internet access)/ }).waitFor();
    await page.keyboard.press('y');
    await text.waitFor({ state: 'hidden' });
  });

  test('dark, narrow, with the small map', async () => {
    await page.keyboard.press('m');
    await page.getByRole('img', { name: 'Small map of the drawing' }).waitFor();
    await page.keyboard.press('f');
    await page.emulateMedia({ colorScheme: 'dark' });
    await shot('dark');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await shot('help');
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 390, height: 660 });
    await shot('narrow');
    await page.getByRole('button', { name: 'Presets' }).click();
    // at the end of what is higher than the window
    const insert = page.getByRole('form', { name: 'Insert a preset' }).getByRole('button', { name: 'Insert' });
    await insert.click({ trial: true });
    await shot('narrow-preset');
  });

  test('a large drawing is painted from afar, and taken by keyboard and by mouse as if it were not', async () => {
    const person = await openPerson(browser, server.url);
    const far = person.page;
    try {
      await signIn(far, ana);
      // what the other page has not saved
      await dropDrafts(far, [null]);
      await far.goto('/templates/new');
      await far.getByRole('button', { name: 'Presets' }).click();
      const form = far.getByRole('form', { name: 'Insert a preset' });
      await form.getByText('Leaf-spine', { exact: true }).click();
      await form.getByLabel('Leaves').fill('16');
      await form.getByLabel('Hosts at each leaf').fill('10');
      await form.getByRole('button', { name: 'Insert' }).click();
      const layer = far.getByRole('button', { name: /^17\d nodes, seen from afar/ });
      await layer.waitFor();
      const inPage = far.locator('.react-flow__node');
      await expect.poll(() => inPage.count()).toBe(0);
      // by keyboard: from the whole to the node in its middle
      await layer.focus();
      await far.keyboard.press('Enter');
      await expect.poll(() => inPage.count()).toBe(1);
      const node = inPage.first();
      await expect.poll(() => node.evaluate((element) => element === document.activeElement)).toBe(true);
      await far.keyboard.press('Enter');
      const name = await node.getAttribute('data-id');
      expect(await node.getAttribute('aria-pressed')).toBe('true');
      // by mouse: the very same one is dragged, and that is one step
      const box = await node.boundingBox();
      if (box === null) throw new Error('The node is nowhere.');
      await far.keyboard.press('Escape');
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await far.mouse.move(x, y);
      await far.mouse.down();
      await far.mouse.move(x + 30, y + 60, { steps: 4 });
      await far.mouse.up();
      const moved = far.locator(`.react-flow__node[data-id="${name}"]`);
      await expect.poll(async () => ((await moved.boundingBox())?.y ?? 0) - box.y).toBeGreaterThan(40);
      await far.keyboard.press('Control+z');
      await expect.poll(async () => Math.abs(((await moved.boundingBox())?.y ?? 0) - box.y)).toBeLessThan(2);
      // coming nearer, cards are in the page again
      await far.mouse.move(x, y);
      for (let turn = 0; turn < 40; turn += 1) await far.mouse.wheel(0, -60);
      await expect.poll(() => layer.count()).toBe(0);
      expect(await inPage.count()).toBeGreaterThan(1);
      expect(person.complaints).toEqual([]);
    } finally {
      await far.context().close();
    }
  });

  test('nobody was complained of', () => {
    expect(complaints).toEqual([]);
  });
});
