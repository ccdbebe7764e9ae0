import type { z } from 'zod';
import type { meSchema } from '#shared/auth';
import { publicUser, userById } from '#server/db/queries/users';
import type { Actor, DomainContext } from '../context';

/** Who is calling, and whether an account can be made. Works for everyone. */
export async function me(ctx: DomainContext, { actor }: { actor: Actor | null }): Promise<z.infer<typeof meSchema>> {
  const user = actor === null ? null : await userById(ctx.db, actor.userId);
  return {
    user: user === null ? null : publicUser(user),
    token: null,
    registrationOpen: ctx.settings.registrationOpen,
    registrationDomains: ctx.settings.registrationDomains === null ? null : [...ctx.settings.registrationDomains],
  };
}
