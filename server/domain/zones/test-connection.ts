import type { z } from 'zod';
import { AppError } from '#shared/errors';
import { say } from '#shared/sentence';
import type { ConnectionTest, testConnectionInput } from '#shared/zone-test';
import type { DomainContext } from '../context';
import { changeSettings, openZoneSettings } from './settings';
import { loadZone } from './zones';

/** A zone that is not there yet. */
const none = { id: 0, name: '', provider: 'openstack', settings: null, secrets: null } as const;

/**
 * Tries out settings of a cloud, saved or not, by this server: what works, step by step, and what to give the credential. Nothing is kept. The zone's
 * secrets stand where none are given, unless its address is another than they were given for. INVALID_INPUT for a zone of another provider.
 */
export async function testConnection(
  ctx: DomainContext,
  { id, settings }: z.output<typeof testConnectionInput>,
): Promise<ConnectionTest> {
  const zone = id === null ? none : await loadZone(ctx, ctx.db, id);
  const { jwtSecret } = ctx.settings;
  const opened = openZoneSettings(jwtSecret, { ...zone, ...changeSettings(jwtSecret, zone, settings) });
  if (opened.provider !== 'openstack') throw new AppError('INVALID_INPUT', say('SETTINGS_OF_OTHER_PROVIDER'));
  return ctx.providers.testConnection(opened);
}
