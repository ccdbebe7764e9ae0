import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { findingsOf, wide } from './looks-page';
import { createSlice, drawPreset, screenshot } from './pages';
import { onePerson } from './one-person';

const shots = process.env['TRAMA_SHOTS'] === '1';

/** Notes, labels, shapes and groups on one drawing, by keyboard and by mouse. Nothing is deployed. Each test goes on where the one before ended. */
describe('what is drawn beside VMs', () => {
  let page: Page;
  let complaints: string[];
  const scene = onePerson(async (person) => {
    await drawPreset(person, { name: 'lab', shape: 'Line', size: 3 });
    await person.getByText('Saved, revision 1').waitFor();
  });
  beforeAll(() => {
    ({ page, complaints } = scene());
  });

  const drawn = (role: string) => page.locator(`.react-flow__node[aria-roledescription="${role}"]`);
  const text = () => page.getByRole('textbox', { name: 'Text', exact: true });
  /** Where VMs are in the drawing, by their names. */
  const places = () =>
    page.evaluate(() =>
      Array.from(document.querySelectorAll<HTMLElement>('.react-flow__node-card'), (node) => {
        const { e: x, f: y } = new DOMMatrix(node.style.transform);
        return { x, y };
      }),
    );
  const shot = async (name: string) => {
    if (shots) await screenshot(page, `annotations-${name}`);
  };

  test('a note is written by keyboard alone: one step for what is typed, one for the note', async () => {
    await page.getByRole('button', { name: /^VM vm1,/ }).focus();
    await page.keyboard.press('t');
    await expect.poll(() => text().evaluate((field) => field === document.activeElement)).toBe(true);
    await page.keyboard.type('First:\nstart vm2');
    await page.getByRole('button', { name: /^First:\s+start vm2$/ }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => drawn('note').evaluate((node) => node === document.activeElement)).toBe(true);
    await page.keyboard.press('Control+z');
    await page.getByRole('button', { name: 'empty' }).waitFor();
    await page.keyboard.press('Control+z');
    await drawn('note').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+y');
    await page.keyboard.press('Control+y');
    await page.getByRole('button', { name: /^First:/ }).waitFor();
    // what is written is found, and Enter goes back to the field
    await page.keyboard.press('Control+f');
    await page.getByRole('combobox').fill('start');
    await page.keyboard.press('Enter');
    await expect.poll(() => drawn('note').evaluate((node) => node === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await expect.poll(() => text().evaluate((field) => field === document.activeElement)).toBe(true);
    await page.keyboard.press('Escape');
  });

  test('a group is drawn around what is chosen, and takes it along when it is dragged: one step', async () => {
    await page.getByRole('button', { name: /^VM vm1,/ }).click();
    await page.getByRole('button', { name: /^VM vm2,/ }).click({ modifiers: ['Shift'] });
    await page.keyboard.press('g');
    const group = page.getByRole('button', { name: 'group1' });
    await group.waitFor();
    await page.getByLabel('Name', { exact: true }).fill('Room 1');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Fit to view' }).click();
    await shot('group');
    const before = await places();
    const name = drawn('group').getByText('Room 1');
    const box = await name.boundingBox();
    if (box === null) throw new Error('The group has no name.');
    await page.mouse.move(box.x + 10, box.y + 5);
    await page.mouse.down();
    await page.mouse.move(box.x + 40, box.y + 80, { steps: 5 });
    // they go with the hand, not when it lets go
    await expect.poll(places).not.toEqual(before);
    await page.mouse.up();
    const after = await places();
    const moved = after.map(({ x, y }, at) => ({ x: x - (before[at]?.x ?? 0), y: y - (before[at]?.y ?? 0) }));
    expect(moved[0]?.y).toBeGreaterThan(0);
    expect(moved).toEqual([moved[0], moved[0], { x: 0, y: 0 }]);
    await page.keyboard.press('Control+z');
    await expect.poll(places).toEqual(before);
    await page.keyboard.press('Control+y');
    await expect.poll(places).toEqual(after);
    // by the arrows, too
    await drawn('group').focus();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(async () => (await places())[0]?.x).toBe((after[0]?.x ?? 0) - 10);
    await page.keyboard.press('Control+z');
    await expect.poll(places).toEqual(after);
  });

  test('a shape is drawn from the palette, resized by its corner and by its fields, and made red', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('ellipse');
    await page.keyboard.press('Enter');
    const ellipse = page.getByRole('button', { name: 'Ellipse' });
    await ellipse.waitFor();
    const width = page.getByLabel('Width');
    expect(await width.inputValue()).toBe('160');
    const corner = await ellipse.locator('[data-x="1"][data-y="1"]').boundingBox();
    if (corner === null) throw new Error('There is no corner.');
    await page.mouse.move(corner.x + corner.width / 2, corner.y + corner.height / 2);
    await page.mouse.down();
    await page.mouse.move(corner.x + 100, corner.y + 60, { steps: 4 });
    await page.mouse.up();
    await expect.poll(async () => Number(await width.inputValue())).toBeGreaterThan(200);
    await page.keyboard.press('Control+z');
    await expect.poll(() => width.inputValue()).toBe('160');
    await width.fill('240');
    await page.keyboard.press('Tab');
    await expect.poll(async () => (await ellipse.locator('ellipse').first().getAttribute('cx')) ?? '').toBe('120');
    await page.getByRole('switch', { name: 'Filled' }).check();
    await page.getByRole('radio', { name: 'Red' }).check();
    await shot('shape');
  });

  test('several are copied, deleted and brought back as nodes are', async () => {
    const all = () => page.locator('.react-flow__node-annotation').count();
    expect(await all()).toBe(3);
    await page.getByRole('button', { name: 'Ellipse' }).focus();
    await page.keyboard.press('Control+d');
    await expect.poll(all).toBe(4);
    await page.keyboard.press('Delete');
    await expect.poll(all).toBe(3);
    await page.getByRole('button', { name: 'Draw notes, labels, shapes and groups' }).click();
    await shot('menu');
    await page.getByRole('menuitem', { name: /^Add label/ }).click();
    // the menu gives the focus back first, which takes a frame
    await expect.poll(() => text().evaluate((field) => field === document.activeElement)).toBe(true);
    await page.keyboard.type('Three VMs');
    await drawn('label').getByText('Three VMs').waitFor();
    await page.getByRole('textbox', { name: 'Text', exact: true }).press('Escape');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved, revision 2').waitFor();
    await page.reload();
    await expect.poll(all).toBe(4);
  });

  test('nothing of it is found fault with, in the light and in the dark, wide and narrow', async () => {
    await drawn('note').focus();
    await page.keyboard.press(' ');
    expect(await findingsOf(page, 'annotations')).toEqual([]);
    await page.keyboard.press('Escape');
    await page.setViewportSize(wide);
  });

  test('a slice shows it, and it is in nobody’s way there', async () => {
    await createSlice(page, { template: 'lab', name: 'lab-1' });
    const note = page.getByRole('img', { name: /^First:/ });
    await note.waitFor();
    expect(await note.getAttribute('tabindex')).toBeNull();
    await page.getByRole('button', { name: /^VM vm1/ }).click();
    await page.waitForURL(/vm1|\?/);
    expect(await findingsOf(page, 'annotations of a slice')).toEqual([]);
  });

  test('nobody was complained of', () => {
    expect(complaints).toEqual([]);
  });
});
