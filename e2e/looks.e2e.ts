import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openSession, type ApiSession } from '../rig/api';
import { freePort, makeDataDir, removeDataDir, startTrama, type TramaServer } from '../rig/trama-server';
import { launchBrowser } from './browser';
import { findingsOf, wide } from './looks-page';
import { openPerson, register, signIn, sliceAction } from './pages';

const ana = { name: 'Ana', email: 'ana@example.org', password: 'correct horse battery' };

/** Every page and what opens on it, in both schemes, wide and narrow, read by axe-core and measured. */
describe('how the pages look', () => {
  let dataDir: string;
  let server: TramaServer;
  let browser: Browser;
  let api: ApiSession;
  /** Of an administrator who has everything, a newcomer who has nothing, and somebody who is not signed in. */
  let office: Page;
  let fresh: Page;
  let stranger: Page;
  const complaints: string[][] = [];
  const ids = { template: 0, slice: 0, draft: 0, broken: 0, user: 0, webhook: 0 };

  async function open(): Promise<Page> {
    const person = await openPerson(browser, server.url);
    complaints.push(person.complaints);
    return person.page;
  }

  beforeAll(async () => {
    dataDir = await makeDataDir();
    browser = await launchBrowser();
    server = await startTrama({ dataDir, port: await freePort(), env: { TRAMA_SIMULATOR: '1' } });
    const admin = server.admin ?? { email: '', password: '' };
    api = openSession(server.url);
    await api.api.auth.login.mutate(admin);
    await fill();
    [office, fresh, stranger] = [await open(), await open(), await open()];
    await signIn(office, admin);
    await register(fresh, ana);
  });
  afterAll(async () => {
    await browser.close();
    await server?.stop();
    await removeDataDir(dataDir);
  });

  async function deploy(sliceId: number): Promise<void> {
    const { id } = await api.api.deployments.start.mutate({ sliceId, kind: 'deploy' });
    const ended = ['succeeded', 'failed'];
    const status = async () => (await api.api.deployments.get.query({ id })).status;
    await vi.waitUntil(async () => ended.includes(await status()), { timeout: 60_000, interval: 200 });
  }

  async function fill(): Promise<void> {
    const { api: call } = api;
    const zone = await call.zones.create.mutate({ name: 'pretended', provider: 'simulator' });
    const vm = {
      flavourId: 1,
      imageId: 1,
      internet: true,
      forwards: [{ protocol: 'tcp' as const, guestPort: 80 }],
      y: 0,
    };
    const topology = (name: string) => ({
      vms: [
        { ...vm, key: 'a', name: 'web', x: 0 },
        { ...vm, key: 'b', name, x: 260 },
      ],
      networks: [{ key: 'n', name: 'backbone', x: 130, y: 200 }],
      edges: [
        { key: 'e', source: 'a', target: 'n' },
        { key: 'f', source: 'a', target: 'b' },
      ],
    });
    const template = await call.templates.create.mutate({
      name: 'lab',
      description: 'Two of them',
      topology: topology('db'),
    });
    const failing = await call.templates.create.mutate({ name: 'failing', topology: topology('fail-start') });
    ids.template = template.id;
    const make = async (name: string, templateId: number) =>
      (await call.slices.create.mutate({ name, templateId, zoneId: zone.id })).id;
    ids.slice = await make('running', template.id);
    ids.draft = await make('draft', template.id);
    ids.broken = await make('broken', failing.id);
    await deploy(ids.slice);
    await deploy(ids.broken);
    const events = ['deployment.failed', 'slice.degraded'] as const;
    const url = 'https://127.0.0.1:9/hook';
    ids.webhook = (await call.webhooks.create.mutate({ name: 'hall', url, events: [...events] })).webhook.id;
    await call.webhooks.test.mutate({ id: ids.webhook });
    await call.tokens.create.mutate({ name: 'ci', scopes: ['read'] });
    const blob = 'AAAAC3NzaC1lZDI1NTE5AAAAIP1rt24pWRcXVqpuM15Vl7ROEWqrsD9R0tPFWZIstnBS';
    await call.sshKeys.create.mutate({ text: `ssh-ed25519 ${blob} ada@laptop` });
    ids.user = (await call.users.create.mutate({ email: 'eve@example.org', name: 'Eve', role: 'user' })).user.id;
  }

  const at = (who: () => Page, path: () => string, then?: (page: Page) => Promise<void>) => async (): Promise<Page> => {
    const page = who();
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize(wide);
    await page.goto(path());
    await page.getByRole('heading').or(page.getByLabel('Template name')).first().waitFor();
    await page.waitForLoadState('load');
    await then?.(page);
    return page;
  };
  const press = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click();
  const dialog = async (page: Page) => page.getByRole('dialog').first().waitFor();

  const places: [string, () => Promise<Page>][] = [
    [
      'sign-in',
      at(
        () => stranger,
        () => '/login',
      ),
    ],
    [
      'registration',
      at(
        () => stranger,
        () => '/register',
      ),
    ],
    [
      'a password’s link',
      at(
        () => stranger,
        () => '/reset',
      ),
    ],
    [
      'home',
      at(
        () => office,
        () => '/',
      ),
    ],
    [
      'a newcomer’s home',
      at(
        () => fresh,
        () => '/',
      ),
    ],
    [
      'templates',
      at(
        () => office,
        () => '/templates',
        (page) => page.getByRole('row', { name: /lab/ }).waitFor(),
      ),
    ],
    [
      'no templates',
      at(
        () => fresh,
        () => '/templates',
      ),
    ],
    [
      'a row’s menu',
      at(
        () => office,
        () => '/templates',
        press('Actions for lab'),
      ),
    ],
    [
      'a new slice',
      at(
        () => office,
        () => `/slices?panel=new`,
        dialog,
      ),
    ],
    [
      'a new template',
      at(
        () => office,
        () => '/templates/new',
      ),
    ],
    [
      'the editor',
      at(
        () => office,
        () => `/templates/${ids.template}`,
        (page) => page.getByRole('button', { name: /^VM web/ }).click(),
      ),
    ],
    [
      'presets',
      at(
        () => office,
        () => '/templates/new',
        press('Presets'),
      ),
    ],
    [
      'slices',
      at(
        () => office,
        () => '/slices',
        (page) => page.getByRole('row', { name: /\bdraft\b/ }).waitFor(),
      ),
    ],
    [
      'no slices',
      at(
        () => fresh,
        () => '/slices',
      ),
    ],
    [
      'a slice',
      at(
        () => office,
        () => `/slices/${ids.slice}`,
        (page) => page.getByRole('button', { name: /^VM web/ }).waitFor(),
      ),
    ],
    [
      'a VM of a slice',
      at(
        () => office,
        () => `/slices/${ids.slice}`,
        (page) => page.getByRole('button', { name: /^VM web/ }).click(),
      ),
    ],
    [
      'the tab VMs of a slice',
      at(
        () => office,
        () => `/slices/${ids.broken}`,
        (page) => page.getByRole('tab', { name: 'VMs' }).click(),
      ),
    ],
    [
      'the tab Steps of a slice',
      at(
        () => office,
        () => `/slices/${ids.broken}`,
        (page) => page.getByRole('tab', { name: 'Steps' }).click(),
      ),
    ],
    [
      'the tab Events of a slice',
      at(
        () => office,
        () => `/slices/${ids.broken}`,
        (page) => page.getByRole('tab', { name: 'Events' }).click(),
      ),
    ],
    [
      'a draft',
      at(
        () => office,
        () => `/slices/${ids.draft}`,
      ),
    ],
    [
      'a slice that failed',
      at(
        () => office,
        () => `/slices/${ids.broken}`,
      ),
    ],
    [
      'the question before a slice is destroyed',
      at(
        () => office,
        () => `/slices/${ids.slice}`,
        async (page) => {
          await sliceAction(page, 'Destroy').click();
          await dialog(page);
        },
      ),
    ],
    [
      'a slice that is not there',
      at(
        () => fresh,
        () => `/slices/${ids.slice}`,
      ),
    ],
    [
      'a template that is not there',
      at(
        () => fresh,
        () => `/templates/${ids.template}`,
      ),
    ],
    [
      'a page that is not there',
      at(
        () => fresh,
        () => '/nowhere',
      ),
    ],
    [
      'flavours',
      at(
        () => office,
        () => '/flavours',
      ),
    ],
    [
      'a new flavour',
      at(
        () => office,
        () => '/flavours?panel=new',
        dialog,
      ),
    ],
    [
      'images',
      at(
        () => office,
        () => '/images',
      ),
    ],
    [
      'a new image',
      at(
        () => office,
        () => '/images?panel=new',
        dialog,
      ),
    ],
    [
      'zones',
      at(
        () => office,
        () => '/zones',
      ),
    ],
    [
      'a new zone',
      at(
        () => office,
        () => '/zones?panel=new',
        dialog,
      ),
    ],
    [
      'a zone’s server',
      at(
        () => office,
        () => '/zones?panel=server-1',
        dialog,
      ),
    ],
    [
      'users',
      at(
        () => office,
        () => '/users',
      ),
    ],
    [
      'a new user',
      at(
        () => office,
        () => '/users?panel=person',
        dialog,
      ),
    ],
    [
      'quotas',
      at(
        () => office,
        () => '/users?panel=quotas',
        dialog,
      ),
    ],
    [
      'a user',
      at(
        () => office,
        () => `/users/${ids.user}`,
      ),
    ],
    [
      'users for who may not see them',
      at(
        () => fresh,
        () => '/users',
      ),
    ],
    [
      'the audit log',
      at(
        () => office,
        () => '/audit',
      ),
    ],
    [
      'an account',
      at(
        () => office,
        () => '/account',
      ),
    ],
    [
      'its security',
      at(
        () => office,
        () => '/account/security',
      ),
    ],
    [
      'its sessions',
      at(
        () => office,
        () => '/account/sessions',
      ),
    ],
    [
      'its tokens',
      at(
        () => office,
        () => '/account/tokens',
      ),
    ],
    [
      'a new token',
      at(
        () => office,
        () => '/account/tokens?panel=new',
        dialog,
      ),
    ],
    [
      'its webhooks',
      at(
        () => office,
        () => '/account/webhooks',
        (page) => page.getByRole('row', { name: /hall/ }).waitFor(),
      ),
    ],
    [
      'no webhooks',
      at(
        () => fresh,
        () => '/account/webhooks',
      ),
    ],
    [
      'a new webhook',
      at(
        () => office,
        () => '/account/webhooks?panel=new',
        dialog,
      ),
    ],
    [
      'a webhook to be edited',
      at(
        () => office,
        () => `/account/webhooks?panel=edit-${ids.webhook}`,
        dialog,
      ),
    ],
    [
      'the calls of a webhook',
      at(
        () => office,
        () => `/account/webhooks?panel=calls-${ids.webhook}`,
        async (page) => {
          await page.getByText('at an address that webhooks may not call').first().waitFor();
          await page.getByText('Details').first().click();
        },
      ),
    ],
    [
      'its SSH keys',
      at(
        () => office,
        () => '/account/ssh-keys',
        (page) => page.getByText('SHA256:').waitFor(),
      ),
    ],
    [
      'SSH keys to be added',
      at(
        () => fresh,
        () => '/account/ssh-keys?panel=new',
        dialog,
      ),
    ],
    [
      'its activity',
      at(
        () => office,
        () => '/account/activity',
      ),
    ],
  ];

  test.each(places)('axe-core, small text, crooked columns and sideways scrolling: %s', async (name, go) => {
    expect(await findingsOf(await go(), name)).toEqual([]);
  });

  test('what the first page loads was 244 KiB, and may be 200: page, scripts and styles', async () => {
    const { page, context } = await openPerson(browser, server.url);
    await page.goto('/login', { waitUntil: 'load' });
    const sizes = await page.evaluate(() =>
      [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].flatMap((entry) =>
        entry instanceof PerformanceResourceTiming &&
        // what is there for later is asked for when the page rests
        (entry instanceof PerformanceNavigationTiming ||
          document.querySelector(
            `head [href="${new URL(entry.name).pathname}"]:not([as="font"]), head [src="${new URL(entry.name).pathname}"]`,
          ) !== null)
          ? [entry.encodedBodySize]
          : [],
      ),
    );
    await context.close();
    // the page itself, two scripts, a sheet and the icon
    expect(sizes.length).toBeGreaterThanOrEqual(4);
    expect(sizes.reduce((sum, size) => sum + size, 0) / 1024).toBeLessThanOrEqual(200);
  });

  test('every page is set in our own font, and the content security policy has nothing to say', async () => {
    expect(await office.evaluate(() => document.fonts.check('16px "Inter Variable"'))).toBe(true);
    const faces = await office.evaluate(() =>
      Array.from(document.fonts, ({ family, status }) => `${family} ${status}`),
    );
    expect(faces).toContain('Inter Variable loaded');
    expect(complaints.flat()).toEqual([]);
  });
});
