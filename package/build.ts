import { chmod, copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'vite';
import { z } from 'zod';
import { run } from './run-tool';
import { checkTypes, writeTypes } from './types';
import { inputs } from '../client/cli/inputs';

/** What the package needs at run time; everything else is in the bundles. */
const dependencies = ['@trpc/client', '@trpc/server', 'commander', 'ws'] as const;

const manifestSchema = z.object({
  version: z.string(),
  license: z.string(),
  description: z.string(),
  engines: z.record(z.string(), z.string()),
  dependencies: z.record(z.string(), z.string()),
});

export interface Packed {
  /** The tarball. */
  file: string;
  bytes: number;
  /** What is in it, with the size of each file unpacked. */
  files: { path: string; bytes: number }[];
}

/** Builds `dist/package`, as a stranger gets it, and packs it into `dist/trama-VERSION.tgz`. */
export async function buildPackage(root: string): Promise<Packed> {
  const target = path.join(root, 'dist', 'package');
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  const manifest = manifestSchema.parse(JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')));

  await bundle(root, target);
  await writeTypes(root, path.join(target, 'types'));
  await checkTypes(root);
  await copyFile(path.join(root, 'package', 'README.md'), path.join(target, 'README.md'));
  const { version, license, engines } = manifest;
  await writeFile(
    path.join(target, 'package.json'),
    `${JSON.stringify(
      {
        name: 'trama',
        version,
        description: 'SDK and command line of Trama: virtual machines and links, deployed from templates.',
        license,
        type: 'module',
        engines,
        exports: { './client': { types: './types/index.d.ts', import: './client.js' } },
        bin: { trama: 'trama.js' },
        dependencies: Object.fromEntries(dependencies.map((name) => [name, manifest.dependencies[name]])),
      },
      null,
      2,
    )}\n`,
  );
  return pack(root, target);
}

async function bundle(root: string, target: string): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    plugins: [
      {
        name: 'inputs-as-data',
        enforce: 'pre',
        // computed from the schemas here and now, so that neither they nor zod have to be in the bundle
        load: (id) =>
          id === path.join(root, 'client', 'cli', 'inputs.ts')
            ? `export const inputs = ${JSON.stringify(inputs)};`
            : null,
      },
    ],
    build: {
      ssr: true,
      target: 'node20',
      minify: false,
      outDir: target,
      emptyOutDir: false,
      rolldownOptions: {
        input: {
          client: path.join(root, 'client', 'sdk', 'index.ts'),
          trama: path.join(root, 'client', 'cli', 'main.ts'),
        },
        external: (id: string) =>
          id.startsWith('node:') || dependencies.some((name) => id === name || id.startsWith(`${name}/`)),
        output: { format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name].js' },
      },
    },
  });
  await chmod(path.join(target, 'trama.js'), 0o755);
}

async function pack(root: string, target: string): Promise<Packed> {
  const dist = path.join(root, 'dist');
  const output = await run('npm', ['pack', '--pack-destination', dist, '--silent'], target);
  const file = path.join(dist, output.trim().split('\n').at(-1) ?? '');
  const names = await readdir(target, { recursive: true, withFileTypes: true });
  const files = await Promise.all(
    names
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const whole = path.join(entry.parentPath, entry.name);
        return { path: path.relative(target, whole), bytes: (await stat(whole)).size };
      }),
  );
  return { file, bytes: (await stat(file)).size, files: files.toSorted((a, b) => a.path.localeCompare(b.path)) };
}
