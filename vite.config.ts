import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'client',
  plugins: [react()],
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
