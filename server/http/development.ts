import { readFile } from 'node:fs/promises';
import type { RequestListener, Server } from 'node:http';
import path from 'node:path';
import type { Pages } from './pages';

export interface DevelopmentPages {
  pages: Pages;
  /** Puts Vite in front: modules and hot reload are its own, the rest is the app's. */
  wrap(request: RequestListener): RequestListener;
  close(): Promise<void>;
}

/** The client straight from its sources, with hot reload over the same server. */
export async function developmentPages(root: string, server: Server): Promise<DevelopmentPages> {
  const { createServer } = await import('vite');
  const vite = await createServer({
    configFile: path.join(root, 'vite.config.ts'),
    root: path.join(root, 'client'),
    appType: 'custom',
    // which hosts may call is the listener's to say
    server: { middlewareMode: true, hmr: { server }, allowedHosts: true },
  });
  return {
    pages: {
      async html(url, nonce) {
        const source = await readFile(path.join(root, 'client', 'index.html'), 'utf8');
        return (await vite.transformIndexHtml(url, source)).replaceAll('__CSP_NONCE__', nonce);
      },
    },
    wrap: (request) => (incoming, response) => {
      const url = incoming.url ?? '/';
      if (url.startsWith('/trpc') || url === '/healthz') return request(incoming, response);
      vite.middlewares(incoming, response, () => request(incoming, response));
    },
    close: () => vite.close(),
  };
}
