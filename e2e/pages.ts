import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { root } from '../rig/trama-server';

export const results = path.join(root, '.trama', 'test-results');

/** Slow enough for a busy machine, short enough to fail within a test's time. */
const actionTimeoutMs = 60_000;

/** A browser of one person: English unless said, 1280 px, and every violation of the content security policy written down. */
export async function openPerson(
  browser: Browser,
  baseURL: string,
  locale = 'en-GB',
): Promise<{ page: Page; context: BrowserContext; complaints: string[] }> {
  const context = await browser.newContext({ baseURL, locale, viewport: { width: 1280, height: 800 } });
  context.setDefaultTimeout(actionTimeoutMs);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) complaints.push(message.text());
  });
  return { page, context, complaints };
}

export async function screenshot(page: Page, name: string): Promise<void> {
  await mkdir(results, { recursive: true });
  await page.screenshot({ path: path.join(results, `${name}.png`) });
}

export async function register(page: Page, person: { name: string; email: string; password: string }): Promise<void> {
  await page.goto('/register');
  await page.getByLabel('Name', { exact: true }).fill(person.name);
  await page.getByLabel('E-mail address').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('heading', { name: `Hello, ${person.name}` }).waitFor();
}

export async function signIn(page: Page, person: { email: string; password: string }): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('E-mail address').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: /^Hello, / }).waitFor();
}

/** Has the server forget what the page's user has drawn and not saved of these templates; null: of a new one. Else it is found wherever they open it next. */
export async function dropDrafts(page: Page, templateIds: readonly (number | null)[]): Promise<void> {
  const { origin } = new URL(page.url());
  for (const templateId of templateIds) {
    const headers = { origin, 'content-type': 'application/json' };
    const answer = await page.context().request.post(`${origin}/trpc/drafts.drop`, { headers, data: { templateId } });
    expect(answer.ok()).toBe(true);
  }
}

/** Draws `size` VMs of a preset as a new template and saves it; with `routers` those in between route. */
export async function drawPreset(
  page: Page,
  options: { name: string; shape: string; size: number; routers?: boolean },
): Promise<void> {
  await page.goto('/templates/new');
  await page.getByRole('button', { name: 'Presets' }).click();
  const form = page.getByRole('form', { name: 'Insert a preset' });
  await form.getByText(options.shape, { exact: true }).click();
  await form.getByLabel('Number of VMs').fill(String(options.size));
  if (options.routers === true) await form.getByRole('switch', { name: 'VMs in between route' }).check();
  await form.getByRole('button', { name: 'Insert' }).click();
  await page.getByLabel('Template name').fill(options.name);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.waitForURL(/\/templates\/\d+$/);
}

/** Chooses from the menu of a table's row. */
export async function rowAction(page: Page, row: string, action: string): Promise<void> {
  const name = `Actions for ${row}`;
  await page.getByRole('button', { name, exact: true }).click();
  await page.getByRole('menu', { name, exact: true }).getByRole('menuitem', { name: action }).click();
}

/** Makes a slice of a template in the zone `local`, by the panel; ends on the slice's page. */
export async function createSlice(page: Page, options: { template: string; name: string }): Promise<void> {
  await page.goto('/templates');
  await rowAction(page, options.template, 'New slice from this template');
  const panel = page.getByRole('dialog', { name: 'New slice' });
  await panel.getByRole('combobox', { name: 'Zone' }).and(panel.locator('[value="local"]')).waitFor();
  await panel.getByLabel('Name', { exact: true }).fill(options.name);
  await panel.getByText(/^Ready to run: \d+ steps?\.$/).waitFor();
  await panel.getByRole('button', { name: 'Create slice' }).click();
  await page.waitForURL(/\/slices\/\d+$/);
  await page.getByRole('heading', { name: options.name }).waitFor();
}

/** A VM on the canvas in a state, as a screen reader hears it: `VM vm1, Running`. */
export function vmOnCanvas(page: Page, name: string, status = ''): Locator {
  return page.getByRole('button', { name: new RegExp(`^VM ${name}\\b.*${status}`) });
}

/** Resolves when the slice's page, without a reload, says that the slice is in this state. */
export async function untilSlice(page: Page, status: string | RegExp, timeout: number): Promise<void> {
  await page.getByRole('heading', { level: 1 }).getByText(status, { exact: true }).waitFor({ timeout });
}

/**
 * Resolves when the newest operation on the slice of this page is of that kind and has succeeded: what is on the page in
 * between, a page that stands still for a moment may never show.
 */
export async function untilDone(page: Page, kind: string, timeout: number): Promise<void> {
  const newest = (sliceId: number) =>
    page.evaluate(async (id) => {
      const input = encodeURIComponent(JSON.stringify({ sliceId: id, limit: 1 }));
      const answer: { result: { data: { items: { kind: string; status: string }[] } } } = await (
        await fetch(`/trpc/deployments.list?input=${input}`)
      ).json();
      return answer.result.data.items.map((item) => `${item.kind} ${item.status}`);
    }, sliceId);
  const id = Number(new URL(page.url()).pathname.split('/').at(-1));
  await expect.poll(() => newest(id), { timeout, interval: 500 }).toEqual([`${kind} succeeded`]);
}

/** The buttons beside the slice's name. */
export function sliceAction(page: Page, name: string): Locator {
  return page.getByRole('group', { name: 'What can be done with this slice' }).getByRole('button', { name });
}

/** Types a line into the console that has the focus and waits until its terminal shows `expected`. */
export async function typeInConsole(page: Page, vm: string, line: string, expected: RegExp): Promise<void> {
  const terminal = page.getByRole('group', { name: `Terminal of ${vm}` });
  const rows = terminal.locator('.xterm-rows');
  await terminal.getByRole('textbox').focus();
  let looks = 0;
  const shown = async () => {
    // the kernel may have spoken behind the prompt: every five seconds a new one is asked for
    if (++looks % 50 === 0) await page.keyboard.press('Enter');
    return rows.innerText();
  };
  // the history has been replayed and the guest's shell waits
  await expect.poll(shown, { timeout: 120_000, interval: 100 }).toMatch(new RegExp(`${vm}.*#\\s*$`));
  await page.keyboard.type(`${line}\n`);
  await expect.poll(() => rows.innerText(), { timeout: 120_000, interval: 100 }).toMatch(expected);
}
