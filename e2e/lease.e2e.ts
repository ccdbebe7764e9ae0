import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSession, untilDeployed, type ApiSession } from '../rig/api';
import { freePort, guestsIn, makeDataDir, removeDataDir, startTrama, type TramaServer } from '../rig/trama-server';
import { launchBrowser } from './browser';
import { openPerson, signIn, untilSlice } from './pages';

const bootMs = 240_000;

/** A real VM whose lease ends: warned of before, extended, and ended. */
describe('a lease', () => {
  let dataDir: string;
  let server: TramaServer;
  let browser: Browser;
  let page: Page;
  let session: ApiSession;
  let complaints: string[];

  beforeAll(async () => {
    dataDir = await makeDataDir();
    browser = await launchBrowser();
    server = await startTrama({ dataDir, port: await freePort() });
    if (server.admin === null) throw new Error('The first start has told no account.');
    session = openSession(server.url);
    await session.api.auth.login.mutate(server.admin);
    ({ page, complaints } = await openPerson(browser, server.url));
    await signIn(page, server.admin);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await removeDataDir(dataDir);
  });

  test('is as long as its zone allows, warned of, extended by a click, and ends with the VM stopped', async () => {
    const { api } = session;
    // the limit of the zone, by its page
    await page.goto('/zones');
    await page.getByRole('button', { name: 'Leases and idle slices…' }).click();
    const limits = page.getByRole('dialog', { name: 'Leases and idle slices' });
    await limits.getByLabel('Longest lease').fill('soon');
    const save = limits.getByRole('button', { name: 'Save', exact: true });
    await save.click();
    await limits.getByText('A length like 30 min, 8 h, 2 d or 1 w.').waitFor();
    await limits.getByLabel('Longest lease').fill('30 min');
    await limits.getByLabel('Warned of before its end').fill('29 min');
    await save.click();
    await page.getByText('The limit is saved.').waitFor();

    const [flavour] = (await api.flavours.list.query({})).items;
    const [image] = (await api.images.list.query({})).items;
    const [zone] = (await api.zones.list.query()).items;
    if (flavour === undefined || image === undefined || zone === undefined) throw new Error('the catalogue is empty');
    const vm = { key: 'vm1', name: 'vm1', flavourId: flavour.id, imageId: image.id, x: 0, y: 0 };
    const template = await api.templates.create.mutate({
      name: 'One',
      topology: { vms: [vm], networks: [], edges: [] },
    });
    const slice = await api.slices.create.mutate({ name: 'leased', templateId: template.id, zoneId: zone.id });
    const sliceId = slice.id;
    const { id } = await api.deployments.start.mutate({ sliceId, kind: 'deploy' });
    await untilDeployed(session, sliceId, id);

    // the warning, which comes one minute after the slice was made, and the click that takes it away
    await page.goto(`/slices/${sliceId}`);
    const warning = page.getByRole('status').filter({ hasText: 'The lease ends soon' });
    await warning.getByText('then it is stopped').waitFor({ timeout: bootMs });
    await warning.getByRole('button', { name: 'Extend' }).click();
    await warning.waitFor({ state: 'detached' });
    const { events } = { events: (await api.slices.events.query({ sliceId })).items.map(({ data }) => data) };
    expect(events.flatMap((data) => (data.type === 'slice.lease' ? [data.what] : []))).toEqual(['extended', 'warned']);
    expect((await guestsIn(dataDir)).size).toBe(1);

    // its owner has it end in a minute: that is a warning, too
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    await api.leases.set.mutate({ id: sliceId, expiresAt, atEnd: 'stop' });
    await warning.waitFor();
    await untilSlice(page, 'Stopped', bootMs);
    await page.getByRole('status').filter({ hasText: 'The lease has ended' }).waitFor();
    await expect.poll(async () => (await guestsIn(dataDir)).size, { timeout: bootMs }).toBe(0);
    const [newest] = (await api.deployments.list.query({ sliceId, limit: 1 })).items;
    expect(newest).toMatchObject({ kind: 'stop', because: 'leases.set' });

    // nothing of it is started until it is extended
    await expect(api.deployments.start.mutate({ sliceId, kind: 'start' })).rejects.toThrow(/lease of leased has ended/);
    await page.getByRole('button', { name: 'Extend' }).click();
    await page.getByRole('status').filter({ hasText: 'The lease has ended' }).waitFor({ state: 'detached' });
    const again = await api.deployments.start.mutate({ sliceId, kind: 'start' });
    await untilDeployed(session, sliceId, again.id);
    expect(complaints).toEqual([]);
  });
});
