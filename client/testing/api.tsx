import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { TRPCClientError } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import type { ReactNode } from 'react';
import { MemoryRouter } from 'react-router';
import { createQueryClient, trpc } from '../api/trpc';

/** What the server answers to a procedure, by its path. */
export type Answer = (path: string, input: unknown) => Promise<unknown>;

/** Surrounds what is tested with an API whose answers the test gives, and with the app's own query settings. */
export function apiWrapper(answer: Answer) {
  const queryClient = createQueryClient();
  const client = trpc.createClient({
    links: [
      () =>
        ({ op }) =>
          observable((observer) => {
            answer(op.path, op.input).then(
              (data) => {
                observer.next({ result: { type: 'data', data } });
                observer.complete();
              },
              (error: Error) => observer.error(TRPCClientError.from(error)),
            );
            // as a stream over HTTP does when it is let go
            return () => {
              if (op.type === 'subscription') observer.complete();
            };
          }),
    ],
  });
  return function ApiWrapper({ children }: { children: ReactNode }) {
    return (
      <MantineProvider env="test">
        <trpc.Provider client={client} queryClient={queryClient}>
          <QueryClientProvider client={queryClient}>
            <MemoryRouter>{children}</MemoryRouter>
          </QueryClientProvider>
        </trpc.Provider>
      </MantineProvider>
    );
  };
}
