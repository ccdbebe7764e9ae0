import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Palettes of Mantine's that nothing of ours is coloured with: more than half of all variables. */
const unusedColours = '(?:pink|grape|violet|indigo|cyan|teal|lime|orange)';

/**
 * Each component of Mantine brings its own styles, so that nobody loads those of what a page does not use: all of them are
 * more than thrice what the first page needs. In `styles.css` they stand so that the later win over the earlier; a layer for
 * each, in that order, keeps it so whichever page comes first. What is ours is in no layer, and wins over all of them.
 */
function mantineStyles(): Plugin {
  const whole = createRequire(import.meta.url).resolve('@mantine/core/styles.css');
  const folder = path.join(path.dirname(whole), 'styles');
  const text = readFileSync(whole, 'utf8');
  const parts = readdirSync(folder)
    .filter((file) => /^[\w-]+\.css$/.test(file))
    .map((file) => {
      const css = readFileSync(path.join(folder, file), 'utf8').trim();
      return { name: path.basename(file, '.css'), css, place: text.indexOf(css) };
    })
    .toSorted((a, b) => a.place - b.place);
  const lost = parts.filter(({ place }) => place < 0);
  if (lost.length > 0) throw new Error(`${lost.map(({ name }) => name).join()} of Mantine is not in its styles.css.`);
  const withoutUnused = (css: string) =>
    css.replaceAll(new RegExp(`^\\s*--mantine-color-${unusedColours}-[\\w-]+:[^;]*;`, 'gm'), '');
  const layered = ({ name, css }: (typeof parts)[number]) => `@layer mantine.${name} {\n${withoutUnused(css)}\n}\n`;
  const order = `@layer ${parts.map(({ name }) => `mantine.${name}`).join(', ')};\n`;
  // those of no component: variables and the page itself
  const base = parts.filter(({ name }) => /^[a-z]/.test(name));
  let bundled = true;
  return {
    name: 'mantine-styles',
    enforce: 'pre',
    configResolved({ command }) {
      // a development server hands Mantine out as one file
      bundled = command === 'build';
    },
    load(id) {
      const file = id.split('?', 1)[0] ?? '';
      if (file === whole) return order + (bundled ? base : parts).map(layered).join('');
      const part = path.dirname(file) === folder && parts.find(({ name }) => `${name}.css` === path.basename(file));
      return part ? layered(part) : null;
    },
    transform(code, id) {
      const ours = id.startsWith(path.join(import.meta.dirname, 'client'));
      if (ours && new RegExp(`(color="|mantine-color-)${unusedColours}`).test(code))
        throw new Error(`${id} names a colour that vite.config.ts leaves out.`);
      const component = bundled && /\/@mantine\/core\/esm\/.*\/(\w+)\.module\.mjs$/.exec(id);
      return component ? { code: `import '@mantine/core/styles/${component[1]}.css';\n${code}`, map: null } : null;
    },
  };
}

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

/** The build of React Router without warnings for developers, which its package names nowhere: a page loads all that it says to them, too. */
function productionRouter(): Plugin {
  const folder = path.join(path.dirname(createRequire(import.meta.url).resolve('react-router')), '../production');
  return {
    name: 'production-router',
    apply: 'build',
    config: () => ({
      resolve: {
        alias: [
          { find: /^react-router$/, replacement: path.join(folder, 'index.mjs') },
          { find: /^react-router\/dom$/, replacement: path.join(folder, 'dom-export.mjs') },
        ],
      },
    }),
  };
}

export default defineConfig({
  root: 'client',
  plugins: [mantineStyles(), react(), productionRouter(), preloadFont()],
  // the server puts a fresh nonce here in every answer; see server/http/pages.ts
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: '../dist/client',
    emptyOutDir: true,
    target: 'es2023',
    sourcemap: false,
    // every browser that this target runs in preloads modules by itself
    modulePreload: { polyfill: false },
    // what `npm run bench:load` reads
    manifest: true,
    // who starts Trama for the first time can do nothing about it; the first load is bounded by `npm run bench:load`
    chunkSizeWarningLimit: 2_000,
    rolldownOptions: {
      // what everybody loads first is one file: in eighty, as what it shares with other pages would make it, it is a tenth larger
      // chunks are named by their hash alone: the first file has a list of all of them
      output: {
        // icons of other pages are one file, too: each by itself would be a line in that list
        codeSplitting: {
          groups: [
            { name: 'first', tags: ['$initial'], priority: 1 },
            { name: 'icons', test: /[\\/]lucide-react[\\/]/ },
          ],
        },
        chunkFileNames: 'assets/[hash:7].js',
        assetFileNames: ({ names }) =>
          names.some((name) => name.endsWith('.css')) ? 'assets/[hash:7][extname]' : 'assets/[name]-[hash][extname]',
      },
    },
  },
});
