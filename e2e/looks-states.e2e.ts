import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from './browser';
import { allLooks, findingsOf, narrow, wide, type Look } from './looks-page';
import { admin, ana, makeLooksWorld, type LooksWorld } from './looks-world';
import { dropDrafts, openPerson, rowAction, signIn, sliceAction } from './pages';
import { root } from '../rig/trama-server';
import { asReason, say } from '#shared/sentence';
import type { ConnectionTest } from '#shared/zone-test';

/** Of a slice that nobody knows, of another zone and of another installation. */
const leftovers = (['unknown', 'otherZone', 'foreign'] as const).map((why, index) => ({
  ...{ name: `trama-${index + 1}-mfk2x9q0.s${12 + index}`, sliceId: 12 + index, why, removable: why === 'unknown' },
  ...{ zone: why === 'otherZone' ? 'course' : null, servers: 2, networks: 3, ports: 7 },
}));

/** What the test of a connection finds; m1.small is smaller than every flavour of the catalogue. */
const testedCloud: ConnectionTest = {
  ok: true,
  steps: [
    { name: 'compute', state: 'ok', ...asReason(say('CLOUD_AZ', { name: 'nova' })) },
    { name: 'flavours', state: 'limited', ...asReason(say('CLOUD_FLAVOURS_NOT_MADE')) },
  ],
  offers: {
    flavours: [
      { id: 'id-s', name: 'm1.small', vcpus: 1, ramMb: 64, diskGb: 1 },
      { id: 'id-l', name: 'm1.large', vcpus: 4, ramMb: 16_384, diskGb: 80 },
    ],
    images: [{ id: 'g1', name: 'debian-12' }],
  },
};

interface State {
  /** Of an administrator who has everything, somebody things are shared with, somebody who is not signed in. */
  who?: 'ana' | 'stranger' | 'spaniard';
  path: (world: LooksWorld) => string;
  /** Leads to the state; resolves when it is there. */
  until?: (page: Page, world: LooksWorld) => Promise<unknown>;
  /** Cannot be had in a wide window. */
  narrowOnly?: boolean;
  /** Requests of these are never answered, or fail. */
  held?: RegExp;
  failing?: RegExp;
  /** The module whose chunk does not come. */
  missing?: string;
}

/** The file that a module of the client has been built into: its name tells nothing. */
async function chunkOf(module: string): Promise<string> {
  const text = await readFile(path.join(root, 'dist', 'client', '.vite', 'manifest.json'), 'utf8');
  const chunk = z.record(z.string(), z.looseObject({ file: z.string() })).parse(JSON.parse(text))[module];
  if (chunk === undefined) throw new Error(`${module} is in no chunk of its own.`);
  return chunk.file;
}

const shots = process.env['TRAMA_SHOTS'] === '1';
/** Each state is read once wide and once narrow, once in the light and once in the dark; pictures are taken of all four. */
const looksOf = ({ narrowOnly = false }: State): readonly Look[] =>
  allLooks.filter(([size, scheme]) =>
    narrowOnly ? size === narrow : shots || (size === wide) === (scheme === 'light'),
  );

const press = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click();
const text = (words: string | RegExp) => (page: Page) => page.getByText(words).first().waitFor();
const link = (name: string) => (page: Page) => page.getByRole('link', { name }).first().waitFor();
const dialog = (page: Page) => page.getByRole('dialog').first().waitFor();
/** Something stands in its place. */
const loading = (page: Page) => page.locator('.mantine-Skeleton-root, .mantine-Loader-root').first().waitFor();
const menu = (page: Page) => page.getByRole('menu').first().waitFor();
const inOrder =
  (...steps: ((page: Page, world: LooksWorld) => Promise<unknown>)[]) =>
  async (page: Page, world: LooksWorld) => {
    for (const step of steps) await step(page, world);
  };
const row = (name: string, action: string) => (page: Page) => rowAction(page, name, action);
const fill = (label: string, value: string) => (page: Page) => page.getByLabel(label).first().fill(value);
const offline = (page: Page) => page.context().setOffline(true);
const choose = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click();
const served = (page: Page) => page.getByRole('switch', { name: 'DHCP and DNS' }).check();
const slice = (which: keyof LooksWorld['ids'], query = '') => ({
  path: ({ ids }: LooksWorld) => `/slices/${ids[which]}${query}`,
});
const at = (path: string) => ({ path: () => path });
const consoles = (list: (ids: LooksWorld['ids']) => string) => ({
  path: ({ ids }: LooksWorld) => `/slices/${ids.running}?${list(ids)}`,
});
const attached = (page: Page) => page.getByText('Connected', { exact: true }).last().waitFor();
const template = (query = '') => ({ path: ({ ids }: LooksWorld) => `/templates/${ids.lab}${query}` });

/** Each state stands alone: what a busy machine spoils is read again at once, and not the whole file at the end. */
const onceMore = { retry: 1 };

/** A document that the predecessor wrote, with names that cannot stay as they are. */
const oldDocument = JSON.stringify({
  topologia: {
    nodes: [
      { id: 1, label: 'web server' },
      { id: 2, label: 'localhost' },
    ],
    edges: [{ id: 1, from: 1, to: 2 }],
  },
  recursos: {
    1: { name: 'web server', ram_gb: 1, vcpu: 1, disk_gb: 2, os: 'tiny', flavour: 'nano' },
    2: { name: 'localhost', ram_gb: 1, vcpu: 1, disk_gb: 3, os: 'windows', flavour: 'huge' },
  },
  subred: { public_access: [] },
});

async function importTwo(page: Page): Promise<void> {
  const json = 'application/json';
  await page.locator('input[type="file"]').setInputFiles([
    { name: 'old.json', mimeType: json, buffer: Buffer.from(oldDocument) },
    { name: 'photo.json', mimeType: json, buffer: Buffer.from('89504e470d0a1a0a', 'hex') },
  ]);
  await page.getByText('photo.json was not imported.').waitFor();
  await page.getByText(/^old\.json is now/).waitFor();
}

/** A file is let go over the page: there is no hand in a browser that drives itself, but there is the event. */
async function dropFile(page: Page, name: string, content: string): Promise<void> {
  // inside of what takes files, which the heading of a page that is still being loaded is not
  const over = page.getByText('lab', { exact: true }).first();
  const files = await page.evaluateHandle(
    ([file, text]) => {
      const data = new DataTransfer();
      data.items.add(new File([text], file));
      return data;
    },
    [name, content] as const,
  );
  for (const event of ['dragenter', 'dragover', 'drop']) await over.dispatchEvent(event, { dataTransfer: files });
}

/** A containerlab document: its kinds are asked for. */
const containerlab = `name: fabric
topology:
  nodes:
    leaf 1: { kind: srl, image: srlinux }
    leaf2: { kind: srl, image: srlinux }
    client: { kind: linux, image: alpine, exec: [ip link show] }
  links:
    - endpoints: ["leaf 1:e1-1", "leaf2:e1-1"]
    - endpoints: ["leaf2:e1-2", "client:eth1"]
`;
const dropLab = async (page: Page) => {
  await dropFile(page, 'fabric.clab.yml', containerlab);
  await dialog(page);
};
/** Dropped, its kinds mapped, and what became of it told. */
const importLab = async (page: Page) => {
  await dropLab(page);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^(Import|Importar)$/ })
    .click();
  await page
    .getByText(/fabric\.clab\.yml/)
    .first()
    .waitFor();
};
/** A key of the editor's, while this node is chosen. */
const keyOn = (node: RegExp, key: string) => (page: Page) =>
  page
    .getByRole('button', { name: node })
    .first()
    .click()
    .then(() => page.keyboard.press(key));
const search = (words: string) => async (page: Page) => {
  await page.getByRole('combobox').last().fill(words);
  // a choice of the browser's own has options, too, which are hidden
  await page.getByRole('listbox').getByRole('option').first().waitFor();
};
/** The canvas is a `Topology`: not what has these letters, but what is called so. */
const labelled = (label: string, value: string) => (page: Page) =>
  page.getByRole('textbox', { name: label, exact: true }).fill(value);
/** The right button, on a node or beside all of them. */
const menuOn = (node: RegExp) => (page: Page) =>
  page.getByRole('button', { name: node }).first().click({ button: 'right' });
const web = /^(VM|MV) web/;
/** The text beside the drawing, in which the keyboard is. */
const besideText = inOrder(
  choose(web),
  (page) => page.keyboard.press('y'),
  (page) => page.locator('.cm-content:focus').waitFor(),
);
/** The panel of a link of the VM, its first unless another is named. */
const linkPanel = async (page: Page, link = /^(To|A) /) => {
  await page.getByRole('button', { name: web }).first().click();
  const panel = page.getByRole('complementary');
  await panel.getByRole('button', { name: link }).first().click();
  return panel;
};
/** A link of the VM, with delay and loss each way by itself, and taken down. */
const bentLink = async (page: Page) => {
  const panel = await linkPanel(page);
  await panel.getByRole('combobox', { name: /^(Quality|Calidad)/ }).click();
  await page.getByRole('option', { name: /^Sat/ }).click();
  await panel.getByRole('switch', { name: /^(Link is up|El enlace)/ }).press('Space');
  await page
    .getByText(/✕ · 300 ms/)
    .first()
    .waitFor();
};

/** Two extra disks of a VM with one label, and what the panel says of it. */
const twoDisks = async (page: Page) => {
  await page.getByRole('button', { name: web }).first().click();
  const disks = page.getByRole('group', { name: /^(Extra disks|Discos adicionales)$/ });
  for (let times = 0; times < 2; times++) await disks.getByRole('button', { name: /^(Add|Añadir) / }).click();
  await disks.getByRole('textbox', { name: /2$/ }).first().fill('data');
  await disks.getByText(/(two extra disks|dos discos adicionales)/).scrollIntoViewIfNeeded();
};

/** The first NIC of the VM below the second. */
const movedNic = async (page: Page) => {
  await page.getByRole('button', { name: web }).first().click();
  const down = page.getByRole('button', { name: /^(Move|Bajar) eth0.*: / }).last();
  await down.press('Enter');
  await page
    .getByRole('status')
    .getByText(/^eth1 /)
    .waitFor({ state: 'attached' });
  await down.scrollIntoViewIfNeeded();
};

/** A link of the VM with a subnet, and an address outside it. */
const ownAddresses = async (page: Page) => {
  const panel = await linkPanel(page, /^A db/);
  await panel.getByRole('textbox', { name: 'Subred', exact: true }).fill('192.168.1.0/30');
  await panel
    .getByRole('textbox', { name: /^Dirección estática/ })
    .first()
    .fill('192.168.2.1');
  // the drawing says it, too
  await panel
    .getByText(/no está en 192\.168\.1\.0\/30/)
    .first()
    .waitFor();
};

/** The same with IPv6, and a static address of it while its subnet is one that may move. */
const ownAddress6 = async (page: Page) => {
  const panel = await linkPanel(page, /^A db/);
  await panel.getByRole('switch', { name: /^También IPv6/ }).check();
  const address = panel.getByRole('textbox', { name: /^Dirección IPv6 estática/ }).first();
  await address.fill('fd00:1::10');
  await panel
    .getByText(/hay que elegir también la subred IPv6/)
    .first()
    .waitFor();
  await address.scrollIntoViewIfNeeded();
};

/** A VM taken out of a running slice, up to the question whether that is to be done. */
const removed = [
  choose(/^VM db/),
  (page: Page) => page.keyboard.press('Delete'),
  press('Review changes'),
  dialog,
  text('This is lost when you apply:'),
];
const chosen = async (page: Page) => {
  for (const name of ['draft', 'crowded']) await page.getByRole('checkbox', { name: `Choose ${name}` }).check();
};
const told = (page: Page) => page.getByRole('list', { name: /^Notificat|^Notificac/ }).waitFor();
/** When a VM is ready, and what it waits for, as its panel says. */
const gate = (vm: RegExp) => async (page: Page) => {
  await choose(vm)(page);
  await page.getByText('Ready when').first().scrollIntoViewIfNeeded();
};

/** A slice's page while the quota of its owner, who looks, says this of the internet; no page after it does. */
const internetOf =
  (limits: { internetKbps: number | null; internetMbPerMonth: number }, words: string) =>
  async (page: Page, { api }: LooksWorld) => {
    const { user } = await api.auth.me.query();
    if (user === null) throw new Error('Nobody is signed in.');
    const { own } = await api.quotas.ofUser.query({ userId: user.id });
    await api.quotas.setOfUser.mutate({ userId: user.id, quota: { ...own, ...limits } });
    await page.reload();
    await text(words)(page);
    await api.quotas.setOfUser.mutate({ userId: user.id, quota: own });
  };

const states: Record<string, State> = {
  // signing in
  'a sign-in without anything filled in': { who: 'stranger', ...at('/login'), until: press('Sign in') },
  'a sign-in that was refused': {
    who: 'stranger',
    ...at('/login'),
    until: inOrder(
      fill('E-mail address', 'nobody@example.org'),
      fill('Password', 'not the one'),
      press('Sign in'),
      (page) => page.getByRole('alert').waitFor(),
    ),
  },
  // the frame of every page
  'the account’s menu': { ...at('/'), until: press(/^Account of/) },
  'the drawer of a narrow window': { narrowOnly: true, ...at('/'), until: inOrder(press('Open the menu'), dialog) },
  'the account’s menu in the drawer': {
    narrowOnly: true,
    ...at('/'),
    until: inOrder(press('Open the menu'), dialog, (page) =>
      page
        .getByRole('dialog')
        .getByRole('button', { name: /^Account of/ })
        .click(),
    ),
  },
  // on its way, and failed
  'an app that has not answered yet': { ...at('/templates'), held: /auth\.me/, until: loading },
  'home on its way': { ...at('/'), held: /(slices|zones|quotas)\./, until: loading },
  'templates on their way': { ...at('/templates'), held: /templates\.list/, until: loading },
  'a template on its way': { ...template(), held: /templates\.get/, until: loading },
  'a slice on its way': { ...slice('running'), held: /slices\.get/, until: loading },
  'zones on their way': { ...at('/zones'), held: /zones\.list/, until: loading },
  'a user on their way': {
    path: ({ user }) => `/users/${user}`,
    held: /users\.get/,
    until: loading,
  },
  'a plan on its way': { ...slice('draft', '?tab=plan'), held: /deployments\.plan/, until: loading },
  'templates that could not be loaded': {
    ...at('/templates'),
    failing: /templates\.list/,
    until: text('This could not be loaded'),
  },
  'a slice that could not be loaded': {
    ...slice('running'),
    failing: /slices\.get/,
    until: text('This could not be loaded'),
  },
  'an app that could not be loaded': {
    ...at('/templates'),
    failing: /auth\.me/,
    until: text('This could not be loaded'),
  },
  'a page whose code did not come': {
    ...at('/'),
    missing: 'audit/AuditPage.tsx',
    until: inOrder(
      (page) => page.getByRole('link', { name: 'Audit log' }).click(),
      text('This page could not be loaded'),
    ),
  },
  // what a slice says of itself
  'a degraded slice': { ...slice('shaky'), until: text('Not everything is as it was asked for') },
  'the VMs of a degraded slice': { ...slice('shaky', '?tab=vms'), until: text('crash-after-start') },
  'a slice whose internet is limited': {
    ...slice('running'),
    until: internetOf({ internetKbps: 2_000, internetMbPerMonth: 512 }, 'Internet of this slice'),
  },
  'a slice that may have no internet': {
    ...slice('stopped'),
    until: internetOf({ internetKbps: null, internetMbPerMonth: 0 }, 'This slice may have no internet'),
  },
  'the forwarded ports of a slice': { ...slice('running', '?tab=forwards'), until: text('127.0.0.1:') },
  'the screens of a slice': { ...slice('running', '?tab=screens'), until: text('A look every few seconds') },
  'the screens of a slice that is stopped': { ...slice('stopped', '?tab=screens'), until: text('It does not run') },
  'the screens of all slices': {
    path: ({ ids, zone }) => `/screens?of=everyone&template=${ids.lab}&zone=${zone}`,
    until: (page) => page.getByRole('link', { name: 'Open the console of db' }).first().waitFor(),
  },
  'the screens of all slices without a match': { ...at('/screens?q=nothing'), until: text(/nothing/) },
  'what the VMs of a slice use': { ...slice('running', '?tab=figures'), until: text(/ MiB$/) },
  'what one VM uses': {
    ...slice('running', '?tab=figures&vm=a'),
    until: async (page) => {
      const graph = page.getByRole('figure', { name: 'Memory' });
      await graph.getByText(/^now \d/).waitFor();
      await graph.scrollIntoViewIfNeeded();
    },
  },
  'what VMs use in Spanish': { who: 'spaniard', ...slice('running', '?tab=figures'), until: text(/ MiB$/) },
  'a draft, of which nothing is measured': {
    ...slice('draft', '?tab=figures'),
    until: text('There are no figures yet'),
  },
  'figures of a slice whose server is away': {
    ...slice('remote', '?tab=figures'),
    until: text('This could not be loaded'),
  },
  'the figures of a zone': {
    ...at('/zones'),
    until: async (page) => {
      const graph = page.getByRole('figure', { name: 'Memory of the machine' }).first();
      await graph.waitFor();
      await graph.scrollIntoViewIfNeeded();
    },
  },
  'the addresses of a slice, as guests have them': {
    ...slice('running', '?tab=addresses'),
    until: inOrder(press('Ask the guests'), text('The guest has')),
  },
  'the addresses of a slice in Spanish': {
    who: 'spaniard',
    ...slice('running', '?tab=addresses'),
    until: inOrder(press('Exportar'), menu),
  },
  'addresses of which none has what is searched': {
    ...slice('draft', '?tab=addresses'),
    until: inOrder(fill('Search addresses', 'nowhere'), text(/Nothing matches/)),
  },
  'the forwarded ports of a draft': { ...slice('draft', '?tab=forwards'), until: text('given on deploy') },
  'a stopped slice': { ...slice('stopped'), until: text('Stopped') },
  'a destroyed slice': { ...slice('gone'), until: text('This slice is destroyed') },
  'a slice whose server is away': { ...slice('remote'), until: text('remote') },
  'the plan of a slice whose server is away': {
    ...slice('remote'),
    until: (page) => sliceAction(page, 'Stop').hover(),
  },
  'a plan': { ...slice('draft', '?tab=plan'), until: text('Connect') },
  'a slice to be cloned': { ...slice('running'), until: inOrder(press(/^Clone/), dialog, text('Name')) },
  'a slice to be cloned in Spanish': { who: 'spaniard', ...slice('running'), until: inOrder(press(/^Clonar/), dialog) },
  'snapshots, of which there are none': {
    ...slice('running'),
    until: inOrder(press('Snapshots'), dialog, text(/None yet|No snapshots/)),
  },
  'a snapshot to be cloned': {
    ...slice('stopped', '?panel=snapshots'),
    until: inOrder(
      dialog,
      press(/^Actions for Snapshot/),
      menu,
      (page) => page.getByRole('menuitem', { name: /^Clone/ }).click(),
      text(/^From “Snapshot/),
    ),
  },
  'slices, of which one waits in line': { ...at('/slices'), until: text('In line: 1 of 1') },
  'a draft that waits in line': { ...slice('waiting'), until: text(/place 1 of 1/) },
  'a draft that cannot run': { ...slice('crowded'), until: text(/reasons? why this cannot run/) },
  'a plan that cannot run': { ...slice('crowded', '?tab=plan'), until: text(/reasons? why this cannot run/) },
  'a history': { ...slice('stopped', '?tab=history'), until: text('Deploy') },
  'an operation of a history': {
    ...slice('running', '?tab=history&deployment=2'),
    until: text('What it changed'),
  },
  'events of a draft': { ...slice('draft', '?tab=events'), until: text('Events') },
  'a slice to be seen only': { who: 'ana', ...slice('running'), until: text('Live') },
  'a slice whose connection is lost': {
    ...slice('running'),
    failing: /deployments\.watch/,
    until: text(/Reconnecting|Not connected/),
  },
  'what was pressed while offline': {
    ...slice('running'),
    until: inOrder(
      text('Live'),
      offline,
      (page) => sliceAction(page, 'Reboot').click(),
      // what shows it must not have to be fetched now
      (page) => page.getByRole('alert').getByText('The server cannot be reached').waitFor(),
    ),
  },
  'a capture without links': {
    ...slice('running', '/capture'),
    until: inOrder((page) => page.getByRole('button', { name: 'Start' }).focus(), text('Choose links first')),
  },
  'a capture, with a packet, and a filter that is none': {
    ...slice('running', '/capture'),
    until: async (page) => {
      await page.getByRole('combobox', { name: 'Links' }).click();
      await page.getByRole('option').first().click();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Start' }).click();
      const packets = page.getByRole('grid', { name: 'Packets' });
      // more than fit, once the details stand below
      await packets.getByRole('row').nth(20).waitFor();
      await page.getByRole('button', { name: 'Stop' }).click();
      await text(/^Not capturing/)(page);
      // who stops it by hand is not told that the VMs have stopped
      expect(await page.getByText(/^The capture has ended/).count()).toBe(0);
      await packets.press('Home');
      // its bytes are marked among those of the packet
      await page.getByRole('region', { name: 'Headers of the packet' }).getByRole('button').last().click();
      await page.getByRole('region', { name: 'Bytes of the packet' }).locator('[data-marked]').first().waitFor();
      await page.getByRole('textbox', { name: 'Filter' }).fill('host web');
      await page.getByText('“web” is no IP address.').waitFor();
    },
  },
  'a slice whose traffic is counted': {
    ...slice('running'),
    until: inOrder(press('Traffic'), text(/kbit\/s/), (page) => page.getByRole('figure').first().waitFor()),
  },
  'a link of those that talk most': {
    ...slice('running'),
    until: inOrder(press('Traffic'), press('Choose web–db on the canvas'), (page) =>
      page.getByRole('figure', { name: 'Traffic: web–db' }).waitFor(),
    ),
  },
  'VMs that talk most in Spanish': {
    who: 'spaniard',
    ...slice('running'),
    until: inOrder(
      press('Tráfico'),
      (page) => page.getByRole('radiogroup', { name: 'Qué se lista' }).getByText('MV').click(),
      (page) => page.getByRole('button', { name: /^Elegir web/ }).waitFor(),
    ),
  },
  'link changes of a slice, one of which cannot be': {
    ...slice('running', '?panel=links'),
    until: inOrder(
      dialog,
      press('Add a step'),
      fill('After, s', '0'),
      // the slice has a button of this name, too
      (page) => page.getByRole('dialog').getByRole('button', { name: 'Start' }).click(),
      text(/^At least 1\b/),
    ),
  },
  'links that are to fail by chance': {
    ...slice('running', '?panel=links'),
    until: inOrder(
      dialog,
      (page) => page.getByText('By chance', { exact: true }).click(),
      text(/failures?, the first after/),
    ),
  },
  'links that change by a plan': { ...slice('shaky'), until: text('Links change by a plan') },
  'the steps of link changes': {
    ...slice('shaky', '?panel=links'),
    until: inOrder(dialog, text('Stop and leave as it is')),
  },
  'a network that is to be published, and cannot be so': {
    ...slice('running', '?panel=networks'),
    until: inOrder(
      dialog,
      press('Publish…'),
      fill('Addresses that this slice keeps', 'half'),
      (page) => page.getByRole('dialog').getByRole('button', { name: 'Publish', exact: true }).click(),
      text(/^A subnet with its prefix length/),
    ),
  },
  'networks to join': {
    ...slice('running', '?panel=networks'),
    until: inOrder(dialog, press('Join…'), (page) => page.getByRole('radio', { name: 'stopped / backbone' }).check()),
  },
  'a published network': {
    ...slice('stopped', '?panel=networks'),
    until: inOrder(dialog, text('draft / backbone')),
  },
  'a network that joins another, in Spanish': {
    who: 'spaniard',
    ...slice('draft', '?panel=networks'),
    until: inOrder(dialog, text('Tomar las direcciones')),
  },
  'a slice’s share panel': { ...slice('running', '?panel=share'), until: inOrder(dialog, text(ana.email)) },
  'a slice’s new name': { ...slice('running'), until: inOrder(press('Rename slice'), dialog) },
  'the choice of a console': {
    ...slice('running'),
    until: inOrder((page) => sliceAction(page, 'Console').click(), menu),
  },
  // consoles
  'an opened console': { ...consoles(({ web }) => `consoles=${web}&console=${web}&tab=vms`), until: attached },
  'two consoles': { ...consoles(({ web, db }) => `consoles=${web},${db}&console=${db}`), until: attached },
  'consoles side by side, typed in together': {
    ...consoles(({ web, db }) => `consoles=${web},${db}&console=${db}&tiles=1`),
    until: inOrder(attached, press('Type in all open consoles'), text(/^What you type goes to all/)),
  },
  'a screen, and a text that cannot be typed': {
    ...consoles(({ web }) => `consoles=${web},${web}v&console=${web}v`),
    until: inOrder(
      attached,
      press('Type a text'),
      fill('Text to be typed', 'añil'),
      text('This keyboard layout (US) has no key for: ñ'),
    ),
  },
  'a console in full size': { ...consoles(({ web }) => `console=${web}`), until: attached },
  'the settings of a console': {
    ...consoles(({ web }) => `consoles=${web}&console=${web}&tab=vms`),
    until: inOrder(attached, press('Console settings'), menu),
  },
  'a console that is searched': {
    ...consoles(({ web }) => `consoles=${web}&console=${web}&tab=vms`),
    until: inOrder(attached, press('Search'), fill('Search the console', 'nowhere'), text('Not found')),
  },
  'a pattern that is none in a console': {
    ...consoles(({ web }) => `consoles=${web}&console=${web}&tab=vms`),
    until: inOrder(
      attached,
      press('Search'),
      press('Regular expression'),
      fill('Search the console', '('),
      text('This is not a regular expression.'),
    ),
  },
  'a VM’s disk that is saved as an image': {
    path: ({ ids }) => `/slices/${ids.running}?vm=a&panel=save-${ids.web}`,
    until: dialog,
  },
  'what a guest says of itself': {
    ...slice('running', '?vm=a'),
    until: inOrder(text(/ available$/), text('exit code 3')),
  },
  'what a guest says of itself, in Spanish': {
    who: 'spaniard',
    ...slice('running', '?vm=a'),
    until: text(/código de salida 3/),
  },
  'a console beside a VM': { ...consoles(({ web }) => `vm=a&consoles=${web}&console=${web}`), until: attached },
  // the editor
  'a network in the editor': { ...template(), until: inOrder(choose(/^Network backbone/), served) },
  'the addresses of a drawing': {
    ...template(),
    until: inOrder(press('Addresses'), text('network backbone')),
  },
  'a link that is bent': {
    ...template(),
    until: inOrder(bentLink, fill('Loss', '101'), text('From 0 to 100.')),
  },
  'a link that is bent in Spanish': { who: 'spaniard', ...template(), until: bentLink },
  'extra disks of which two have one label': { ...template(), until: twoDisks },
  'extra disks in Spanish': { who: 'spaniard', ...template(), until: twoDisks },
  'a subnet that cannot be': {
    ...template(),
    until: inOrder(
      choose(/^Network backbone/),
      labelled('Subnet', '127.0.0.0/24'),
      text(/127\.0\.0\.0\/8 is reserved/),
    ),
  },
  'a gateway of IPv6 in a subnet that may move': {
    ...template(),
    until: inOrder(
      choose(/^Network backbone/),
      (page: Page) => page.getByRole('switch', { name: /^IPv6, too/ }).check(),
      labelled('IPv6 gateway', 'fd00:1::1'),
      text(/IPv6 subnet of backbone has to be chosen/),
    ),
  },
  'a link with addresses of its own, in Spanish': { who: 'spaniard', ...template(), until: ownAddresses },
  'a static address of IPv6 in a subnet that may move, in Spanish': {
    ...{ who: 'spaniard', ...template(), until: ownAddress6 },
  },
  'a VM whose NICs have changed places': { ...template(), until: movedNic },
  'a VM whose NICs have changed places, in Spanish': { who: 'spaniard', ...template(), until: movedNic },
  'many in the editor': {
    ...template(),
    until: inOrder(choose(/^VM web/), (page) => page.keyboard.press('Control+a')),
  },
  'a drawing with a problem': {
    ...template(),
    until: inOrder(choose(/^VM web/), async (page) => {
      const name = page.getByRole('complementary').getByLabel('Name', { exact: true });
      await name.fill('db');
      await name.press('Enter');
      await page.getByText(/problems? keeps? this from being saved/).waitFor();
    }),
  },
  'a new node to be connected': {
    ...template(),
    until: inOrder(choose(/^VM db/), (page) => page.getByRole('button', { name: /^VM db/ }).press('c')),
  },
  'the search for a node': { ...template(), until: inOrder(keyOn(web, 'Control+f'), dialog, search('web')) },
  'links by a pattern': {
    ...template(),
    until: inOrder(keyOn(web, 'b'), dialog, labelled('From', 'web'), labelled('To', 'd*'), text(/^Makes/)),
  },
  'names by a pattern': {
    ...template(),
    until: inOrder(keyOn(web, 'F2'), dialog, fill('New name', 'db'), text('db would be there twice.')),
  },
  'user-data with a variable that there is not': {
    ...template(),
    until: inOrder(
      choose(web),
      fill('User-data', 'fqdn: "{{ vm.name }}.lab"\nnote: {{ vm.nme }}\n'),
      text('As the guest is given it'),
      (page) => page.getByText('As the guest is given it').click(),
    ),
  },
  'the menu of a node': { ...template(), until: inOrder(menuOn(web), menu) },
  'links by a pattern in Spanish': { who: 'spaniard', ...template(), until: inOrder(keyOn(web, 'b'), dialog) },
  'names by a pattern in Spanish': { who: 'spaniard', ...template(), until: inOrder(keyOn(web, 'F2'), dialog) },
  'the menu of a node in Spanish': { who: 'spaniard', ...template(), until: inOrder(menuOn(web), menu) },
  'the text beside a drawing': { ...template(), until: besideText },
  'what is suggested in the text beside a drawing': {
    ...template(),
    until: inOrder(
      besideText,
      (page) => page.keyboard.press('End'),
      (page) => page.keyboard.press('Enter'),
      (page) => page.keyboard.type('la'),
      (page) => page.getByRole('option', { name: /^label/ }).waitFor(),
    ),
  },
  'an error in the text beside a drawing': {
    ...template(),
    until: inOrder(
      besideText,
      (page) => page.keyboard.press('End'),
      (page) => page.keyboard.type(' b'),
      text('1 error: the drawing waits for the text'),
      (page) => page.keyboard.press('Control+Shift+M'),
      (page) => page.getByRole('listbox', { name: 'Errors' }).waitFor(),
    ),
  },
  'an error in the text beside a drawing in Spanish': {
    who: 'spaniard',
    ...template(),
    until: inOrder(
      besideText,
      (page) => page.keyboard.press('End'),
      (page) => page.keyboard.type(' b'),
      text('1 error: el dibujo espera al texto'),
    ),
  },
  'the text of a template that is read only': {
    who: 'ana',
    ...template(),
    until: inOrder(press(/^Text beside/), (page) => page.locator('.cm-content:focus').waitFor()),
  },
  'a template that is read only': { who: 'ana', ...template(), until: text('Read only') },
  'the shortcuts of the editor': { ...template(), until: inOrder(press('Keyboard shortcuts'), dialog) },
  'leaving unsaved work': {
    ...at('/templates/new'),
    until: inOrder(press('Add VM'), (page) => page.getByRole('link', { name: 'Slices' }).first().click(), dialog),
  },
  'a draft that is kept': {
    ...template(),
    until: inOrder(press('Add VM'), text(/^Draft saved /)),
  },
  'unsaved work that was found': {
    ...at('/templates/new'),
    until: async (page) => {
      const found = page.getByRole('dialog', { name: 'Unsaved work was found' });
      // the state before may have left some
      await page.getByRole('button', { name: 'Add VM' }).or(found).first().waitFor();
      if (!(await found.isVisible())) {
        await page.getByRole('button', { name: 'Add VM' }).first().click();
        await page.getByRole('button', { name: /^VM vm1/ }).waitFor();
        await page.reload();
      }
      await found.waitFor();
    },
  },
  'a template that somebody else has saved': {
    ...template(),
    until: async (page, { api, ids }) => {
      await page.getByRole('button', { name: /^VM web/ }).waitFor();
      const { topology, revision } = await api.templates.get.query({ id: ids.lab });
      const vms = topology.vms.map((known) =>
        known.name === 'web' ? { ...known, label: `theirs since ${revision}` } : known,
      );
      await api.templates.update.mutate({ id: ids.lab, topology: { ...topology, vms }, baseRevision: revision });
      await page.getByRole('button', { name: /^VM web/ }).click();
      await page.getByRole('complementary', { name: 'Details' }).getByLabel('Label').fill('mine');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByText('Somebody has saved this template meanwhile').waitFor();
    },
  },
  // templates and slices
  'a search without a match': { ...at('/templates?q=nothing-like-it'), until: text(/Nothing matches/) },
  'templates of a tag that none has, in Spanish': {
    who: 'spaniard',
    ...at('/templates?tag=none-such&visible=shared&sort=created'),
    until: (page) => page.getByRole('status').first().waitFor(),
  },
  'templates with their drawings and tags': {
    path: () => '/templates?sort=name',
    until: async (page, { api, ids }) => {
      await api.templates.update.mutate({ id: ids.lab, tags: ['ospf', 'week-1'] });
      await page.reload();
      await page.getByRole('button', { name: 'Only what is tagged week-1' }).click();
      await page.locator('table svg rect').first().waitFor();
    },
  },
  'templates whose drawings do not come': { ...at('/templates'), failing: /templates\.sketch/, until: text('lab') },
  'what a template is used by': {
    path: ({ ids }) => `/templates?panel=uses-${ids.lab}`,
    until: inOrder(dialog, link('running')),
  },
  'a template that nothing is used by': {
    ...at('/templates'),
    until: async (page, { api, ids }) => {
      const { id } = await api.templates.duplicate.mutate({ id: ids.lab });
      await page.goto(new URL(`/templates?panel=uses-${id}`, page.url()).href);
      await text(/^No slice was made of it/)(page);
      await api.templates.delete.mutate({ id });
    },
  },
  'the gallery': { ...at('/templates/gallery'), until: text('OSPF triangle') },
  'the gallery in Spanish': { who: 'spaniard', ...at('/templates/gallery'), until: text('Triángulo OSPF') },
  'the gallery on its way': { ...at('/templates/gallery'), held: /templates\.gallery/, until: loading },
  'a gallery that could not be loaded': {
    ...at('/templates/gallery'),
    failing: /templates\.gallery/,
    until: text('This could not be loaded'),
  },
  'a lab with its task': { ...at('/templates/gallery?panel=lab-2'), until: dialog },
  'a lab with its task in Spanish': { who: 'spaniard', ...at('/templates/gallery?panel=lab-6'), until: dialog },
  'a lab that was taken': {
    ...at('/templates/gallery?panel=lab-4'),
    until: async (page) => {
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^Use this lab/ })
        .click();
      await page.waitForURL(/\/templates\/\d+$/);
      await page.getByText('1. On staff1').first().waitFor();
    },
  },
  'a template’s new name': { path: ({ ids }) => `/templates?panel=rename-${ids.lab}`, until: dialog },
  'a template’s share panel': {
    path: ({ ids }) => `/templates?panel=share-${ids.lab}`,
    until: inOrder(dialog, text(ana.email)),
  },
  'the question before a template is deleted': { ...at('/templates'), until: inOrder(row('dying', 'Delete'), dialog) },
  'what was imported and what was not': { ...at('/templates'), until: importTwo },
  'the kinds of a document that was dropped': { ...at('/templates'), until: dropLab },
  'the kinds of a document in Spanish': { who: 'spaniard', ...at('/templates'), until: dropLab },
  'what became of a document in Spanish': { who: 'spaniard', ...at('/templates'), until: importLab },
  'a template that was duplicated': {
    ...at('/templates'),
    until: inOrder(row('dying', 'Duplicate'), text(/^Duplicated as/)),
  },
  'templates of others': { who: 'ana', ...at('/templates?of=shared'), until: text('lab') },
  'nothing shared': { ...at('/slices?of=shared'), until: text('No shared slices') },
  'everybody’s slices': { ...at('/slices?of=everyone'), until: text('running') },
  // the catalogue
  'a flavour to be edited': { ...at('/flavours?panel=edit-1'), until: dialog },
  'the question before a flavour is retired': { ...at('/flavours'), until: inOrder(row('large', 'Retire'), dialog) },
  'a form that was refused': {
    ...at('/flavours?panel=new'),
    until: inOrder(dialog, press('Create'), (page) => page.locator('[aria-invalid="true"]').first().waitFor()),
  },
  'an image to be edited': { ...at('/images?panel=edit-1'), until: dialog },
  'an image that is broken': { ...at('/images'), until: inOrder(row('lost', 'Check'), text('Broken')) },
  'a zone to be edited': { path: ({ zone }) => `/zones?panel=edit-${zone}`, until: dialog },
  'a zone on a cloud whose connection does not work': {
    ...at('/zones?panel=new'),
    until: inOrder(
      dialog,
      async (page) => {
        await page.getByRole('combobox', { name: 'Provider' }).click();
        await page.getByRole('option', { name: 'OpenStack' }).click();
      },
      press('Test connection'),
      text('The connection does not work yet.'),
    ),
  },
  'a zone on a cloud whose flavours are chosen': {
    ...at('/zones?panel=new'),
    until: inOrder(
      dialog,
      (page) =>
        page.route(/zones\.testConnection/, (route) => route.fulfill({ json: [{ result: { data: testedCloud } }] })),
      async (page) => {
        await page.getByRole('combobox', { name: 'Provider' }).click();
        await page.getByRole('option', { name: 'OpenStack' }).click();
        await page.getByRole('textbox', { name: 'Auth URL' }).fill('https://cloud.test:5000');
      },
      press('Test connection'),
      async (page) => {
        await page
          .getByRole('combobox', { name: /^The cloud’s flavour for/ })
          .last()
          .click();
        await page.getByRole('option', { name: /^m1.small/ }).click();
      },
      text('It is smaller: such VMs cannot be made.'),
      (page) => page.getByText('It is smaller: such VMs cannot be made.').scrollIntoViewIfNeeded(),
    ),
  },
  'a zone with nothing left over': {
    path: ({ zone }) => `/zones?panel=leftovers-${zone}`,
    until: inOrder(dialog, text('Nothing is left over')),
  },
  'what is left over in a zone': {
    ...at('/zones'),
    until: inOrder(
      (page) =>
        page.route(/zones\.leftovers/, (route) =>
          route.fulfill({ json: [{ result: { data: { items: leftovers } } }] }),
        ),
      row('pretended', 'Leftovers'),
      (page) => page.getByRole('checkbox', { name: leftovers[0]?.name ?? '' }).check(),
    ),
  },
  'what is left over on its way': {
    path: ({ zone }) => `/zones?panel=leftovers-${zone}`,
    held: /zones\.leftovers/,
    until: inOrder(dialog, loading),
  },
  'zones, one of them away': { ...at('/zones'), until: text('Its server is away') },
  // changing a slice
  'a slice to be changed': { ...slice('running', '/change'), until: choose(/^VM web/) },
  'what a change of a slice takes and loses': { ...slice('running', '/change'), until: inOrder(...removed) },
  // start order
  'a gate in the editor': { path: ({ ordered }) => `/templates/${ordered}`, until: gate(/^VM web/) },
  'what a VM is started after': { path: ({ ordered }) => `/templates/${ordered}`, until: gate(/^VM db/) },
  // leases, zones
  'a lease and a schedule': {
    ...slice('running'),
    until: inOrder(press('Lease and schedule'), dialog, text(/^Next: /)),
  },
  'a lease that ends soon': { ...slice('draft'), until: text('The lease ends soon') },
  'an idle rule that is refused': {
    ...at('/zones?panel=leases'),
    until: inOrder(
      dialog,
      async (page) => {
        await page.getByRole('combobox', { name: 'Then' }).click();
        await page.getByRole('option', { name: 'Stop it' }).click();
        await page.getByRole('combobox', { name: 'After' }).fill('soon');
      },
      press('Save the rule'),
      text(/^A time from/),
    ),
  },
  'the limits of leases': { ...at('/zones?panel=leases'), until: inOrder(dialog, text('Longest lease')) },
  'a zone that was chosen': {
    path: ({ ids }) => `/slices?panel=new-${ids.lab}`,
    until: inOrder(dialog, press('Choose a zone for me'), text(/was chosen/)),
  },
  // many slices, and what happened to them
  'slices that were chosen': { ...at('/slices'), until: chosen },
  'the question before many slices are destroyed': {
    ...at('/slices'),
    until: inOrder(chosen, press('Destroy'), dialog),
  },
  'what became of many slices': { ...at('/slices'), until: inOrder(chosen, press('Start'), text(/2 refused/)) },
  'operations on all slices': { ...at('/deployments'), until: link('Destroy') },
  'operations on all slices without a match': {
    ...at('/deployments?status=cancelled&operation=reboot'),
    until: text('Nothing matches the filter.'),
  },
  // notifications
  'the bell’s panel': { ...at('/'), until: inOrder(press(/^Notifications/), dialog, told) },
  notifications: { ...at('/notifications'), until: told },
  'what to be told of': {
    ...at('/notifications'),
    until: inOrder(press('What to be told of'), dialog, text('A lease ends soon')),
  },
  'notifications that could not be loaded': {
    ...at('/notifications'),
    failing: /notifications\.list/,
    until: text('Try again'),
  },
  // SSH keys
  'an SSH key that is none': {
    who: 'ana',
    ...at('/account/ssh-keys?panel=new'),
    until: inOrder(dialog, fill('Public keys', 'ssh-dss AAAA old'), press(/^Add$/), text('Line 1:')),
  },
  // images of one's own
  'uploads that were interrupted and that failed': {
    ...at('/images?panel=upload'),
    until: inOrder(dialog, text('Interrupted'), text('Failed')),
  },
  'images that nothing uses': {
    ...at('/images?panel=unused'),
    until: (page) => page.getByRole('checkbox', { name: /^spare, / }).waitFor(),
  },
  'a URL without TLS and without a checksum': {
    ...at('/images?panel=upload'),
    until: inOrder(
      dialog,
      (page) => page.getByText('A URL', { exact: true }).click(),
      fill('URL of the disk', 'http://files.example.org/disk.qcow2'),
      press('Fetch image'),
      text(/Without TLS anybody on the way/),
    ),
  },
  // webhooks
  'webhooks on their way': { ...at('/account/webhooks'), held: /webhooks\.list/, until: loading },
  'a webhook that was made, and its secret': {
    who: 'ana',
    ...at('/account/webhooks?panel=new'),
    until: inOrder(
      dialog,
      fill('Name', 'chat'),
      fill('Address', 'https://127.0.0.1/hook'),
      press('Create webhook'),
      text('How to check a call'),
    ),
  },
  'a test of a webhook that did not arrive': {
    ...at('/account/webhooks?panel=new'),
    until: inOrder(
      dialog,
      fill('Name', 'hall'),
      fill('Address', 'https://127.0.0.1/hook'),
      press('Create webhook'),
      press('I have copied it'),
      (page) => page.getByRole('dialog').waitFor({ state: 'detached' }),
      press(/^hall$/),
      press('Send a test'),
      text('The test did not arrive.'),
    ),
  },
  // accounts
  'a new service account': { ...at('/users?panel=service'), until: dialog },
  'the link of a new user': {
    ...at('/users?panel=person'),
    until: inOrder(
      dialog,
      fill('E-mail address', `eve-${Date.now()}@example.org`),
      (page) => page.getByRole('dialog').getByLabel('Name').fill('Eve'),
      press('Create'),
      text('Link for Eve'),
    ),
  },
  'a user’s quota': { path: ({ user }) => `/users/${user}?panel=quota`, until: dialog },
  'a user to be deleted': { path: ({ user }) => `/users/${user}?panel=delete`, until: dialog },
  'the question before a user is disabled': {
    path: ({ user }) => `/users/${user}`,
    until: inOrder(press('Disable…'), dialog),
  },
  'an entry of the audit log': { ...at('/audit'), until: inOrder(press('Show everything about it'), dialog) },
  'an audit log without a match': {
    path: ({ user }) => `/audit?user=${user}&object=zone`,
    until: text('Nothing matches the filter.'),
  },
  'the export of the audit log': { ...at('/audit'), until: inOrder(press('Export'), menu) },
  'a second factor to be set up': {
    who: 'ana',
    ...at('/account/security'),
    until: inOrder(
      press('Set up'),
      dialog,
      (page) => page.getByRole('dialog').getByLabel('Current password').fill(ana.password),
      press('Continue'),
      text('Scan this with the app'),
    ),
  },
  'no tokens': { who: 'ana', ...at('/account/tokens'), until: text('Tokens') },
  'a token that was made': {
    ...at('/account/tokens?panel=new'),
    until: inOrder(
      dialog,
      (page) => page.getByRole('dialog').getByLabel('Name').fill('ci'),
      (page) => page.getByRole('dialog').getByRole('group').getByRole('button', { name: 'Read' }).click(),
      (page) => page.getByRole('dialog').locator('[type="submit"]').click(),
      (page) => page.getByRole('dialog').getByRole('status').waitFor(),
    ),
  },
  'the question before all sessions end': {
    ...at('/account/sessions'),
    until: inOrder(press('Sign out everywhere'), dialog),
  },
  // Spanish is a fifth longer
  'home in Spanish': { who: 'spaniard', ...at('/'), until: text('Inicio') },
  'a template in Spanish': { who: 'spaniard', ...template(), until: choose(/web/) },
  'a slice in Spanish': { who: 'spaniard', ...slice('shaky') },
  'a plan in Spanish': { who: 'spaniard', ...slice('crowded', '?tab=plan') },
  'zones in Spanish': { who: 'spaniard', ...at('/zones') },
  'images in Spanish': { who: 'spaniard', ...at('/images') },
  'uploads in Spanish': {
    who: 'spaniard',
    ...at('/images?panel=upload'),
    until: inOrder(dialog, text('Interrumpida')),
  },
  'a user in Spanish': { who: 'spaniard', path: ({ user }) => `/users/${user}` },
  'a slice to be changed in Spanish': { who: 'spaniard', ...slice('running', '/change'), until: choose(/web/) },
  'slices in Spanish': { who: 'spaniard', ...at('/slices'), until: text('draft') },
  'a new slice in Spanish': { who: 'spaniard', path: ({ ids }) => `/slices?panel=new-${ids.lab}`, until: dialog },
  'a lease in Spanish': {
    who: 'spaniard',
    ...slice('running'),
    until: inOrder(press('Plazo y horario'), dialog, text('Europe/Madrid')),
  },
  'operations on all slices in Spanish': { who: 'spaniard', ...at('/deployments'), until: text('running') },
  'notifications in Spanish': { who: 'spaniard', ...at('/notifications'), until: told },
  'a new webhook in Spanish': { who: 'spaniard', ...at('/account/webhooks?panel=new'), until: dialog },
  'security in Spanish': { who: 'spaniard', ...at('/account/security') },
};

/** What a page shows when something is on its way, fails, is away, open or asked: read as the pages themselves are. */
describe('how the states of pages look', () => {
  let world: LooksWorld;
  let browser: Browser;
  const people = new Map<string, Page>();
  const complaints: string[][] = [];

  beforeAll(async () => {
    [world, browser] = await Promise.all([makeLooksWorld(), launchBrowser()]);
    for (const who of ['office', 'ana', 'stranger', 'spaniard']) {
      const person = await openPerson(browser, world.server.url, who === 'spaniard' ? 'es-ES' : 'en-GB');
      complaints.push(person.complaints);
      people.set(who, person.page);
      if (who === 'ana') await signIn(person.page, ana);
      else if (who !== 'stranger') {
        await person.page.goto('/login');
        await person.page.locator('[name="email"]').fill(admin.email);
        await person.page.locator('[name="password"]').fill(admin.password);
        await person.page.locator('[type="submit"]').click();
        // the page of the sign-in has a heading, too
        await person.page.waitForURL((url) => url.pathname !== '/login');
      }
    }
  });
  afterAll(async () => {
    await browser?.close();
    await world?.stop();
  });

  test.each(Object.entries(states))(
    'axe-core, small text, crooked columns and sideways scrolling: %s',
    onceMore,
    async (name, state) => {
      const page = people.get(state.who ?? 'office');
      if (page === undefined) throw new Error('nobody');
      const { held, missing } = state;
      const failing = missing === undefined ? state.failing : new RegExp(await chunkOf(missing));
      if (held !== undefined) await page.route(held, () => undefined);
      if (failing !== undefined) await page.route(failing, (route) => route.abort());
      try {
        await page.emulateMedia({ colorScheme: 'light' });
        await page.setViewportSize(state.narrowOnly === true ? narrow : wide);
        await page.goto(state.path(world));
        await page.waitForLoadState('load');
        if (held === undefined && failing === undefined)
          await page.getByRole('heading').or(page.getByRole('textbox')).first().waitFor();
        await state.until?.(page, world);
        expect(await findingsOf(page, name, looksOf(state))).toEqual([]);
      } finally {
        await page.context().setOffline(false);
        await page.unrouteAll({ behavior: 'ignoreErrors' });
        // unsaved work asks before it is left, and would be found again by the next state
        page.once('dialog', (question) => void question.accept().catch(() => undefined));
        await page.goto('/favicon.svg');
        // a selection is kept over a reload, and would show the next state of a page something else
        await page.evaluate(() => {
          localStorage.clear();
          sessionStorage.clear();
        });
        const opened = /^\/templates\/(\d+)/.exec(state.path(world))?.[1];
        // who is not signed in has none
        if (state.who !== 'stranger') await dropDrafts(page, opened === undefined ? [null] : [null, Number(opened)]);
      }
    },
  );

  test('the content security policy has nothing to say', () => {
    expect(complaints.flat().filter((line) => line.includes('Content Security Policy'))).toEqual([]);
  });
});
