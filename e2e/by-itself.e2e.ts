import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { openSession, untilDeployed, type ApiSession } from '../rig/api';
import { openConsole } from '../rig/console';
import { startSharedDatabase, type SharedDatabase } from '../rig/shared-database';
import { freePort, guestsIn, makeDataDir, removeDataDir, startTrama, type TramaServer } from '../rig/trama-server';
import { launchBrowser } from './browser';
import { openPerson, register, screenshot, signIn, sliceAction, untilSlice } from './pages';

const bootMs = 240_000;
const ana = { name: 'Ana Torres', email: 'ana@example.org', password: 'correct horse battery' };

/** What is done to slices with real VMs when nobody asks for it: each has minutes to wait for, so they wait together. */
describe('by itself', () => {
  let dataDir: string;
  let database: SharedDatabase;
  let server: TramaServer;
  let browser: Browser;
  let admin: ApiSession;
  let zoneId: number;

  beforeAll(async () => {
    [dataDir, database, browser] = await Promise.all([makeDataDir(), startSharedDatabase(), launchBrowser()]);
    server = await startTrama({ dataDir, port: await freePort(), env: { DATABASE_URL: database.url } });
    admin = openSession(server.url);
    await admin.api.auth.login.mutate(account());
    zoneId = (await admin.api.zones.list.query()).items[0]?.id ?? 0;
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await database?.stop();
    await removeDataDir(dataDir);
  });

  const account = () => {
    if (server.admin === null) throw new Error('The first start has told no account.');
    return server.admin;
  };
  const signedIn = async () => {
    const person = await openPerson(browser, server.url);
    await signIn(person.page, account());
    return person;
  };
  const isRunning = async (vm: string) => (await guestsIn(dataDir)).has(vm);
  const newestOf = async ({ api }: ApiSession, sliceId: number) =>
    (await api.deployments.list.query({ sliceId, limit: 1 })).items[0];

  /** A slice of one VM, both of this name. Answers their ids. */
  async function make({ api }: ApiSession, name: string, inZone = zoneId) {
    const document = {
      ...{ format: 'trama', version: 1, name, edges: [] },
      vms: [{ key: 'vm', name, flavour: 'nano', image: 'tiny' }],
    };
    const { template } = await api.templates.import.mutate({ text: JSON.stringify(document) });
    const slice = await api.slices.create.mutate({ name, templateId: template.id, zoneId: inZone });
    return { sliceId: slice.id, vmId: slice.vmList[0]?.id ?? 0 };
  }
  async function deploy(session: ApiSession, sliceId: number): Promise<void> {
    const { id } = await session.api.deployments.start.mutate({ sliceId, kind: 'deploy' });
    await untilDeployed(session, sliceId, id);
  }

  test.concurrent(
    'a lease is as long as its zone allows, warned of, extended by a click, and ends with the VM stopped',
    async ({ expect }) => {
      const { api } = admin;
      const { page, complaints } = await signedIn();
      // the limit of the zone, by its page
      await page.goto('/zones');
      await page.getByRole('button', { name: 'Leases and idle slices…' }).click();
      const limits = page.getByRole('dialog', { name: 'Leases and idle slices' });
      const save = limits.getByRole('button', { name: 'Save', exact: true });
      await limits.getByLabel('Longest lease').fill('soon');
      await save.click();
      await limits.getByText('A length like 30 min, 8 h, 2 d or 1 w.').waitFor();
      await limits.getByLabel('Longest lease').fill('30 min');
      await limits.getByLabel('Warned of before its end').fill('29 min');
      await save.click();
      await page.getByText('The limit is saved.').waitFor();

      const { sliceId } = await make(admin, 'leased');
      await deploy(admin, sliceId);

      // the warning, which comes one minute after the slice was made, and the click that takes it away
      await page.goto(`/slices/${sliceId}`);
      const warning = page.getByRole('status').filter({ hasText: 'The lease ends soon' });
      await warning.getByText('then it is stopped').waitFor({ timeout: bootMs });
      await warning.getByRole('button', { name: 'Extend' }).click();
      await warning.waitFor({ state: 'detached' });
      const told = (await api.slices.events.query({ sliceId })).items.map(({ data }) => data);
      expect(told.flatMap((data) => (data.type === 'slice.lease' ? [data.what] : []))).toEqual(['extended', 'warned']);
      expect(await isRunning('leased')).toBe(true);

      // its owner has it end in a minute: that is a warning, too
      const expiresAt = new Date(Date.now() + 60_000).toISOString();
      await api.leases.set.mutate({ id: sliceId, expiresAt, atEnd: 'stop' });
      await warning.waitFor();
      await untilSlice(page, 'Stopped', bootMs);
      await page.getByRole('status').filter({ hasText: 'The lease has ended' }).waitFor();
      await expect.poll(() => isRunning('leased'), { timeout: bootMs }).toBe(false);
      expect(await newestOf(admin, sliceId)).toMatchObject({ kind: 'stop', because: 'leases.set' });

      // nothing of it is started until it is extended
      await expect(api.deployments.start.mutate({ sliceId, kind: 'start' })).rejects.toThrow(
        /lease of leased has ended/,
      );
      await page.getByRole('button', { name: 'Extend' }).click();
      await page.getByRole('status').filter({ hasText: 'The lease has ended' }).waitFor({ state: 'detached' });
      const again = await api.deployments.start.mutate({ sliceId, kind: 'start' });
      await untilDeployed(admin, sliceId, again.id);
      expect(complaints).toEqual([]);
    },
  );

  test.concurrent(
    'a slice waits in line for a full zone, leaves the line, and is deployed when there is room',
    async ({ expect }) => {
      const { api } = admin;
      const small = await api.zones.create.mutate({
        ...{ name: 'small', provider: 'qemu', overcommit: { vcpus: 1, ram: 1, disk: 1 } },
        // one VM of the smallest flavour
        limits: { vcpus: 1, ramMb: null, diskGb: null },
      });
      await expect
        .poll(async () => (await api.zones.get.query({ id: small.id })).home, { timeout: bootMs })
        .not.toBeNull();
      const holder = await make(admin, 'holder', small.id);
      const waiter = await make(admin, 'waiter', small.id);
      const leaver = await make(admin, 'leaver', small.id);
      await deploy(admin, holder.sliceId);

      const [first, second] = await Promise.all([signedIn(), signedIn()]);
      const waits = async ({ page }: { page: Page }, sliceId: number, place: string) => {
        await page.goto(`/slices/${sliceId}`);
        await page.getByText('Not enough vCPU in zone small').first().waitFor();
        await page.getByRole('button', { name: 'Wait in line' }).click();
        await page.getByRole('status').filter({ hasText: place }).waitFor();
      };
      await waits(first, waiter.sliceId, 'Waits in line for room in zone small: place 1 of 1');
      await waits(second, leaver.sliceId, 'Waits in line for room in zone small: place 2 of 2');
      await screenshot(second.page, 'by-itself-in-line');

      await second.page.getByRole('button', { name: 'Leave the line' }).click();
      await second.page.getByRole('button', { name: 'Wait in line' }).waitFor();
      expect((await api.line.get.query({ sliceId: leaver.sliceId })).place).toBeNull();
      expect([await isRunning('holder'), await isRunning('waiter')]).toEqual([true, false]);

      // what holds the room goes, and nobody does anything else
      await api.deployments.start.mutate({ sliceId: holder.sliceId, kind: 'destroy' });
      await untilSlice(first.page, 'Active', bootMs);
      await first.page.getByRole('status').filter({ hasText: 'Waits in line' }).waitFor({ state: 'detached' });
      expect([await isRunning('holder'), await isRunning('waiter')]).toEqual([false, true]);
      expect(await newestOf(admin, waiter.sliceId)).toMatchObject({ kind: 'deploy', because: 'line.join' });
      // whoever has left stays a draft
      expect((await api.slices.get.query({ id: leaver.sliceId })).status).toBe('draft');
      expect([...first.complaints, ...second.complaints]).toEqual([]);
    },
  );

  test.concurrent(
    'a slice in which nothing happens is told of by the rule of a role, suspended by its own, and resumed as it was',
    async ({ expect }) => {
      const { page, complaints } = await openPerson(browser, server.url);
      await register(page, ana);
      const session = openSession(server.url);
      await session.api.auth.login.mutate({ email: ana.email, password: ana.password });
      // the administrator's rule for the role, which none of the others has, by its page
      const office = await signedIn();
      await office.page.goto('/zones?panel=leases');
      const choose = async (on: Page, field: string, option: string) => {
        await on.getByRole('combobox', { name: field }).click();
        await on.getByRole('option', { name: option, exact: true }).click();
      };
      await choose(office.page, 'Zone or role', 'User');
      const rules = office.page.getByRole('region', { name: 'When nothing happens in a slice' });
      await choose(office.page, 'Then', 'Suggest to end it');
      await rules.getByRole('combobox', { name: 'After' }).fill('5 min');
      await rules.getByRole('button', { name: 'Save the rule' }).click();
      await office.page.getByText('The rule is saved.').waitFor();

      const { sliceId, vmId } = await make(session, 'sleeper');
      await deploy(session, sliceId);
      const guest = await openConsole(session, vmId);
      for (const line of ['', 'echo kept > /tmp/mark', 'echo mar""ked-$(cat /tmp/mark)']) guest.type(line);
      await guest.until(/marked-kept/);
      guest.close();

      // its owner's own rule
      await page.goto(`/slices/${sliceId}`);
      await page.getByRole('button', { name: 'Lease and schedule' }).click();
      await page.getByText('The role of its owner has a rule besides, after 5 min: Suggest to end it.').waitFor();
      await choose(page, 'Then', 'Suspend it');
      await page.getByRole('combobox', { name: 'After' }).fill('10 min');
      await page.getByRole('button', { name: 'Save the rule' }).click();
      await page.getByText('The rule is saved.').waitFor();
      await page.keyboard.press('Escape');

      /** The quiet of so many minutes is lent to the slice; that it is quiet, the server has to see itself at its next look. */
      const lend = (minutes: number) =>
        database.connection.query('update slice_idle set idle_ms = greatest(idle_ms, ?) where slice_id = ?', [
          minutes * 60_000,
          sliceId,
        ]);
      const mark = page.getByRole('status').filter({ hasText: 'Nothing happens in this slice' });
      const isMarked = async () => {
        await lend(5);
        return mark.isVisible();
      };
      await expect.poll(isMarked, { timeout: bootMs, interval: 500 }).toBe(true);
      await screenshot(page, 'by-itself-idle');
      expect(await isRunning('sleeper')).toBe(true);

      const isSuspended = async () => {
        await lend(10);
        return (await session.api.slices.get.query({ id: sliceId })).status;
      };
      await expect.poll(isSuspended, { timeout: bootMs, interval: 500 }).toBe('suspended');
      await untilSlice(page, 'Suspended', bootMs);
      await mark.waitFor({ state: 'detached' });
      expect(await isRunning('sleeper')).toBe(false);
      expect(await newestOf(session, sliceId)).toMatchObject({ kind: 'suspend', because: 'idle.set' });
      const told = (await session.api.notifications.list.query({})).items.map(({ happening }) => happening);
      expect(told.flatMap((one) => (one.kind === 'slice.idle' ? [one.end] : []))).toEqual(['suspend', 'suggest']);

      await page.getByRole('button', { name: /^Notifications, / }).click();
      await page.getByText('Nothing has happened in sleeper for 10 min: it is being suspended.').waitFor();
      await page.keyboard.press('Escape');

      await sliceAction(page, 'Resume').click();
      await untilSlice(page, 'Active', bootMs);
      // nobody is told any more that nothing happens in it
      await page.reload();
      await untilSlice(page, 'Active', bootMs);
      expect(await mark.isVisible()).toBe(false);
      const again = await openConsole(session, vmId);
      for (const line of ['', 'echo sti""ll-$(cat /tmp/mark)']) again.type(line);
      await again.until(/still-kept/);
      again.close();
      expect([...complaints, ...office.complaints]).toEqual([]);
    },
  );
});
