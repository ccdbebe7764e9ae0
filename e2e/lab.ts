import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from './browser';
import { openPerson, signIn } from './pages';
import { openSession, untilDeployed, type ApiSession } from '../rig/api';
import { freePort, makeDataDir, removeDataDir, startTrama, type TramaServer } from '../rig/trama-server';

/** A slice of real VMs that run, and its owner, an administrator, in a browser and as a program. */
export interface Lab {
  dataDir: string;
  server: TramaServer;
  browser: Browser;
  session: ApiSession;
  page: Page;
  /** What the browser has complained of. */
  complaints: string[];
  sliceId: number;
  vmId: (name: string) => number;
  /** Ends the server as Ctrl-C does, and starts it again where it was. The VMs run on. */
  restart: () => Promise<void>;
  stop: () => Promise<void>;
}

/** A server of its own with the slice `lab`, deployed: VMs of these names, linked in a row; `screens`: those that have a graphical console. */
export async function startLab(names: readonly string[], screens: readonly string[] = []): Promise<Lab> {
  const dataDir = await makeDataDir();
  let browser: Browser | undefined;
  let server: TramaServer | undefined;
  const stop = async () => {
    await browser?.close();
    await server?.stop();
    await removeDataDir(dataDir);
  };
  try {
    browser = await launchBrowser();
    server = await startTrama({ dataDir, port: await freePort() });
    if (server.admin === null) throw new Error('The first start has told no account.');
    const session = openSession(server.url);
    await session.api.auth.login.mutate(server.admin);
    const { page, complaints } = await openPerson(browser, server.url);
    await signIn(page, server.admin);
    const { sliceId, vmId } = await deployLab(session, names, screens);
    const { port } = new URL(server.url);
    const restart = async () => {
      await server?.stop();
      server = await startTrama({ dataDir, port: Number(port) });
    };
    return { dataDir, server, browser, session, page, complaints, sliceId, vmId, restart, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function deployLab(
  session: ApiSession,
  names: readonly string[],
  screens: readonly string[],
): Promise<Pick<Lab, 'sliceId' | 'vmId'>> {
  const { api } = session;
  const document = {
    ...{ format: 'trama', version: 1, name: 'lab' },
    vms: names.map((name) => ({
      ...{ key: name, name, flavour: 'nano', image: 'tiny', graphics: screens.includes(name) },
    })),
    edges: names.slice(1).map((name, index) => ({ key: `to-${name}`, source: names[index], target: name })),
  };
  const { template } = await api.templates.import.mutate({ text: JSON.stringify(document) });
  const [zone] = (await api.zones.list.query()).items;
  const slice = await api.slices.create.mutate({ name: 'lab', templateId: template.id, zoneId: zone?.id ?? 0 });
  const { id } = await api.deployments.start.mutate({ sliceId: slice.id, kind: 'deploy' });
  await untilDeployed(session, slice.id, id);
  const vmId = (name: string) => slice.vmList.find((vm) => vm.name === name)?.id ?? 0;
  return { sliceId: slice.id, vmId };
}
