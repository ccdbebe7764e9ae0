import { createBrowserRouter } from 'react-router';
import { loadTexts } from './i18n/i18n';
import type { LazyNamespace } from './i18n/lazy-texts';
// what everybody sees first comes in one file with the entry; see vite.config.ts
import { Component as LoginPage } from './auth/LoginPage';
import { Component as HomePage } from './home/HomePage';
import { Component as AppLayout } from './layouts/AppLayout';
import { RouteError } from './layouts/RouteError';

/** While the first chunks are on their way: nothing, since anything would only flash. */
function Starting() {
  return null;
}

/** A page with its texts, and those of what the server may refuse it: all on their way at the same time, shown when they are there. */
function page<Module>(load: () => Promise<Module>, ...namespaces: LazyNamespace[]): () => Promise<Module> {
  return async () => {
    const [module] = await Promise.all([load(), loadTexts(['refusals', ...namespaces])]);
    return module;
  };
}

const editor = page(
  () => import('./editor/EditorPage'),
  'addresses',
  'change',
  'editor',
  'problems',
  'sharing',
  'slices',
  'yaml',
);

/** Every address of the app. The editor, the slice page and the consoles are chunks of their own. */
export function createAppRouter() {
  return createBrowserRouter([
    {
      ErrorBoundary: RouteError,
      HydrateFallback: Starting,
      children: [
        { path: '/login', Component: LoginPage },
        { path: '/register', lazy: page(() => import('./auth/RegisterPage'), 'fields') },
        { path: '/reset', lazy: page(() => import('./auth/ResetPage'), 'fields', 'reset') },
        {
          path: '/',
          Component: AppLayout,
          children: [
            {
              // a page that breaks leaves the navigation standing
              ErrorBoundary: RouteError,
              children: [
                { index: true, lazy: page(() => Promise.resolve({ Component: HomePage }), 'quota') },
                {
                  path: 'templates',
                  lazy: page(() => import('./templates/TemplatesPage'), 'fields', 'sharing', 'templates'),
                },
                {
                  path: 'templates/gallery',
                  lazy: page(() => import('./templates/GalleryPage'), 'templates'),
                },
                { path: 'templates/new', lazy: editor },
                { path: 'templates/:templateId', lazy: editor },
                {
                  path: 'slices',
                  lazy: page(
                    () => import('./slices/SlicesPage'),
                    'fields',
                    'events',
                    'leases',
                    'problems',
                    'quota',
                    'sharing',
                    'slices',
                  ),
                },
                {
                  path: 'screens',
                  lazy: page(() => import('./screens/ScreensPage'), 'figures', 'sharing', 'slices', 'users'),
                },
                {
                  path: 'slices/:sliceId',
                  lazy: page(
                    () => import('./slices/SlicePage'),
                    'addresses',
                    'fields',
                    'figures',
                    'catalogue',
                    'console',
                    'editor',
                    'events',
                    'history',
                    'leases',
                    'links',
                    'networks',
                    'problems',
                    'quota',
                    'sharing',
                    'slices',
                    'snapshots',
                  ),
                },
                {
                  path: 'slices/:sliceId/capture',
                  lazy: page(() => import('./slices/capture/CapturePage'), 'capture', 'events', 'problems', 'slices'),
                },
                {
                  path: 'slices/:sliceId/change',
                  lazy: page(
                    () => import('./slices/change/ChangePage'),
                    'change',
                    'editor',
                    'events',
                    'problems',
                    'quota',
                    'sharing',
                    'slices',
                    'templates',
                    'yaml',
                  ),
                },
                { path: 'flavours', lazy: page(() => import('./catalogue/FlavoursPage'), 'fields', 'catalogue') },
                {
                  path: 'images',
                  lazy: page(() => import('./catalogue/ImagesPage'), 'fields', 'catalogue', 'quota', 'sharing'),
                },
                {
                  path: 'zones',
                  lazy: page(() => import('./zones/ZonesPage'), 'fields', 'figures', 'catalogue', 'leases'),
                },
                {
                  path: 'account/:section?',
                  lazy: page(
                    () => import('./account/AccountPage'),
                    'fields',
                    'account',
                    'audit',
                    'notifications',
                    'quota',
                    'sshKeys',
                    'tokens',
                    'webhooks',
                  ),
                },
                {
                  path: 'notifications',
                  lazy: page(() => import('./notifications/NotificationsPage'), 'notifications'),
                },
                { path: 'users', lazy: page(() => import('./users/UsersPage'), 'fields', 'quota', 'users') },
                {
                  path: 'users/:userId',
                  lazy: page(() => import('./users/UserPage'), 'fields', 'quota', 'tokens', 'users'),
                },
                {
                  path: 'deployments',
                  lazy: page(() => import('./deployments/DeploymentsPage'), 'events', 'history', 'slices', 'users'),
                },
                { path: 'audit', lazy: page(() => import('./audit/AuditPage'), 'audit', 'users') },
                { path: '*', lazy: () => import('./layouts/NotFoundPage') },
              ],
            },
          ],
        },
      ],
    },
  ]);
}
