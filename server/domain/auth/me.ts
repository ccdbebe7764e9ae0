import type { z } from 'zod';
import type { meSchema } from '#shared/auth';
import { tokenById } from '#server/db/queries/tokens';
import { publicUser, userById } from '#server/db/queries/users';
import { iso } from '#server/db/rows';
import type { Actor, DomainContext } from '../context';

/** Who is calling, and whether an account can be made. Works for everyone. */
export async function me(ctx: DomainContext, { actor }: { actor: Actor | null }): Promise<z.infer<typeof meSchema>> {
  const [user, token] =
    actor === null
      ? [null, null]
      : await Promise.all([userById(ctx.db, actor.userId), tokenById(ctx.db, actor.tokenId)]);
  return {
    user: user === null ? null : publicUser(user),
    token:
      token === null
        ? null
        : { id: token.id, kind: token.kind, name: token.name, scopes: token.scopes, expiresAt: iso(token.expiresAt) },
    registrationOpen: ctx.settings.registrationOpen,
    registrationDomains: ctx.settings.registrationDomains === null ? null : [...ctx.settings.registrationDomains],
  };
}
