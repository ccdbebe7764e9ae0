import { useDebouncedValue } from '@mantine/hooks';
import { skipToken } from '@tanstack/react-query';
import { trpc } from '../api/trpc';
import { nameProblem } from '../hooks/schema-errors';

/**
 * What the slice is called: as typed, else like what it is made of, with a number if that is taken. `free` is what could be had
 * in place of a typed name that is taken.
 */
export function useFreeName(typed: string | null, origin: string | undefined): { name: string; free: string | null } {
  const wish = (typed ?? origin ?? '').trim();
  const [asked] = useDebouncedValue(wish, 200);
  const answer = trpc.slices.freeName.useQuery(
    asked === '' || nameProblem(asked) !== null ? skipToken : { name: asked },
    {
      staleTime: 0,
    },
  );
  const free = asked === wish ? answer.data?.name : undefined;
  if (typed !== null) return { name: typed, free: free === undefined || free === wish ? null : free };
  // shown only when it is known to be free, so that it does not change under a hand that begins to type
  return { name: free ?? (answer.isError ? wish : ''), free: null };
}
