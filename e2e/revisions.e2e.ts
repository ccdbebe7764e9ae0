import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { findingsOf, wide } from './looks-page';
import { drawPreset } from './pages';
import { onePerson } from './one-person';

/** What was saved of one template. Nothing is deployed. Each test goes on where the one before ended. */
describe('the revisions of a template', () => {
  let page: Page;
  let complaints: string[];
  const scene = onePerson(async (person) => {
    await drawPreset(person, { name: 'lab', shape: 'Line', size: 3 });
    await person.getByText('Saved, revision 1').waitFor();
  });
  beforeAll(() => {
    ({ page, complaints } = scene());
  });

  const vm = (name: string) => page.getByRole('button', { name: new RegExp(`^VM ${name},`) });
  const revision = (number: number) => page.getByRole('listitem').filter({ hasText: `Revision ${number}` });
  /** What is wrong with it as it stands, in both widths and schemes. */
  const faults = async (name: string) => {
    const found = await findingsOf(page, `revisions ${name}`);
    await page.setViewportSize(wide);
    return found;
  };

  test('a drawing is saved with a message by keyboard alone, and the list has it with its author', async () => {
    // of what was just inserted all is chosen: this one alone
    await page.keyboard.press('Escape');
    await vm('vm1').focus();
    await page.keyboard.press(' ');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('v');
    await page.getByText('Unsaved changes').waitFor();
    await page.keyboard.press('Control+Shift+S');
    await page.getByRole('textbox', { name: 'What has changed' }).waitFor();
    await page.keyboard.type('A fourth VM');
    expect(await faults('message')).toEqual([]);
    await page.keyboard.press('Control+s');
    await page.getByText('Saved, revision 2').waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await vm('vm1').focus();
    await page.keyboard.press('h');
    await revision(2).getByText('A fourth VM').waitFor();
    await revision(2).getByText('current').waitFor();
    await revision(2).getByText('by Ana').waitFor();
    await revision(1).getByText('by Ana').waitFor();
    expect(await faults('list')).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('of another name alone no revision is made, which is said', async () => {
    await page.getByRole('textbox', { name: 'Template name' }).fill('lab 2');
    await page.getByRole('button', { name: 'More about saving' }).click();
    await page.getByRole('menuitem', { name: /^Save with a message/ }).click();
    await page.getByText(/without a revision/).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved, revision 2').waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  /** Chooses from the menu of a revision; the list is open. */
  const choose = async (number: number, action: string) => {
    await page.getByRole('button', { name: `Actions for Revision ${number}` }).click();
    await page.getByRole('menuitem', { name: action }).click();
  };

  test('a revision and the drawing are compared: by sign and word on the canvas, field by field beside it', async () => {
    // one VM is renamed, one is removed with its link, one was added before, one is only moved, and there is a note
    await vm('vm2').click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('router');
    await page.keyboard.press('Tab');
    await vm('vm3').focus();
    await page.keyboard.press(' ');
    await page.keyboard.press('Delete');
    await vm('vm1').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('t');
    const text = page.getByRole('textbox', { name: 'Text', exact: true });
    await expect.poll(() => text.evaluate((field) => field === document.activeElement)).toBe(true);
    await page.keyboard.type('Look here');
    await page.keyboard.press('Escape');
    await page.keyboard.press('h');
    await choose(1, 'Compare…');
    await page.getByText('6 differences').waitFor();
    const group = (name: string) => page.getByRole('group', { name });
    await group('Added').getByText('VM vm4').waitFor();
    await group('Added').getByText('Drawn beside: Look here').waitFor();
    await group('Removed').getByText('VM vm3').waitFor();
    await group('Removed').getByText('Link vm2–vm3').waitFor();
    await group('Changed').getByText('name: vm2 → router').waitFor();
    await group('Only moved').getByText('VM vm1').waitFor();
    // what is seen is heard
    await page.getByRole('button', { name: /^VM vm3,.*removed/ }).waitFor();
    await page.getByRole('button', { name: /^VM router,.*changed/ }).waitFor();
    await page.getByRole('button', { name: /^VM vm4,.*added/ }).waitFor();
    await page.getByRole('img', { name: /^Look here, added/ }).waitFor();
    // what is in the list leads to the node
    await group('Removed').getByRole('button', { name: 'VM vm3' }).focus();
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.getByRole('button', { name: /^VM vm3,/ }).evaluate((node) => node === document.activeElement))
      .toBe(true);
    expect(await group('Removed').getByRole('button', { name: 'VM vm3' }).getAttribute('aria-current')).toBe('true');
    expect(await faults('compared')).toEqual([]);
  });

  test('any two revisions are compared, and one with itself differs in nothing', async () => {
    await page.getByRole('combobox', { name: 'To' }).click();
    await page.getByRole('option', { name: 'Revision 2: A fourth VM' }).click();
    await page.getByText('2 differences').waitFor();
    await page.getByRole('combobox', { name: 'From' }).click();
    await page.getByRole('option', { name: 'Revision 2: A fourth VM' }).click();
    await page.getByText('Nothing differs.').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await revision(1).waitFor();
  });

  test('an older revision is restored as the newest; unsaved work is asked about, and undo brings it back', async () => {
    await choose(1, 'Restore');
    await page.getByText('Changes in the drawing that are not saved').waitFor();
    await page.getByRole('button', { name: 'Restore', exact: true }).click();
    await page.getByText('Revision 1 is restored as revision 3.').waitFor();
    await page.getByText('Saved, revision 3').waitFor();
    await vm('vm3').waitFor();
    expect(await vm('vm4').count()).toBe(0);
    await vm('vm3').focus();
    await page.keyboard.press('Control+z');
    await vm('vm4').waitFor();
    await vm('router').waitFor();
    await page.getByText('Unsaved changes').waitFor();
    await page.keyboard.press('Control+s');
    await page.getByText('Saved, revision 4').waitFor();
    await vm('vm4').focus();
    await page.keyboard.press('h');
    await revision(3).getByText('The drawing of revision 1 again').waitFor();
    expect(await faults('restored')).toEqual([]);
    await page.keyboard.press('Escape');
  });

  test('nothing was complained of', () => {
    expect(complaints).toEqual([]);
  });
});
