import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Gives the app's one page, made for this request. */
export interface Pages {
  html(url: string, nonce: string): Promise<string>;
}

/** What `vite build` left in `folder`. The placeholder is the one of vite.config.ts. */
export function builtPages(folder: string): Pages {
  let template: Promise<string> | undefined;
  return {
    async html(_url, nonce) {
      template ??= readFile(path.join(folder, 'index.html'), 'utf8');
      try {
        return (await template).replaceAll('__CSP_NONCE__', nonce);
      } catch (error) {
        template = undefined;
        throw error;
      }
    },
  };
}
