import { useSyncExternalStore } from 'react';
import { z } from 'zod';

const storageKey = 'trama.console';
/** The terminals' own, or as the page has. */
export const consoleColours = ['page', 'light', 'dark'] as const;
/** Layouts that a guest may have. */
export const guestKeyboards = ['us', 'es', 'de'] as const;
export type GuestKeyboard = (typeof guestKeyboards)[number];
const minFontSize = 8;
const maxFontSize = 32;
const settingsSchema = z.object({
  /** Pixels. */
  fontSize: z.number().int().min(minFontSize).max(maxFontSize).catch(13),
  /** Of the terminal: as the page, or always the one. */
  colours: z.enum(consoleColours).catch('page'),
  /** What is selected is in the clipboard. */
  copyOnSelect: z.boolean().catch(true),
  screenReader: z.boolean().catch(false),
  /** The layout that guests have, for texts that are typed as keys. */
  keyboard: z.enum(guestKeyboards).catch('us'),
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

/** Larger text by so many pixels, smaller by less than none; what is as large as can be stays so. */
export function changeFontSize(by: number): void {
  changeConsoleSettings({ fontSize: Math.max(minFontSize, Math.min(maxFontSize, read().fontSize + by)) });
}

// consoles in windows of their own have the same settings
window.addEventListener('storage', ({ key }) => {
  if (key !== storageKey) return;
  current = null;
  for (const listener of listeners) listener();
});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useConsoleSettings(): ConsoleSettings {
  return useSyncExternalStore(subscribe, read);
}
