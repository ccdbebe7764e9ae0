import { ModalsProvider } from '@mantine/modals';
import { useEffect } from 'react';
import { dialogsListen } from '../ui/dialogs';

/** Its effect runs when the provider around it hears what is opened. */
function Listening() {
  useEffect(dialogsListen, []);
  return null;
}

/** Draws the dialogs that `confirmDestroy` opens. */
export function DialogHost() {
  return (
    <ModalsProvider>
      <Listening />
    </ModalsProvider>
  );
}
