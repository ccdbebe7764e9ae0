import { say } from '#shared/sentence';
import { notRunning } from '../errors';
import type { Provider, SliceRef } from '../provider';
import { hasStatus } from './client/cloud-error';
import { consoleLines, logConsole } from './log-console';
import type { Machines } from './machines';
import { fromMetadata } from './packed';
import { proxyConsole, socketUrl } from './proxy-console';
import { statusOf } from './server-state';
import { unsupported, type ZoneParts } from './zone-parts';

/** Consoles by Nova's proxies. Where a cloud has none for serial lines, what Nova keeps of their output is shown. */
export function consolesOf(parts: ZoneParts, machines: Machines): Pick<Provider, 'openConsole'> {
  async function runningServer(slice: SliceRef, vmId: number) {
    const server = await machines.serverOf(slice.id, vmId);
    if (server === null || statusOf(server) !== 'running') throw notRunning();
    return server;
  }
  return {
    async openConsole(slice, vmId, kind = 'serial') {
      const { nova, settings } = parts.cloud();
      const server = await runningServer(slice, vmId);
      const isScreen = kind === 'vnc';
      if (isScreen && fromMetadata(server.metadata)?.properties['graphics'] !== true)
        throw unsupported(say('CLOUD_NO_SCREEN'));
      try {
        const url = socketUrl(await nova.consoleUrl(server.id, isScreen ? 'screen' : 'serial'));
        return await proxyConsole(url, { ca: settings.caCertificate, isScreen });
      } catch (error) {
        // no such proxy (400), or none of that kind in this Nova (501)
        if (isScreen || !hasStatus(error, 400, 404, 501)) throw error;
      }
      const read = () => machines.consoleLog(slice.id, vmId, consoleLines);
      return logConsole(await read(), { read, pause: parts.pause });
    },
  };
}
