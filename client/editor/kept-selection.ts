import { useEffect, useState } from 'react';
import { z } from 'zod';
import { nothingSelected, type CanvasSelection } from './canvas/types';

const selectionSchema = z.strictObject({ nodes: z.array(z.string()), edges: z.array(z.string()) });

/** What was chosen in this tab; nothing when that is not known. */
function readSelection(storage: Pick<Storage, 'getItem'>, key: string): CanvasSelection {
  try {
    return selectionSchema.safeParse(JSON.parse(storage.getItem(key) ?? 'null')).data ?? nothingSelected;
  } catch {
    return nothingSelected;
  }
}

/**
 * What is chosen in a drawing, kept through a reload of this tab; another tab has its own. Not in the address: it can be
 * a thousand keys, and what is chosen is no place to go back to.
 */
export function useKeptSelection(drawing: string) {
  const key = `${drawing}.selection`;
  const [selection, select] = useState<CanvasSelection>(() => readSelection(sessionStorage, key));
  useEffect(() => {
    try {
      if (selection.nodes.length + selection.edges.length === 0) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, JSON.stringify(selection));
    } catch {
      // a full or forbidden storage costs no more than the choice after a reload
    }
  }, [key, selection]);
  return [selection, select] as const;
}
