import { useEffect, useRef } from 'react';
import { useLocation, useNavigate } from 'react-router';

export interface Panel<Name extends string> {
  /** Which one is open, or null. */
  name: Name | null;
  /** What it is about: the id of a row, null for something new. */
  id: number | null;
  open: (name: Name, id?: number) => void;
  close: () => void;
}

const param = 'panel';

/**
 * The panel beside a page, in the address as `?panel=edit-12`: a reload keeps it open and Back closes it. Whoever leads
 * elsewhere from a panel replaces the address instead of closing it first.
 */
export function usePanel<Name extends string>(names: readonly Name[]): Panel<Name> {
  const location = useLocation();
  const navigate = useNavigate();
  const search = new URLSearchParams(location.search);
  const [, asked, id] = /^([a-z]+)(?:-([1-9]\d{0,14}))?$/.exec(search.get(param) ?? '') ?? [];
  const openedHere = typeof location.state === 'object' && location.state !== null && 'panelOpened' in location.state;
  // a second Escape comes before the first step back has happened, and would leave the page
  const closing = useRef(false);
  useEffect(() => {
    closing.current = false;
  }, [location.key]);

  const to = (value: string | null) => {
    const next = new URLSearchParams(search);
    if (value === null) next.delete(param);
    else next.set(param, value);
    return { search: next.toString(), hash: location.hash };
  };
  return {
    name: names.find((name) => name === asked) ?? null,
    id: id === undefined ? null : Number(id),
    open: (name, about) =>
      void navigate(to(about === undefined ? name : `${name}-${about}`), {
        state: { panelOpened: true },
        preventScrollReset: true,
      }),
    close: () => {
      if (closing.current) return;
      closing.current = true;
      if (openedHere) void navigate(-1);
      else void navigate(to(null), { replace: true, preventScrollReset: true });
    },
  };
}
