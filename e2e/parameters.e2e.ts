import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { findingsOf, wide } from './looks-page';
import { rowAction } from './pages';
import { onePerson } from './one-person';

/** A template that asks for something is drawn, and a slice made of it, by keyboard. Nothing is deployed. Each test goes on where the one before ended. */
describe('parameters of a template', () => {
  let page: Page;
  let complaints: string[];
  const scene = onePerson();
  beforeAll(() => {
    ({ page, complaints } = scene());
  });

  test('are declared beside the drawing, and say how many there are of a VM', async () => {
    await page.goto('/templates/new');
    await page.getByRole('textbox', { name: 'Template name' }).fill('fleet');
    await page.getByRole('button', { name: 'Add a parameter' }).press('Enter');
    const first = page.getByRole('group', { name: 'Parameter count' });
    await first.getByRole('textbox', { name: 'Name' }).fill('servers');
    const servers = page.getByRole('group', { name: 'Parameter servers' });
    await servers.getByRole('textbox', { name: 'Question' }).fill('How many servers');
    await servers.getByRole('textbox', { name: 'By default' }).fill('2');
    await servers.getByRole('textbox', { name: 'Most' }).fill('5');
    await page.getByRole('button', { name: 'Add a parameter' }).press('Enter');
    const second = page.getByRole('group', { name: 'Parameter count' });
    await second.getByRole('combobox', { name: 'Kind' }).click();
    await page.getByRole('option', { name: 'Secret' }).click();
    await second.getByRole('textbox', { name: 'Name' }).fill('password');
    expect(await findingsOf(page, 'parameters of a template')).toEqual([]);
    await page.setViewportSize(wide);

    await page.getByRole('button', { name: 'Add VM' }).first().click();
    const count = page.getByRole('textbox', { name: 'Count' });
    await count.fill('many');
    await page
      .getByText(/there is no parameter many/)
      .first()
      .waitFor();
    await count.fill('servers');
    await page
      .getByText(/there is no parameter many/)
      .first()
      .waitFor({ state: 'detached' });
    expect(await findingsOf(page, 'a VM with a count')).toEqual([]);
    await page.setViewportSize(wide);
    await page.keyboard.press('Control+s');
    await page.getByText('Saved, revision 1').waitFor();
  });

  test('are asked for when a slice is made, with what that comes to', async () => {
    await page.goto('/templates');
    await rowAction(page, 'fleet', 'New slice from this template');
    const form = page.getByRole('dialog', { name: 'New slice' });
    await form.getByText('2 VMs · 0 networks · 0 links').waitFor();
    const servers = form.getByRole('textbox', { name: 'How many servers' });
    await servers.fill('6');
    await form.getByText('How many servers is a whole number from 1 to 5.').waitFor();
    await servers.fill('4');
    await form.getByText('4 VMs · 0 networks · 0 links').waitFor();
    await form.getByLabel(/^password/).fill('sesam');
    expect(await findingsOf(page, 'a slice whose template asks for values')).toEqual([]);
    await page.setViewportSize(wide);
    await form.getByRole('button', { name: 'Create slice' }).press('Enter');
    await page.getByText('vm1-4').first().waitFor();
    expect(complaints).toEqual([]);
  });
});
