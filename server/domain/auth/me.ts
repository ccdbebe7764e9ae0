import type { z } from 'zod';
import type { meSchema } from '#shared/auth';
import { tokenById } from '#server/db/queries/tokens';
import { publicUser } from '#server/db/queries/users';
import { iso } from '#server/db/rows';
import type { Actor, DomainContext } from '../context';
import { tokenSeen } from './sessions';

/** Who is calling, and whether an account can be made. Works for everyone. */
export async function me(ctx: DomainContext, { actor }: { actor: Actor | null }): Promise<z.infer<typeof meSchema>> {
  const token = actor === null ? null : (tokenSeen(actor) ?? (await tokenById(ctx.db, actor.tokenId)));
  return {
    user: token === null ? null : publicUser(token.owner),
    token:
      token === null
        ? null
        : { id: token.id, kind: token.kind, name: token.name, scopes: token.scopes, expiresAt: iso(token.expiresAt) },
    registrationOpen: ctx.settings.registrationOpen,
    registrationDomains: ctx.settings.registrationDomains === null ? null : [...ctx.settings.registrationDomains],
  };
}
