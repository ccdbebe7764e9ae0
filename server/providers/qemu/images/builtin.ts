import { CommandError, runCommand } from '#server/lib/run-command';
import { builtinImages, builtinOf, type BuiltinName } from '#shared/builtin-images';
import { say, type Said } from '#shared/sentence';
import type { ImageSpec } from '../../provider';
import { buildDebianImage, debianTools, debianVersion } from './debian-build';
import type { Progress } from './fetch-image';
import { buildRouterImage, routerVersion } from './router-build';
import { buildTinyImage, tinyVersion } from './tiny-build';

/** How a built-in image is made. */
interface Recipe {
  /** Changes with everything that goes into it. */
  version: string;
  /** Programs of the machine that it takes; and Debian's packages with those that other machines with apt may lack, where there are any. */
  programs: readonly string[];
  packages?: string;
  /** Puts the image's files into `folder`. `prepared` gives the files of another one, whole. */
  build(folder: string, on: { progress: Progress; prepared: (name: BuiltinName) => Promise<string[]> }): Promise<void>;
}

const ofPackages = ['apt-get', 'apt-cache', 'dpkg-deb'];
const recipes: Record<BuiltinName, Recipe> = {
  tiny: {
    version: tinyVersion,
    programs: ofPackages,
    build: (folder, { progress }) => buildTinyImage(folder, progress),
  },
  router: {
    version: routerVersion,
    programs: ofPackages,
    build: async (folder, { progress, prepared }) => {
      const [kernel = '', initrd = ''] = await prepared('tiny');
      await buildRouterImage(folder, { kernel, initrd }, progress);
    },
  },
  debian: {
    version: debianVersion,
    ...debianTools,
    build: (folder, { progress }) => buildDebianImage(folder, progress),
  },
};

/** The recipe of an image, where it is a built-in one and of the kind of that. */
export function recipeOf(image: ImageSpec): (Recipe & { name: BuiltinName }) | null {
  const name = builtinOf(image.source);
  return name === null || builtinImages[name].kind !== image.kind ? null : { name, ...recipes[name] };
}

/** Another built-in image, as a part of one. */
export function builtinSpec(name: BuiltinName): ImageSpec {
  const { kind, readyMarker } = builtinImages[name];
  return { id: 0, name, kind, source: `builtin:${name}`, sha256: null, readyMarker };
}

/** Why this machine cannot build it; null where it can, as far as can be told without trying. */
export async function buildRefusal(image: ImageSpec): Promise<Said | null> {
  const recipe = recipeOf(image);
  if (recipe === null) return null;
  if (process.arch !== 'x64') return say('BUILD_PROCESSOR', { image: image.name, processor: process.arch });
  for (const program of recipe.programs)
    if (!(await isThere(program)))
      return recipe.packages === undefined
        ? say('BUILD_NO_TOOLS', { image: image.name })
        : say('BUILD_NEEDS', { image: image.name, tool: program, packages: recipe.packages });
  return null;
}

const isThere = (program: string) =>
  runCommand(program, ['--version'], { timeoutMs: 10_000 }).then(
    () => true,
    // not every program knows the question
    (error: unknown) => !(error instanceof CommandError && error.missing),
  );
