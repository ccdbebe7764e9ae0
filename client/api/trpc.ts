import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { httpBatchLink, httpSubscriptionLink, retryLink, splitLink, type TRPCLink } from '@trpc/client';
import { createTRPCReact, getQueryKey } from '@trpc/react-query';
import type { z } from 'zod';
import type { meSchema, User } from '#shared/auth';
import type { AppRouter } from '#server/rpc/app-router';
import { appErrorOf } from './app-error';

export const trpc = createTRPCReact<AppRouter>();

/** Infinite queries add the `direction` that they read in to what is asked: the lists know one only, and refuse it. */
const withoutDirection: TRPCLink<AppRouter> =
  () =>
  ({ op, next }) => {
    if (op.type !== 'query' || typeof op.input !== 'object' || op.input === null || !('direction' in op.input))
      return next(op);
    const { direction: _added, ...input } = op.input;
    return next({ ...op, input });
  };

/**
 * A browser gives an event stream up for good when the answer is an error, as it is from a proxy, or from ourselves, while
 * the server starts again. It is asked for anew then, behind the last event that was seen. What the server itself refuses
 * would be refused again.
 */
const streamsComeBack = retryLink<AppRouter>({
  retry({ error }) {
    const code = appErrorOf(error)?.code;
    return code === undefined || code === 'DATABASE_UNAVAILABLE' || code === 'INTERNAL';
  },
  retryDelayMs: (attempt) => Math.min(500 * 2 ** Math.min(attempt, 5), 10_000),
});

const waitForGuests: ReadonlySet<string> = new Set(['slices.vmStatus', 'slices.screens']);

/** One client for the app's lifetime; the session cookie does the authentication. */
export function createApiClient() {
  return trpc.createClient({
    links: [
      withoutDirection,
      splitLink({
        condition: (operation) => operation.type === 'subscription',
        true: [streamsComeBack, httpSubscriptionLink({ url: '/trpc' })],
        // a long list of ids in one GET would pass the URL limits of proxies; and nothing is to wait for a guest to answer
        false: splitLink({
          condition: ({ type, input, path }) =>
            waitForGuests.has(path) || (type === 'query' && (JSON.stringify(input) ?? '').length > 1_500),
          true: httpBatchLink({ url: '/trpc', methodOverride: 'POST', maxItems: 1 }),
          false: httpBatchLink({ url: '/trpc', maxURLLength: 2_000, maxItems: 20 }),
        }),
      }),
    ],
  });
}

const sessionKey = getQueryKey(trpc.auth.me, undefined, 'query');

/**
 * What the app knows about who is signed in. `null` also forgets everything that was loaded for whoever it was;
 * the layout then leads to the sign-in page.
 */
export function setSessionUser(client: QueryClient, user: User | null): void {
  client.setQueryData<z.infer<typeof meSchema>>(sessionKey, (me) => ({
    token: null,
    registrationOpen: false,
    registrationDomains: null,
    ...me,
    user,
  }));
  if (user === null) client.removeQueries({ predicate: (query) => query.queryHash !== JSON.stringify(sessionKey) });
}

/** Answers that are errors of ours will be the same again; only a lost network is worth a second try. */
export function createQueryClient(): QueryClient {
  const onError = (error: unknown): void => {
    if (appErrorOf(error)?.code === 'UNAUTHENTICATED') setSessionUser(client, null);
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, error) => failures < 2 && !('data' in error && error.data),
      },
      // 'always': what is pressed while offline fails there and then, and is not sent by itself once the network is back
      mutations: { retry: false, networkMode: 'always' },
    },
  });
  return client;
}
