import { useSyncExternalStore } from 'react';
import { z } from 'zod';

const storageKey = 'trama.console';
const settingsSchema = z.object({
  /** Pixels. */
  fontSize: z.number().int().min(8).max(32).catch(13),
  screenReader: z.boolean().catch(false),
  /** Of the dock, in pixels. */
  height: z.number().min(120).max(2000).catch(300),
});
export type ConsoleSettings = z.infer<typeof settingsSchema>;

const listeners = new Set<() => void>();
let current: ConsoleSettings | null = null;

function read(): ConsoleSettings {
  if (current === null) {
    let stored: unknown = {};
    try {
      stored = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
    } catch {
      // what cannot be read is as good as not there
    }
    current = settingsSchema.parse(typeof stored === 'object' && stored !== null ? stored : {});
  }
  return current;
}

/** Changes settings of all consoles, now and for the next visits. Values out of bounds are ignored. */
export function changeConsoleSettings(change: Partial<ConsoleSettings>): void {
  const next = settingsSchema.parse({ ...read(), ...change });
  current = next;
  localStorage.setItem(storageKey, JSON.stringify(next));
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useConsoleSettings(): ConsoleSettings {
  return useSyncExternalStore(subscribe, read);
}
