import { readFile } from 'node:fs/promises';
import { Secret, TOTP } from 'otpauth';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSession } from '../rig/api';
import { launchBrowser } from './browser';
import { drawPreset, openPerson, register, rowAction, screenshot, signIn, sliceAction, untilSlice } from './pages';
import { stepByStep } from './steps';
import { freePort, makeDataDir, removeDataDir, startTrama, type TramaServer } from '../rig/trama-server';

const berta = { name: 'Berta', email: 'berta@example.org', password: 'four small wooden boats' };
const carla = { name: 'Carla', email: 'carla@example.org', password: 'correct horse battery' };

/** What outlives a session, or a share, notices its end within half a minute. */
const endingMs = 90_000;

type Person = Awaited<ReturnType<typeof openPerson>>;

/** An authenticator app that never says the code of one time step twice, since the server takes none twice. */
function authenticator(secret: string): () => Promise<string> {
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  let said = 0;
  return async () => {
    // the server's clock is this one, and takes the code of the next step, too
    await expect.poll(() => totp.counter() + 1, { timeout: 60_000, interval: 250 }).toBeGreaterThan(said);
    said = Math.max(totp.counter(), said + 1);
    return totp.generate({ timestamp: said * totp.period * 1000 });
  };
}

/** Whether a button that stays reachable can be pressed. */
async function isOffered(button: Locator): Promise<boolean> {
  await button.waitFor();
  return (await button.getAttribute('aria-disabled')) !== 'true';
}

async function signOut(page: Page, words: { menu: string; button: string; signIn: string }): Promise<void> {
  await page.getByRole('button', { name: words.menu }).click();
  await page.getByRole('button', { name: words.button }).click();
  await page.getByRole('button', { name: words.signIn }).waitFor();
}

const spanish = { menu: 'Cuenta de Berta', button: 'Cerrar sesión', signIn: 'Iniciar sesión' };

/** The first step of signing in to an account with a second factor, in Spanish; ends where the code is asked for. */
async function passwordInSpanish(page: Page): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('Correo electrónico').fill(berta.email);
  await page.getByLabel('Contraseña', { exact: true }).fill(berta.password);
  await page.getByRole('button', { name: 'Iniciar sesión' }).click();
  await page.getByText('La contraseña es correcta. Un paso más para berta@example.org.').waitFor();
}

/** A slice's panel with its template and zone chosen, and the plan made. */
async function openNewSlice(page: Page, options: { template: string; zone: string }): Promise<Locator> {
  await page.goto('/templates');
  await rowAction(page, options.template, 'New slice from this template');
  const panel = page.getByRole('dialog', { name: 'New slice' });
  await panel.getByRole('combobox', { name: 'Zone' }).click();
  await page.getByRole('option', { name: options.zone }).click();
  await panel
    .getByRole('combobox', { name: 'Zone' })
    .and(panel.locator(`[value="${options.zone}"]`))
    .waitFor();
  return panel;
}

async function createSliceIn(page: Page, options: { template: string; zone: string; name: string }): Promise<string> {
  const panel = await openNewSlice(page, options);
  await panel.getByLabel('Name', { exact: true }).fill(options.name);
  await panel.getByText(/^Ready to run: \d+ steps?\.$/).waitFor();
  await panel.getByRole('button', { name: 'Create slice' }).click();
  await page.waitForURL(/\/slices\/\d+$/);
  await page.getByRole('heading', { name: options.name }).waitFor();
  return new URL(page.url()).pathname;
}

/** An administrator's page of Berta's account. */
async function openBerta(page: Page): Promise<void> {
  await page.goto('/users');
  await page.getByRole('link', { name: 'Berta' }).click();
  await page.getByRole('heading', { level: 1, name: /^Berta/ }).waitFor();
}

/** An account from its first link to its deletion, in order: each test goes on where the one before ended. */
describe('an account, its rights and its end', () => {
  let dataDir: string;
  let server: TramaServer;
  let browser: Browser;
  let office: Person;
  let desk: Person;
  let guest: Person;
  let link = '';
  let code: () => Promise<string>;
  let recoveryCodes: string[] = [];
  let token = '';
  let lab = '';
  const people: Person[] = [];

  const open = async (): Promise<Person> => {
    const person = await openPerson(browser, server.url);
    people.push(person);
    return person;
  };
  /** A call as any program makes it: no library, only the token. */
  const call = async (procedure: string, input: unknown, method: 'GET' | 'POST' = 'GET') => {
    const query = method === 'GET' ? `?input=${encodeURIComponent(JSON.stringify(input))}` : '';
    const response = await fetch(`${server.url}/trpc/${procedure}${query}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(method === 'POST' ? { body: JSON.stringify(input) } : {}),
    });
    return { status: response.status, text: await response.text() };
  };

  beforeAll(async () => {
    dataDir = await makeDataDir();
    browser = await launchBrowser();
    server = await startTrama({ dataDir, port: await freePort(), env: { TRAMA_SIMULATOR: '1' } });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDataDir(dataDir);
  });

  stepByStep();

  test('an admin signs in with the printed password and makes an account, whose link is shown once', async () => {
    if (server.admin === null) throw new Error('no account was printed');
    const session = openSession(server.url);
    await session.api.auth.login.mutate(server.admin);
    await session.api.zones.create.mutate({ name: 'pretended', provider: 'simulator' });

    office = await open();
    await signIn(office.page, server.admin);
    await office.page.goto('/users');
    await office.page.getByRole('button', { name: 'New user' }).click();
    const form = office.page.getByRole('dialog', { name: 'New user' });
    await form.getByLabel('E-mail address').fill(berta.email);
    await form.getByLabel('Name', { exact: true }).fill(berta.name);
    await form.getByRole('button', { name: 'Create' }).click();
    const shown = office.page.getByRole('dialog', { name: 'Link for Berta' });
    link = await shown.getByText(/\/reset#/).innerText();
    expect(link.startsWith(server.url)).toBe(true);
    await shown.getByRole('button', { name: 'Done' }).click();
    await office.page.getByRole('row', { name: /Berta/ }).waitFor();
  });

  test('by the link one chooses a password, once, and signs in with it', async () => {
    desk = await open();
    const { page } = desk;
    await page.goto(link);
    await page.getByLabel('New password').fill(berta.password);
    // the link stays in no history and on no shared screen
    expect(page.url()).toBe(`${server.url}/reset`);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('Your password is set').waitFor();
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByLabel('E-mail address').waitFor();
    await page.goto(link);
    await page.getByLabel('New password').fill('another good password');
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('This link does not work').waitFor();
    await signIn(page, berta);
  });

  test('in Spanish: the second factor is turned on with an authenticator’s code, and the codes are kept', async () => {
    const { page } = desk;
    await page.getByRole('button', { name: 'Account of Berta' }).click();
    await page.getByLabel('Language').selectOption('Español');
    await page.getByRole('heading', { name: 'Hola, Berta' }).waitFor();
    await page.goto('/account/security');
    await page.getByRole('button', { name: 'Configurar' }).click();
    const panel = page.getByRole('dialog', { name: 'Segundo factor' });
    await panel.getByLabel('Contraseña actual').fill(berta.password);
    await panel.getByRole('button', { name: 'Continuar' }).click();
    await panel.getByRole('img', { name: 'Código QR del secreto' }).waitFor();
    code = authenticator(await panel.getByText(/^[A-Z2-7]{32}$/).innerText());
    await panel.getByLabel('Código', { exact: true }).fill(await code());
    await panel.getByRole('button', { name: 'Activar' }).click();

    const codes = page.getByRole('dialog', { name: 'Códigos de recuperación' });
    await codes.getByRole('listitem').first().waitFor();
    recoveryCodes = await codes.getByRole('listitem').allInnerTexts();
    const download = page.waitForEvent('download');
    await codes.getByRole('button', { name: 'Descargar' }).click();
    const file = await readFile(await (await download).path(), 'utf8');
    expect(file).toContain(berta.email);
    expect(file.trimEnd().split('\n').slice(-recoveryCodes.length)).toEqual(recoveryCodes);
    expect(await codes.getByRole('button', { name: 'Listo' }).isDisabled()).toBe(true);
    await codes.getByLabel('Los he guardado en un lugar seguro').check();
    await codes.getByRole('button', { name: 'Listo' }).click();
    await codes.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Códigos de recuperación nuevos' }).waitFor();
    await screenshot(page, 'security');
  });

  test('in Spanish: signing in asks for a code', async () => {
    const { page } = desk;
    await signOut(page, spanish);
    await passwordInSpanish(page);
    const given = await code();
    await page.getByLabel('Código', { exact: true }).fill(given);
    await page.getByRole('button', { name: 'Iniciar sesión' }).click();
    await page.getByRole('heading', { name: 'Hola, Berta' }).waitFor();
    await signOut(page, spanish);
    // who has looked over the shoulder comes too late
    await passwordInSpanish(page);
    await page.getByLabel('Código', { exact: true }).fill(given);
    await page.getByRole('button', { name: 'Iniciar sesión' }).click();
    await page.getByText('Este código no es correcto o ya se usó.').waitFor();
  });

  test('in Spanish: a recovery code stands in for the app', async () => {
    const { page } = desk;
    await page.getByRole('button', { name: 'Usar un código de recuperación' }).click();
    await page.getByLabel('Código de recuperación').fill(recoveryCodes[0] ?? '');
    await page.getByRole('button', { name: 'Iniciar sesión' }).click();
    await page.getByRole('heading', { name: 'Hola, Berta' }).waitFor();
    await page.getByRole('button', { name: 'Cuenta de Berta' }).click();
    await page.getByLabel('Idioma').selectOption('English');
    await page.getByRole('heading', { name: 'Hello, Berta' }).waitFor();
  });

  test('a token is made, shown once, and lets a program do what it is for and nothing else', async () => {
    const { page } = desk;
    await page.goto('/account/tokens');
    await page.getByRole('button', { name: 'New token' }).click();
    const form = page.getByRole('dialog', { name: 'New token' });
    await form.getByLabel('Name', { exact: true }).fill('ci');
    for (const area of ['Templates', 'Slices', 'Catalogue'])
      await form
        .getByRole('radiogroup', { name: area })
        .getByText(area === 'Slices' ? 'Manage' : 'Read', { exact: true })
        .click();
    await form.getByRole('button', { name: 'Create token' }).click();
    const made = page.getByRole('dialog', { name: 'The token ci' });
    token = await made.getByText(/^trama_pat_/).innerText();
    await made.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByRole('row', { name: /^ci .*Never/ }).waitFor();

    const listed = await call('templates.list', {});
    expect(listed).toMatchObject({ status: 200 });
    expect(JSON.parse(listed.text)).toMatchObject({ result: { data: { items: [] } } });
    expect(await call('auth.sessions', undefined)).toMatchObject({ status: 403 });
    await page.reload();
    await page.getByRole('row', { name: /^ci .*127\.0\.0\.1/ }).waitFor();
    expect(await page.content()).not.toContain(token);
  });

  test('a template is drawn; a slice of it is deployed, another one stays a draft', async () => {
    const { page } = desk;
    await drawPreset(page, { name: 'pair', shape: 'Line', size: 2 });
    await createSliceIn(page, { template: 'pair', zone: 'pretended', name: 'spare' });
    lab = await createSliceIn(page, { template: 'pair', zone: 'pretended', name: 'lab' });
    await sliceAction(page, 'Deploy').click();
    await untilSlice(page, 'Active', 60_000);
  });

  test('two sessions are seen; the other one is revoked, and its page is led to the sign-in', async () => {
    const phone = await open();
    await phone.page.goto(`/login?from=${encodeURIComponent(lab)}`);
    await phone.page.getByLabel('E-mail address').fill(berta.email);
    await phone.page.getByLabel('Password', { exact: true }).fill(berta.password);
    await phone.page.getByRole('button', { name: 'Sign in' }).click();
    await phone.page.getByLabel('Code', { exact: true }).fill(await code());
    await phone.page.getByRole('button', { name: 'Sign in' }).click();
    await phone.page.getByText('Live', { exact: true }).waitFor();

    const { page } = desk;
    await page.goto('/account/sessions');
    const rows = page.getByRole('table', { name: 'Your sessions, the last used first' }).getByRole('row');
    const other = rows.filter({ has: page.getByRole('cell') }).filter({ hasNotText: 'This one' });
    await other.waitFor();
    expect(await rows.count()).toBe(3);
    await other.getByRole('button', { name: /^Actions for / }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
    await other.waitFor({ state: 'detached' });

    await phone.page.getByRole('button', { name: 'Sign in' }).waitFor({ timeout: endingMs });
    expect(new URL(phone.page.url()).searchParams.get('from')).toBe(lab);
    await phone.context.close();
  });

  test('who gets a template sees it, and makes a copy to change it', async () => {
    guest = await open();
    await register(guest.page, carla);
    const { page } = desk;
    await page.goto('/templates');
    await rowAction(page, 'pair', 'Share…');
    const panel = page.getByRole('dialog', { name: 'Share “pair”' });
    await panel.getByLabel('E-mail address').fill(carla.email);
    await panel.getByRole('button', { name: 'Share' }).click();
    await panel.getByRole('listitem').filter({ hasText: 'Carla' }).waitFor();

    await guest.page.goto('/templates');
    await guest.page.getByText('Shared with me', { exact: true }).click();
    await guest.page.getByRole('link', { name: 'pair' }).click();
    await guest.page.getByText('Read only', { exact: true }).waitFor();
    await guest.page.getByRole('button', { name: 'Duplicate to edit' }).waitFor();
  });

  test('who gets a slice can do what the share says, and nothing else', async () => {
    await guest.page.goto(lab);
    await guest.page.getByText('There is no such slice').waitFor();

    const { page } = desk;
    await page.goto(lab);
    await page.getByRole('button', { name: 'Share…' }).click();
    const panel = page.getByRole('dialog', { name: 'Share “lab”' });
    await panel.getByLabel('E-mail address').fill(carla.email);
    await panel.getByRole('button', { name: 'Share' }).click();
    const level = panel.getByLabel('What Carla may');
    await level.waitFor();

    const deeds = ['Stop', 'Reboot', 'Destroy'] as const;
    const offered = async () => {
      await guest.page.goto(lab);
      await guest.page.getByText('Live', { exact: true }).waitFor();
      const found: string[] = [];
      for (const deed of deeds) if (await isOffered(sliceAction(guest.page, deed))) found.push(deed);
      for (const deed of ['Share…', 'Rename slice', 'Leave'])
        if (await isOffered(guest.page.getByRole('button', { name: deed }))) found.push(deed);
      return found;
    };
    expect(await offered()).toEqual(['Leave']);
    await level.selectOption('operate it');
    await expect.poll(() => level.isEnabled()).toBe(true);
    expect(await offered()).toEqual(['Stop', 'Reboot', 'Leave']);
    await sliceAction(guest.page, 'Stop').click();
    await untilSlice(guest.page, 'Stopped', 60_000);
    await untilSlice(page, 'Stopped', 60_000);
  });

  test('a share that ends takes the slice off the screen of who watches it', async () => {
    const { page } = desk;
    await page
      .getByRole('dialog', { name: 'Share “lab”' })
      .getByRole('button', { name: 'Do not share with Carla any more' })
      .click();
    await guest.page.getByText('There is no such slice').waitFor({ timeout: endingMs });
  });

  test('over a quota, the plan says which and by how much, and destroying goes on', async () => {
    await openBerta(office.page);
    await office.page.getByRole('button', { name: 'Change…' }).click();
    const form = office.page.getByRole('dialog', { name: 'Quota of Berta' });
    await form.getByLabel('Limit of VMs').selectOption('Number');
    await form.getByLabel('How much: VMs').fill('3');
    await form.getByText(/^4 in use\. Below what is in use/).waitFor();
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    // the keyboard is back where the panel was opened
    await expect.poll(() => office.page.evaluate(() => document.activeElement?.textContent)).toBe('Change…');

    const { page } = desk;
    const panel = await openNewSlice(page, { template: 'pair', zone: 'pretended' });
    await panel.getByText('Over the quota of VMs: 3 allowed, 4 in use, 2 more asked for.').waitFor();
    expect(await panel.getByRole('button', { name: 'Create slice' }).isDisabled()).toBe(true);
    await screenshot(page, 'over-quota');
    // a program that does not ask first is refused, too
    const zones: { result: { data: { items: { id: number; name: string }[] } } } = JSON.parse(
      (await call('zones.list', undefined)).text,
    );
    const templates: { result: { data: { items: { id: number }[] } } } = JSON.parse(
      (await call('templates.list', {})).text,
    );
    const refused = await call(
      'slices.create',
      {
        name: 'one more',
        templateId: templates.result.data.items[0]?.id,
        zoneId: zones.result.data.items.find(({ name }) => name === 'pretended')?.id,
        idempotencyKey: 'one-more-slice-of-berta',
      },
      'POST',
    );
    expect(refused.text).toContain('QUOTA_EXCEEDED');

    await page.goto(lab);
    await sliceAction(page, 'Destroy').click();
    await page.getByRole('button', { name: 'Destroy slice' }).click();
    await untilSlice(page, 'Destroyed', 60_000);
  });

  test('the audit log has all of it, with the token that was refused, and is exported', async () => {
    const { page } = office;
    await openBerta(page);
    await page.getByRole('link', { name: 'Their activity' }).click();
    const table = page.getByRole('table', { name: 'Audit log, newest first' });
    await table.getByRole('row', { name: /^Create slice.*Token ci.*Refused/ }).waitFor();
    await table.getByRole('row', { name: /^Use a recovery code/ }).waitFor();
    await screenshot(page, 'audit');
    await page.getByRole('button', { name: 'Export' }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'As CSV' }).click();
    const saved = await download;
    expect(saved.suggestedFilename()).toMatch(/^audit-log-\d{4}-\d{2}-\d{2}\.csv$/);
    const [header, ...lines] = (await readFile(await saved.path(), 'utf8')).trimEnd().split('\r\n');
    const columns = header?.split(',') ?? [];
    expect(columns.slice(0, 6)).toEqual(['id', 'at', 'user_id', 'user_email', 'user_name', 'action']);
    // only the details, and what stands behind them, may hold commas
    const rows = lines.map((line) => {
      const cells = line.split(',');
      return Object.fromEntries(columns.map((name, place) => [name, cells[place]]));
    });
    expect(new Set(rows.map((row) => row['user_email']))).toEqual(new Set([berta.email]));
    const deeds = rows.filter((row) => row['result'] === 'OK').map((row) => row['action']);
    expect(deeds).toEqual(
      expect.arrayContaining([
        'auth.enable-second-factor',
        'auth.recovery-code-used',
        'tokens.create',
        'slices.create',
        'auth.revoke-session',
        'templates.share',
        'slices.share',
        'slices.unshare',
        'deployments.start',
      ]),
    );
    expect(rows).toContainEqual(
      expect.objectContaining({ action: 'slices.create', token_name: 'ci', result: 'QUOTA_EXCEEDED' }),
    );
    // oldest first, each once
    const ids = rows.map((row) => Number(row['id']));
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
  });

  test('the account is deleted, what it had goes to somebody else, and nothing of it is worth anything', async () => {
    await desk.page.goto('/slices');
    await desk.page.getByRole('link', { name: 'spare' }).waitFor();

    const { page } = office;
    await openBerta(page);
    await page.getByRole('button', { name: 'Delete…' }).click();
    const panel = page.getByRole('dialog', { name: 'Delete Berta?' });
    await panel.getByRole('combobox', { name: 'To whom' }).fill('carl');
    await page.getByRole('option', { name: /Carla/ }).click();
    await panel.getByRole('button', { name: 'Delete account' }).click();
    await page.getByText('Berta is deleted.').waitFor();
    await page.getByRole('row', { name: /Berta/ }).waitFor({ state: 'detached' });

    await guest.page.goto('/slices');
    await guest.page.getByRole('row', { name: /spare Draft/ }).waitFor();
    await guest.page.goto('/templates');
    await guest.page.getByRole('link', { name: 'pair' }).waitFor();
    expect(await call('templates.list', {})).toMatchObject({ status: 401 });
    await desk.page.getByRole('button', { name: 'Sign in' }).waitFor({ timeout: endingMs });
  });

  test('no page broke the content security policy', () => {
    expect(people.flatMap(({ complaints }) => complaints)).toEqual([]);
  });
});
