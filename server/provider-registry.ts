import path from 'node:path';
import type { ProviderRegistry } from '#server/domain/context';
import type { Logger } from '#server/lib/logger';
import type { Provider } from '#server/providers/provider';
import { findTools } from '#server/providers/qemu/describe-zone';
import { createQemuProvider } from '#server/providers/qemu/qemu-provider';
import { chooseVmUsers, type UidRange } from '#server/providers/qemu/vm-users';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { AppError } from '#shared/errors';

export interface ProviderRegistryOptions {
  /** Absolute. Zones keep their VMs in `zones/ID`, images are shared by them in `images`. */
  dataDir: string;
  launchLimit: number;
  accelerator: 'auto' | 'tcg' | 'kvm';
  /** User ids for VMs, where the server is root; null: all VMs share one unprivileged user. */
  vmUids: UidRange | null;
  simulator: boolean;
  log: Logger;
}

/** Makes the provider of each zone at first need and keeps it. */
export function createProviderRegistry(options: ProviderRegistryOptions): ProviderRegistry {
  const made = new Map<number, Promise<Provider>>();
  let tools: ReturnType<typeof findTools> | undefined;

  async function make(zone: { id: number; provider: 'qemu' | 'openstack' | 'simulator' }): Promise<Provider> {
    if (zone.provider === 'qemu')
      return createQemuProvider({
        root: path.join(options.dataDir, 'zones', String(zone.id)),
        imagesRoot: path.join(options.dataDir, 'images'),
        users: await chooseVmUsers(options.vmUids),
        launchLimit: options.launchLimit,
        accel: options.accelerator,
        log: (message, details) => options.log.info(message, { zone: zone.id, ...details }),
      });
    if (zone.provider === 'simulator' && options.simulator) return createSimulatorProvider();
    throw new AppError('ZONE_UNAVAILABLE', `This server cannot run zones of the provider ${zone.provider}.`);
  }

  return {
    forZone(zone) {
      const known = made.get(zone.id);
      if (known !== undefined) return known;
      const provider = make(zone);
      made.set(zone.id, provider);
      // a zone that could not be made is tried again at the next call
      provider.catch(() => made.delete(zone.id));
      return provider;
    },
    async runnable() {
      const { qemu } = await (tools ??= findTools());
      return [...(qemu === null ? [] : ['qemu' as const]), ...(options.simulator ? ['simulator' as const] : [])];
    },
    async close() {
      for (const result of await Promise.allSettled(made.values()))
        if (result.status === 'fulfilled') await result.value.close();
    },
  };
}
