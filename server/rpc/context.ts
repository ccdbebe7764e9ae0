import type { Actor, DomainContext } from '#server/domain/context';

/** What a procedure gets. One per request. */
export interface RequestContext {
  domain: DomainContext;
  actor: Actor | null;
  client: { ip: string | null; userAgent: string | null };
  /** Set or (null) clear the session cookie on the response. */
  setSession: (session: { token: string; expiresAt: Date } | null) => void;
}
