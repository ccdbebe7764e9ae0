import { useSyncExternalStore } from 'react';

/*
 * What draws dialogs, a sixth of the app's code with all that they take along, is loaded when the first one is asked for.
 * `Dialogs` in client/layouts mounts it then, and says when it listens.
 */

let wanted = false;
const heard = new Set<() => void>();
let listens: () => void = () => {};
const listening = new Promise<void>((resolve) => {
  listens = resolve;
});

/** Resolves when dialogs can be opened. */
export function dialogsReady(): Promise<void> {
  wanted = true;
  for (const tell of heard) tell();
  return listening;
}

/** Said by what has mounted the dialogs. */
export function dialogsListen(): void {
  listens();
}

/** Whether a dialog has been asked for. */
export function useDialogsWanted(): boolean {
  return useSyncExternalStore(
    (tell) => {
      heard.add(tell);
      return () => heard.delete(tell);
    },
    () => wanted,
  );
}
