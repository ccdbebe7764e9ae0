import './api/zod-settings';
import '@mantine/core/styles.css';
import './font.css';
import './global.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router/dom';
import { Dialogs } from './layouts/Dialogs';
import { Toasts } from './layouts/Toasts';
import { createApiClient, createQueryClient, trpc } from './api/trpc';
import { startI18n } from './i18n/i18n';
import { createAppRouter } from './routes';
import { cssVariables, theme } from './theme';
import { styleNonce } from './ui/style-nonce';

// where the scroll lock of dialogs (react-remove-scroll) looks for it
Object.assign(globalThis, { __webpack_nonce__: styleNonce() });

const queryClient = createQueryClient();
const apiClient = createApiClient();
await startI18n();

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
    >
      <trpc.Provider client={apiClient} queryClient={queryClient}>
        <QueryClientProvider client={queryClient}>
          <Toasts />
          <Dialogs />
          <RouterProvider router={createAppRouter()} />
        </QueryClientProvider>
      </trpc.Provider>
    </MantineProvider>
  </StrictMode>,
);

/** What tells that the connection is lost, and what asks before something is destroyed, must not have to be fetched then. */
function loadForLater(): void {
  void Promise.all([import('./layouts/notifications'), import('./layouts/dialog-host')]).catch(() => undefined);
}
if ('requestIdleCallback' in window) requestIdleCallback(loadForLater, { timeout: 10_000 });
else setTimeout(loadForLater, 3_000);
