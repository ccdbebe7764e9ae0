import { AppError } from '#shared/errors';
import type { DomainContext } from '../context';

/**
 * EMAIL_DOMAIN_NOT_ALLOWED unless the address is of a domain that may register here. A domain's subdomains are others:
 * they have to be listed themselves.
 */
export function checkEmailDomain(ctx: Pick<DomainContext, 'settings'>, email: string): void {
  const allowed = ctx.settings.registrationDomains;
  if (allowed === null || allowed.includes(email.slice(email.lastIndexOf('@') + 1))) return;
  throw new AppError(
    'EMAIL_DOMAIN_NOT_ALLOWED',
    `Only addresses of these domains may be used here: ${allowed.join(', ')}.`,
    { field: 'email', params: { domains: allowed.join(', ') } },
  );
}
