import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { ProviderZone } from '#server/db/queries/zones';
import type { ProviderRegistry } from '#server/domain/context';
import { markOf } from '#server/domain/zones/mark';
import { openZoneSettings } from '#server/domain/zones/settings';
import type { Logger } from '#server/lib/logger';
import { withBoundedLooks } from '#server/providers/bounded-looks';
import { createOpenStackProvider } from '#server/providers/openstack/openstack-provider';
import { testConnection } from '#server/providers/openstack/test-connection';
import type { InternetLimits, Provider, SliceRef } from '#server/providers/provider';
import { findTools } from '#server/providers/qemu/describe-zone';
import { ImageStore } from '#server/providers/qemu/images/image-store';
import { createQemuProvider } from '#server/providers/qemu/qemu-provider';
import { chooseVmUsers, type UidRange } from '#server/providers/qemu/vm-users';
import { createSimulatorProvider } from '#server/providers/simulator/simulator-provider';
import { openSimulatorState, type KeptState } from '#server/providers/simulator/simulator-files';
import { AppError } from '#shared/errors';
import type { OpenSettings } from '#shared/zone-settings';
import { say } from '#shared/sentence';

export interface ProviderRegistryOptions {
  /** Absolute. Zones keep their VMs in `zones/ID`, images are shared by them in `images`. */
  dataDir: string;
  /** Of zones whose settings do not say it. */
  launchLimit: number;
  accelerator: 'auto' | 'tcg' | 'kvm';
  /** User ids for VMs, where the server is root; null: all VMs share one unprivileged user. */
  vmUids: UidRange | null;
  simulator: boolean;
  /** What the guests of a slice may have of the internet. */
  internetLimits: (slice: SliceRef) => Promise<InternetLimits>;
  /** Opens the zones' sealed secrets. */
  jwtSecret: Uint8Array;
  log: Logger;
}

interface Kept {
  /** Of the settings that it was given last. */
  version: number;
  provider: Promise<Provider>;
  /** The same, once it goes by those settings. */
  ready: Promise<Provider>;
}

/**
 * Makes the provider of each zone at first need and keeps it. A zone's row that has been changed since, by this server or another one, has
 * what is kept take the new settings: whoever holds the provider goes on with it, and of one folder there are never two.
 */
export function createProviderRegistry(options: ProviderRegistryOptions): ProviderRegistry {
  const made = new Map<number, Kept>();
  /** What is simulated lies in a folder, as VMs do, and outlives this process. */
  const simulated = new Map<number, Promise<KeptState>>();
  const folderOf = (zoneId: number) => path.join(options.dataDir, 'zones', String(zoneId));
  let tools: ReturnType<typeof findTools> | undefined;
  /** Of what zones in clouds upload. */
  let images: ImageStore | undefined;

  async function make(zone: ProviderZone, settings: OpenSettings): Promise<Provider> {
    if (settings.provider === 'qemu')
      return createQemuProvider({
        root: folderOf(zone.id),
        imagesRoot: path.join(options.dataDir, 'images'),
        users: await chooseVmUsers(options.vmUids),
        launchLimit: options.launchLimit,
        accel: options.accelerator,
        settings,
        internetLimits: options.internetLimits,
        log: (message, details) => options.log.info(message, { zone: zone.id, ...details }),
      });
    if (settings.provider === 'openstack')
      return createOpenStackProvider({
        mark: markOf(zone),
        settings,
        files: (images ??= new ImageStore(path.join(options.dataDir, 'images'))),
        log: (message, details) => options.log.info(message, { zone: zone.id, ...details }),
      });
    if (settings.provider === 'simulator' && options.simulator) {
      const state = simulated.get(zone.id) ?? openSimulatorState(folderOf(zone.id));
      simulated.set(zone.id, state);
      // tried again by who asks next
      state.catch(() => simulated.delete(zone.id));
      return createSimulatorProvider({ state: await state, settings, internetLimits: options.internetLimits });
    }
    throw new AppError('ZONE_UNAVAILABLE', say('PROVIDER_ELSEWHERE', { provider: zone.provider }));
  }

  const open = async (zone: ProviderZone) => openZoneSettings(options.jwtSecret, zone);

  /** Has the provider that is kept take other settings, after those that it is taking. */
  async function reconfigured(known: Kept, zone: ProviderZone): Promise<Provider> {
    const provider = await known.provider;
    // its own caller is told; what is to be taken now comes after it in any case
    await known.ready.catch(() => undefined);
    await provider.configure(await open(zone));
    options.log.info('A zone goes by its changed settings.', { zone: zone.id, version: zone.settingsVersion });
    return provider;
  }

  return {
    forZone(zone) {
      const known = made.get(zone.id);
      // a row that was read before the last change is told nothing of
      if (known !== undefined && known.version >= zone.settingsVersion) return known.ready;
      const provider =
        known?.provider ?? open(zone).then(async (settings) => withBoundedLooks(await make(zone, settings)));
      const ready = known === undefined ? provider : reconfigured(known, zone);
      const kept: Kept = { version: zone.settingsVersion, provider, ready };
      made.set(zone.id, kept);
      // what failed is tried again at the next call; what could not be made is made from the start
      ready.catch(() => (kept.version -= 1));
      provider.catch(() => {
        if (made.get(zone.id)?.provider === provider) made.delete(zone.id);
      });
      return ready;
    },
    async forget(zoneId) {
      const known = made.get(zoneId);
      made.delete(zoneId);
      const state = await simulated.get(zoneId)?.catch(() => undefined);
      simulated.delete(zoneId);
      const provider = await known?.provider.catch(() => undefined);
      await provider?.close();
      if (state === undefined) return;
      await state.close();
      await rm(folderOf(zoneId), { recursive: true, force: true });
    },
    testConnection,
    async runnable() {
      const { qemu } = await (tools ??= findTools());
      return [...(qemu === null ? [] : ['qemu' as const]), ...(options.simulator ? ['simulator' as const] : [])];
    },
    async close() {
      for (const result of await Promise.allSettled([...made.values()].map(({ provider }) => provider)))
        if (result.status === 'fulfilled') await result.value.close();
      for (const result of await Promise.allSettled(simulated.values()))
        if (result.status === 'fulfilled') await result.value.close();
      simulated.clear();
    },
  };
}
