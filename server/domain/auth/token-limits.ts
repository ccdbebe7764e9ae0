import { AppError } from '#shared/errors';
import { scopesAllow, splitScope, type AreaScope } from '#shared/scopes';
import type { Actor } from '../context';

/** FORBIDDEN for a token without the scope. The rights of its owner are another matter. */
export function assertScope(actor: Pick<Actor, 'scopes'>, scope: AreaScope): void {
  const [area, level] = splitScope(scope);
  if (scopesAllow(actor.scopes, area, level)) return;
  throw new AppError('FORBIDDEN', `This token lacks the scope ${scope}.`, { params: { scope } });
}

/** FORBIDDEN for every token: what it could do would let it outgrow itself. */
export function assertSession(actor: Pick<Actor, 'kind'>): void {
  if (actor.kind === 'session') return;
  throw new AppError('FORBIDDEN', 'A token cannot do this. Sign in with a password.', { params: { scope: 'session' } });
}
