import http from 'node:http';
import { once } from 'node:events';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSession, untilDeployed, type ApiSession } from '../rig/api';
import { launchBrowser } from './browser';
import { openPerson, signIn } from './pages';
import { freePort, makeDataDir, removeDataDir, startTrama, type TramaServer } from '../rig/trama-server';

/** What would run, or show, if any of it were taken for markup, for a script, an address or a template of texts. */
const markup = `<img src=x onerror="window.pwned=1" data-pwned><script>window.pwned=1</script>`;
/** The same for names, which may hold no angle brackets. */
const quoted = `"' onmouseover=window.pwned=1 x`;
const entity = '&lt;img src=x data-pwned&gt;';
const braces = '{{constructor}} $t(signIn) ${1}';

/** Attacks that only a browser can show: what is written by some, as it is shown to others. */
describe('in Chromium', () => {
  let dataDir: string;
  let server: TramaServer;
  let browser: Browser;
  let api: ApiSession;
  let page: Page;
  let context: BrowserContext;
  let complaints: string[];
  let admin: { email: string; password: string };
  const ids = { template: 0, slice: 0, user: 0 };

  beforeAll(async () => {
    dataDir = await makeDataDir();
    browser = await launchBrowser();
    server = await startTrama({ dataDir, port: await freePort(), env: { TRAMA_SIMULATOR: '1' } });
    admin = server.admin ?? { email: '', password: '' };
    api = openSession(server.url);
    await api.api.auth.login.mutate(admin);
    await fill();
    ({ page, context, complaints } = await openPerson(browser, server.url));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
        console.error(`Content Security Policy: ${violatedDirective} ${blockedURI}`);
      });
    });
    await signIn(page, admin);
  });
  afterAll(async () => {
    await browser.close();
    await server?.stop();
    await removeDataDir(dataDir);
  });

  /** Everything that has a name or a text, with one that would do harm. */
  async function fill(): Promise<void> {
    const { api: call } = api;
    const size = { vcpus: 1, ramMb: 128, diskGb: 1 };
    await call.flavours.create.mutate({ name: quoted, ...size });
    await call.flavours.create.mutate({ name: entity, ...size });
    await call.images.create.mutate({
      name: quoted,
      description: markup,
      kind: 'kernel',
      source: `/images/${markup.replaceAll('/', '')}`,
      readyMarker: markup.slice(0, 60),
    });
    const zone = await call.zones.create.mutate({ name: quoted, provider: 'simulator' });
    const vm = { flavourId: 1, imageId: 1, internet: false, forwards: [], y: 0 };
    const template = await call.templates.create.mutate({
      name: quoted,
      description: markup,
      topology: {
        vms: [{ ...vm, key: 'a', name: 'a', x: 0 }],
        networks: [{ key: 'n', name: quoted, x: 200, y: 0 }],
        edges: [{ key: 'e', source: 'a', target: 'n' }],
      },
    });
    ids.template = template.id;
    await call.templates.create.mutate({ name: entity, description: braces, topology: template.topology });
    const slice = await call.slices.create.mutate({ name: quoted, templateId: template.id, zoneId: zone.id });
    ids.slice = slice.id;
    const { id } = await call.deployments.start.mutate({ sliceId: slice.id, kind: 'deploy' });
    await untilDeployed(api, slice.id, id);
    await call.slices.create.mutate({ name: braces, templateId: template.id, zoneId: zone.id });
    await call.tokens.create.mutate({ name: quoted, scopes: ['read'] });
    const { user } = await call.users.create.mutate({ email: 'eve@example.org', name: quoted, role: 'user' });
    ids.user = user.id;
    await call.users.createService.mutate({ name: entity, role: 'user' });
    // a browser that names itself so stands in the list of sessions
    await fetch(`${server.url}/trpc/auth.login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': markup },
      body: JSON.stringify(admin),
    });
  }

  /** Nothing that was written has become an element or has run. */
  async function harmless(): Promise<void> {
    expect(await page.locator('[data-pwned], img[src="x"], [onmouseover], [onerror]').count()).toBe(0);
    expect(await page.evaluate(() => 'pwned' in window)).toBe(false);
    expect(complaints).toEqual([]);
  }

  test.each<[string, () => string, string]>([
    ['templates', () => '/templates', quoted],
    ['the editor', () => `/templates/${ids.template}`, ''],
    ['slices', () => '/slices', quoted],
    ['a slice', () => `/slices/${ids.slice}`, quoted],
    ['flavours', () => '/flavours', entity],
    ['images', () => '/images', quoted],
    ['zones', () => '/zones', quoted],
    ['users', () => '/users', quoted],
    ['a user', () => `/users/${ids.user}`, quoted],
    ['the audit log', () => '/audit', ''],
    ['one’s account', () => '/account', ''],
    ['one’s sessions', () => '/account/sessions', ''],
    ['one’s tokens', () => '/account/tokens', quoted],
    ['home', () => '/', ''],
    ['what is not there', () => `/${encodeURIComponent(markup)}?x=${encodeURIComponent(markup)}#${markup}`, ''],
  ])('what others wrote is only text on the page of %s', async (_name, path, shown) => {
    await page.goto(path());
    await page.getByRole('heading').first().waitFor();
    // as it was written, not what it would mean
    if (shown !== '') await page.getByText(shown).first().waitFor();
    await page.mouse.move(300, 300);
    await page.mouse.move(600, 400);
    await harmless();
  });

  test('a file’s name, and what is wrong in it, are only text', async () => {
    await page.goto('/templates');
    for (const [name, text] of [
      [`${markup.replaceAll('/', '')}.json`, markup],
      [
        `${markup.replaceAll('/', '')}.json`,
        `{"format":"trama","version":1,"name":"x","vms":[],${JSON.stringify(markup)}:1}`,
      ],
      [`x.json`, `{"format":"trama","version":1,"name":${JSON.stringify(markup)},"vms":[]}`],
    ] as const) {
      const chooser = page.waitForEvent('filechooser');
      await page.getByRole('button', { name: 'Import' }).click();
      await (await chooser).setFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
      await page.getByText('was not imported.').first().waitFor();
      await harmless();
      await page.reload();
    }
  });

  test('a page of another port on this machine, where the cookie goes along, can do nothing', async () => {
    // the same site for the browser, but another origin: SameSite does not help here
    const target = new URL(server.url).origin;
    const victim = ids.template;
    const evil = http.createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>evil</title>
        <iframe id="frame" src="${target}/"></iframe>
        <form id="urlencoded" method="post" action="${target}/trpc/templates.delete"><input name="id" value="${victim}"></form>
        <form id="text" method="post" enctype="text/plain" action="${target}/trpc/templates.delete">
          <input name='{"id":${victim},"x":"' value='"}'></form>
        <form id="multipart" method="post" enctype="multipart/form-data" action="${target}/trpc/templates.delete">
          <input name="id" value="${victim}"></form>`);
    });
    evil.listen(0, 'localhost');
    await once(evil, 'listening');
    const address = evil.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const other = await context.newPage();
    try {
      const home = `http://localhost:${address.port}/`;
      for (const form of ['urlencoded', 'text', 'multipart']) {
        await other.goto(home);
        await other.evaluate((id) => {
          const element = document.getElementById(id);
          if (element instanceof HTMLFormElement) element.submit();
        }, form);
        await other.waitForURL(/templates\.delete$/);
        expect(await other.locator('body').innerText(), form).toContain('"code":"FORBIDDEN"');
      }
      await other.goto(home);
      const outcomes = await other.evaluate(
        async ({ target: at, id }) => {
          const call = (init: RequestInit) =>
            fetch(`${at}/trpc/templates.delete`, {
              method: 'POST',
              credentials: 'include',
              body: JSON.stringify({ id }),
              ...init,
            }).then(
              (response) => response.type,
              () => 'refused',
            );
          return [
            await call({ headers: { 'content-type': 'application/json' } }),
            await call({ headers: { 'content-type': 'text/plain' } }),
            await call({ mode: 'no-cors', headers: { 'content-type': 'text/plain' } }),
            await fetch(`${at}/trpc/templates.list?input=%7B%7D`, { credentials: 'include' }).then(
              () => 'read',
              () => 'refused',
            ),
            document.querySelector<HTMLIFrameElement>('#frame')?.contentDocument === null
              ? 'opaque frame'
              : 'open frame',
          ];
        },
        { target, id: victim },
      );
      expect(outcomes).toEqual(['refused', 'refused', 'refused', 'refused', 'opaque frame']);
    } finally {
      await other.close();
      evil.close();
      evil.closeAllConnections();
    }
    expect((await api.api.templates.get.query({ id: victim })).name).toBe(quoted);
  });
});
