import { lazy, Suspense } from 'react';
import { useDialogsWanted } from '../ui/dialogs';

const Host = lazy(async () => ({ default: (await import('./dialog-host')).DialogHost }));

/** Where dialogs appear; what draws them comes with the first one. */
export function Dialogs() {
  if (!useDialogsWanted()) return null;
  return (
    <Suspense>
      <Host />
    </Suspense>
  );
}
