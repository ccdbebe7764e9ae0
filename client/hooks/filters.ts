import { useSearchParams } from 'react-router';

export interface Filters {
  get: (name: string) => string;
  /** `push` makes it a step that the browser's Back takes back. */
  set: (values: Record<string, string | null>, options?: { push?: boolean }) => void;
}

/** What a list is filtered by, in the address: a reload keeps it, and it can be sent to somebody. */
export function useFilters(): Filters {
  const [search, setSearch] = useSearchParams();
  return {
    get: (name) => search.get(name) ?? '',
    set: (values, { push = false } = {}) =>
      setSearch(
        (current) => {
          const next = new URLSearchParams(current);
          for (const [name, value] of Object.entries(values))
            if (value === null || value === '') next.delete(name);
            else next.set(name, value);
          return next;
        },
        { replace: !push, preventScrollReset: true },
      ),
  };
}
