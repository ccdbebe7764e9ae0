import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errorCodes } from '#shared/errors';
import { runTool } from './run-tool';

/** The names that the router's declaration takes from elsewhere, as a stranger may see them. */
const prelude = `/** The server's own errors, as they cross the wire. */
export interface PublicError {
  code: ErrorCode;
  message: string;
  field?: string | undefined;
  node?: string | undefined;
  params?: Record<string, string | number> | undefined;
  problems?: Problem[] | undefined;
}
export interface Problem {
  code: string;
  message: string;
  node?: string | undefined;
  edge?: string | undefined;
  field?: string | undefined;
  params?: Record<string, string | number> | undefined;
}
export type ErrorCode = ${errorCodes.map((code) => `'${code}'`).join(' | ')};
/** Who may call a procedure, and the scope that a token needs. */
export interface ProcedureMeta {
  access: string;
  scope: string | null;
}
/** The server's side of a request is the server's business. */
export type RequestContext = object;
`;

/** `import("…").Name` in a declaration → what stands for it in the package. */
const replacements: readonly [RegExp, string][] = [
  [/import\("[./]*\/shared\/errors"\)\./g, ''],
  [/import\("\.\/(?:context|trpc)"\)\./g, ''],
];

/**
 * Writes `types/`: the declarations of the SDK and of the AppRouter, which speak of nothing but @trpc/client and
 * @trpc/server. The router's comes from the compiler, not by hand: {@link checkTypes} proves that nothing was lost.
 */
export async function writeTypes(root: string, target: string): Promise<void> {
  const emitted = path.join(root, 'dist', 'package-types');
  await rm(emitted, { recursive: true, force: true });
  await runTool(root, 'tsc', ['-p', 'package/tsconfig.json']);
  await mkdir(target, { recursive: true });

  const router = await readFile(path.join(emitted, 'server', 'rpc', 'app-router.d.ts'), 'utf8');
  const replaced = replacements.reduce((text, [pattern, by]) => text.replaceAll(pattern, by), router);
  // deep indentation is a fifth of the file and nobody reads it
  const compact = replaced.replaceAll(/^ +/gm, '').replaceAll(/,\n\}/g, '\n}');
  await write(target, 'app-router.d.ts', `${prelude}${compact}`);

  const todo = ['index'];
  const done = new Set<string>();
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (done.has(name)) continue;
    done.add(name);
    const text = await readFile(path.join(emitted, 'client', 'sdk', `${name}.d.ts`), 'utf8');
    for (const [, sibling = ''] of text.matchAll(/from '\.\/([a-z-]+)'/g)) todo.push(sibling);
    await write(
      target,
      `${name}.d.ts`,
      text
        .replaceAll(/from '\.\/([a-z-]+)'/g, "from './$1.js'")
        .replaceAll("'#server/rpc/app-router'", "'./app-router.js'"),
    );
  }
}

/** Refuses what a stranger could not resolve. */
async function write(target: string, name: string, text: string): Promise<void> {
  const foreign = [...text.matchAll(/(?:from |import\()["']([^"']+)["']/g)]
    .map(([, specifier = '']) => specifier)
    .find((specifier) => !/^(\.\/[a-z-]+\.js|@trpc\/(client|server)(\/.*)?)$/.test(specifier));
  if (foreign !== undefined)
    throw new Error(`The package's ${name} speaks of ${foreign}, which a stranger does not have.`);
  await writeFile(path.join(target, name), text);
}

const check = `import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import type { AppRouter as Ours } from '#server/rpc/app-router';
import type { AppRouter as Theirs } from '../package/types/app-router.js';
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type ErrorOf<Router extends { _def: { _config: { $types: { errorShape: unknown } } } }> =
  Router['_def']['_config']['$types']['errorShape'];
// a union of true and false is not true
type Every<Each> = [Each] extends [true] ? true : false;
type Each<A, B> = { [Path in keyof A]: Path extends keyof B ? Same<A[Path], B[Path]> : false }[keyof A];
export const inputs: Every<Each<inferRouterInputs<Ours>, inferRouterInputs<Theirs>>> = true;
export const outputs: Every<Each<inferRouterOutputs<Ours>, inferRouterOutputs<Theirs>>> = true;
export const paths: Same<keyof inferRouterInputs<Ours>, keyof inferRouterInputs<Theirs>> = true;
export const shapes: [ErrorOf<Ours>, ErrorOf<Theirs>] extends [ErrorOf<Theirs>, ErrorOf<Ours>] ? true : false = true;
`;

/** Rejects unless the package's AppRouter has the very inputs, outputs and errors of the server's. */
export async function checkTypes(root: string): Promise<void> {
  const folder = path.join(root, 'dist', 'package-types');
  await writeFile(path.join(folder, 'check.ts'), check);
  await writeFile(
    path.join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', include: [], files: ['check.ts'] }),
  );
  await runTool(root, 'tsc', ['-p', folder, '--noEmit']);
}
