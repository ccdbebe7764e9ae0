import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Asks for the letters of most texts together with the scripts, not only once the styles have named them. */
function preloadFont(): Plugin {
  return {
    name: 'preload-font',
    transformIndexHtml(_html, { bundle }) {
      const fonts = Object.keys(bundle ?? {}).filter((file) => /inter-latin-wght-normal.*\.woff2$/.test(file));
      return fonts.map((file) => ({
        tag: 'link',
        attrs: { rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: true, href: `/${file}` },
        injectTo: 'head',
      }));
    },
  };
}

export default defineConfig({
  root: 'client',
  plugins: [react(), preloadFont()],
  // the server puts a fresh nonce here in every answer; see server/http/pages.ts
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: '../dist/client',
    emptyOutDir: true,
    target: 'es2023',
    sourcemap: false,
    // what `npm run bench:load` reads
    manifest: true,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      // what everybody loads first is one file: in eighty, as what it shares with other pages would make it, it is a tenth larger
      output: { codeSplitting: { groups: [{ name: 'first', tags: ['$initial'] }] } },
    },
  },
});
