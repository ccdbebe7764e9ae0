import type { User } from '#shared/auth';
import { can, type Permission } from '#shared/permissions';
import { trpc } from '../api/trpc';

export interface Session {
  user: User | null;
  registrationOpen: boolean;
  /** Domains that an address must be of to register; null for any. */
  registrationDomains: readonly string[] | null;
  isPending: boolean;
  error: unknown;
  refetch: () => void;
  /** Whether the signed-in user's role holds the permission. */
  can: (permission: Permission) => boolean;
}

/** Who is signed in. One request for the whole app; shared by everything that asks. */
export function useSession(): Session {
  const me = trpc.auth.me.useQuery(undefined, { staleTime: 60_000 });
  const user = me.data?.user ?? null;
  return {
    user,
    registrationOpen: me.data?.registrationOpen ?? false,
    registrationDomains: me.data?.registrationDomains ?? null,
    isPending: me.isPending,
    error: me.error,
    refetch: () => void me.refetch(),
    can: (permission) => user !== null && can(user.role, permission),
  };
}
