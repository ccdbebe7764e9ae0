import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'client',
  plugins: [react()],
  // the server puts a fresh nonce here in every answer; see server/http/pages.ts
  html: { cspNonce: '__CSP_NONCE__' },
  // the manifest is what `npm run bench:load` reads
  build: { outDir: '../dist/client', emptyOutDir: true, target: 'es2023', sourcemap: false, manifest: true },
});
