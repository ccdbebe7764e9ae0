import { ProviderError } from '#server/lib/provider-error';
import { say } from '#shared/sentence';
import type { Provider, SliceRef } from '../provider';
import type { Server } from './client/nova';
import type { Machines } from './machines';
import { isUp, statusOf, taskOf } from './server-state';
import { unlessBusy, type ZoneParts } from './zone-parts';

/** So often Nova is asked to suspend a server that goes on running. */
const asksAtMost = 3;

/**
 * Suspends and resumes a slice: each of its servers, all asked at once, so that their instants are seconds apart, and not one as where the hosts are ours. Their
 * memory is on the cloud's disks, whose room nobody tells.
 */
export function keepingOf(
  parts: ZoneParts,
  machines: Machines,
): Pick<Provider, 'roomToKeep' | 'suspendSlice' | 'resumeSlice'> {
  const serversOf = ({ id }: SliceRef) => parts.cloud().nova.servers([parts.names.slice(id)]);

  async function suspend(server: Server): Promise<void> {
    const { nova } = parts.cloud();
    const ask = () => unlessBusy(nova.suspend(server.id));
    let asked = 1;
    await ask();
    for await (const now of machines.follow(server)) {
      if (now === null || (statusOf(now) !== 'running' && statusOf(now) !== 'starting' && taskOf(now) === null)) return;
      if (!isUp(now)) continue;
      // its host could not, or what began before had to end first
      if ((asked += 1) > asksAtMost) throw new ProviderError('UNAVAILABLE', say('CLOUD_NOT_SUSPENDED'), true, now.name);
      await ask();
    }
  }

  async function resume(server: Server): Promise<void> {
    await unlessBusy(parts.cloud().nova.start(server));
    await machines.until(server, isUp, { vm: server.name });
  }

  return {
    async roomToKeep(slice) {
      const running = (await serversOf(slice)).filter((server) => statusOf(server) === 'running');
      return { needsMb: running.reduce((sum, { flavor }) => sum + flavor.ram, 0), freeMb: null };
    },
    async suspendSlice(slice) {
      const servers = (await serversOf(slice)).filter((server) => ['running', 'starting'].includes(statusOf(server)));
      // each to its end, so that who undoes it finds none on its way
      const ends = await Promise.allSettled(servers.map(suspend));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    },
    async resumeSlice(slice) {
      const servers = (await serversOf(slice)).filter((server) => statusOf(server) === 'suspended');
      const ends = await Promise.allSettled(servers.map(resume));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    },
  };
}
