import { useSearchParams } from 'react-router';

export interface Filters {
  get: (name: string) => string;
  set: (values: Record<string, string | null>) => void;
}

/** What a list is filtered by, in the address: a reload keeps it, and it can be sent to somebody. */
export function useFilters(): Filters {
  const [search, setSearch] = useSearchParams();
  return {
    get: (name) => search.get(name) ?? '',
    set: (values) =>
      setSearch(
        (current) => {
          const next = new URLSearchParams(current);
          for (const [name, value] of Object.entries(values))
            if (value === null || value === '') next.delete(name);
            else next.set(name, value);
          return next;
        },
        { replace: true, preventScrollReset: true },
      ),
  };
}
