import type { z } from 'zod';
import { AppError, notFound } from '#shared/errors';
import { presenceLimits, type pointInput, type Presence } from '#shared/presence';
import { objectName } from '#server/db/queries/audit';
import { News } from '#server/events/news';
import { paceOfEach } from '#server/lib/pace';
import { randomToken } from '#server/lib/secrets';
import { pause } from '#server/lib/waiting';
import type { Actor, DomainContext } from '../context';
import { loadTemplate } from '../templates/access';
import { pointElsewhere } from './across-servers';
import { presenceOf } from './hub';

/** What a page sends while its pointer moves is a little less than this. */
const paceOf = paceOfEach<number>({ perSecond: 30, burst: 60 });

/**
 * Who is at the template beside the actor, whole and at most ten times a second, from the moment on in which it is read; while it is, the actor is
 * there for the others. For those who see it by name, its owner and whom it is shared with: NOT_FOUND, or FORBIDDEN where it is only published.
 */
export async function watchPresence(
  ctx: DomainContext,
  { actor, templateId }: { actor: Actor; templateId: number },
): Promise<(signal: AbortSignal) => AsyncGenerator<Presence, void, undefined>> {
  await assertNamed(ctx, { actor, templateId });
  const user = { id: actor.userId, name: (await objectName(ctx.db, 'user', actor.userId)) ?? '' };
  const page = randomToken(16);
  return async function* (signal) {
    const hub = presenceOf(ctx.bus);
    const news = new News((heard) => hub.listen(templateId, heard), signal);
    const pointed = { cursor: null, chosen: [] };
    const leave = hub.enter({ page, templateId, user, pointed, at: ctx.clock.now().getTime() });
    let told: string | null = null;
    try {
      while (await news.next()) {
        const others = hub.others(templateId, page);
        const text = JSON.stringify(others);
        if (text !== told) {
          told = text;
          yield { page, others };
        }
        // however much happens meanwhile, it is one answer
        await pause(presenceLimits.pointEveryMs, signal);
      }
    } finally {
      leave();
      news.end();
    }
  };
}

/** Whether the actor still sees the template by name. */
export async function mayWatchPresence(ctx: DomainContext, of: { actor: Actor; templateId: number }): Promise<boolean> {
  try {
    await assertNamed(ctx, of);
    return true;
  } catch (error) {
    if (error instanceof AppError && (error.code === 'NOT_FOUND' || error.code === 'FORBIDDEN')) return false;
    throw error;
  }
}

async function assertNamed(ctx: DomainContext, { actor, templateId }: { actor: Actor; templateId: number }) {
  const { access, name } = await loadTemplate(ctx.db, { actor, id: templateId });
  if (access === 'published') throw new AppError('FORBIDDEN', `${name} is not shared with you by name.`);
}

/** Where one of the actor's own pages points, for those who are at the same template. NOT_FOUND when that page is open no more; RATE_LIMITED. */
export async function point(
  ctx: DomainContext,
  { actor, page, pointed }: { actor: Actor } & z.infer<typeof pointInput>,
): Promise<void> {
  const now = ctx.clock.now().getTime();
  if (!paceOf(ctx.bus).take(actor.userId, now)) throw new AppError('RATE_LIMITED', 'Too often. Wait a moment.');
  if (presenceOf(ctx.bus).point(actor.userId, page, pointed, now)) return;
  // the stream may be at another server
  if (ctx.home.accompanied && (await pointElsewhere(ctx, { userId: actor.userId, page, pointed }))) return;
  throw notFound('template');
}
