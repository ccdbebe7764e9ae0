import { createBrowserRouter } from 'react-router';
import { loadTexts } from './i18n/i18n';
import type { LazyNamespace } from './i18n/lazy-texts';
import { RouteError } from './layouts/RouteError';

/** While the first chunks are on their way: nothing, since anything would only flash. */
function Starting() {
  return null;
}

/** A page with its texts: both on their way at the same time, shown when both are there. */
function page<Module>(load: () => Promise<Module>, ...namespaces: LazyNamespace[]): () => Promise<Module> {
  return async () => {
    const [module] = await Promise.all([load(), loadTexts(namespaces)]);
    return module;
  };
}

/** Every address of the app. The editor, the slice page and the consoles are chunks of their own. */
export function createAppRouter() {
  return createBrowserRouter([
    {
      ErrorBoundary: RouteError,
      HydrateFallback: Starting,
      children: [
        { path: '/login', lazy: () => import('./pages/LoginPage') },
        { path: '/register', lazy: () => import('./pages/RegisterPage') },
        { path: '/reset', lazy: () => import('./pages/ResetPage') },
        {
          path: '/',
          lazy: () => import('./layouts/AppLayout'),
          children: [
            {
              // a page that breaks leaves the navigation standing
              ErrorBoundary: RouteError,
              children: [
                { index: true, lazy: page(() => import('./pages/HomePage'), 'quota') },
                { path: 'templates', lazy: page(() => import('./pages/TemplatesPage'), 'sharing', 'templates') },
                {
                  path: 'templates/new',
                  lazy: page(() => import('./pages/EditorPage'), 'editor', 'problems', 'sharing'),
                },
                {
                  path: 'templates/:templateId',
                  lazy: page(() => import('./pages/EditorPage'), 'editor', 'problems', 'sharing'),
                },
                {
                  path: 'slices',
                  lazy: page(() => import('./pages/SlicesPage'), 'events', 'problems', 'quota', 'sharing', 'slices'),
                },
                {
                  path: 'slices/:sliceId',
                  lazy: page(
                    () => import('./pages/SlicePage'),
                    'console',
                    'editor',
                    'events',
                    'problems',
                    'quota',
                    'sharing',
                    'slices',
                  ),
                },
                { path: 'flavours', lazy: page(() => import('./pages/FlavoursPage'), 'catalogue') },
                { path: 'images', lazy: page(() => import('./pages/ImagesPage'), 'catalogue') },
                { path: 'zones', lazy: page(() => import('./pages/ZonesPage'), 'catalogue') },
                {
                  path: 'account/:section?',
                  lazy: page(() => import('./pages/AccountPage'), 'account', 'audit', 'quota', 'tokens'),
                },
                { path: 'users', lazy: page(() => import('./pages/UsersPage'), 'quota', 'users') },
                { path: 'users/:userId', lazy: page(() => import('./pages/UserPage'), 'quota', 'tokens', 'users') },
                { path: 'audit', lazy: page(() => import('./pages/AuditPage'), 'audit', 'users') },
                { path: '*', lazy: () => import('./pages/NotFoundPage') },
              ],
            },
          ],
        },
      ],
    },
  ]);
}
