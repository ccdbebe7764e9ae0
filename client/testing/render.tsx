import { MantineProvider } from '@mantine/core';
import { cleanup, render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { MemoryRouter } from 'react-router';
import { afterEach } from 'vitest';
import { loadTexts, startI18n } from '../i18n/i18n';
import { Dialogs } from '../layouts/Dialogs';
import { theme } from '../theme';

/** What jsdom lacks of a browser, and the component library asks for: no media query matches, nothing is resized or loaded. */
function completeBrowser(): void {
  window.matchMedia = (query) => {
    const target = new EventTarget();
    return Object.assign(target, {
      matches: false,
      media: query,
      onchange: null,
      addListener: () => undefined,
      removeListener: () => undefined,
    });
  };
  window.ResizeObserver = class implements ResizeObserver {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  };
  const fonts = { addEventListener: () => undefined, removeEventListener: () => undefined };
  Object.defineProperty(document, 'fonts', { configurable: true, value: fonts });
  Element.prototype.scrollIntoView = () => undefined;
  Object.assign(window, { CSS: { escape: (text: string) => text.replaceAll(/["\\]/g, '\\$&') } });
}

completeBrowser();
await startI18n();
await loadTexts([
  'fields',
  'account',
  'addresses',
  'audit',
  'catalogue',
  'change',
  'console',
  'editor',
  'events',
  'figures',
  'guide',
  'history',
  'leases',
  'notifications',
  'problems',
  'quota',
  'refusals',
  'reset',
  'sharing',
  'slices',
  'snapshots',
  'templates',
  'tokens',
  'users',
  'sshKeys',
  'webhooks',
  'yaml',
]);
afterEach(cleanup);

/** What every component of the app may count on: theme, texts, links, dialogs. */
export function Everything({ children }: { children: ReactNode }) {
  return (
    <MantineProvider theme={theme} env="test">
      <Dialogs />
      <MemoryRouter>{children}</MemoryRouter>
    </MantineProvider>
  );
}

/** Renders with {@link Everything}. */
export function renderApp(children: ReactNode) {
  return render(<Everything>{children}</Everything>);
}
