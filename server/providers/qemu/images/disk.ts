import { z } from 'zod';
import { CommandError, runCommand } from '#server/lib/run-command';
import { ProviderError } from '#server/lib/provider-error';
import { say, type Said } from '#shared/sentence';
import type { ImageSpec } from '../../provider';

/** Checking reads all of an image's tables, over a slow disk too. */
const checkTimeoutMs = 900_000;
/** The largest file of ext4, the usual file system. */
export const maxDiskGb = 16 * 1024;
const maxVirtualBytes = maxDiskGb * 2 ** 30;

const infoSchema = z.object({
  format: z.string(),
  'virtual-size': z.number(),
  encrypted: z.boolean().optional(),
  'backing-filename': z.string().optional(),
  'format-specific': z
    .object({ data: z.object({ 'data-file': z.string().optional() }).loose() })
    .loose()
    .optional(),
});

/**
 * Accepts a self-contained qcow2 only. A backing or data file would let an image name any file of the host, and read it
 * into a guest.
 * @returns the size that the guest sees, in bytes
 */
export async function inspectDisk(image: ImageSpec, path: string): Promise<number> {
  let info: z.infer<typeof infoSchema>;
  try {
    const { stdout } = await runCommand('qemu-img', ['info', '--output=json', '-f', 'qcow2', path]);
    info = infoSchema.parse(JSON.parse(stdout));
  } catch (error) {
    if (error instanceof CommandError && error.missing) throw missingTool('qemu-img', 'qemu-utils', error);
    throw refuse(say('IMAGE_NOT_QCOW2', { image: image.name }), error);
  }
  if (info['backing-filename'] !== undefined) throw refuse(say('IMAGE_HAS_BACKING', { image: image.name }));
  if (info['format-specific']?.data['data-file'] !== undefined)
    throw refuse(say('IMAGE_HAS_DATA_FILE', { image: image.name }));
  if (info.encrypted === true) throw refuse(say('IMAGE_ENCRYPTED', { image: image.name }));
  if (info['virtual-size'] > maxVirtualBytes)
    throw refuse(
      say('IMAGE_TOO_LARGE', {
        image: image.name,
        size: Math.ceil(info['virtual-size'] / 2 ** 30),
        max: maxDiskGb,
      }),
    );
  return info['virtual-size'];
}

/** Looks at the whole qcow2, after {@link inspectDisk}: one that was cut short or damaged would fail inside of guests. */
export async function checkDisk(image: ImageSpec, path: string): Promise<void> {
  try {
    await runCommand('qemu-img', ['check', '-q', '-f', 'qcow2', path], { timeoutMs: checkTimeoutMs });
  } catch (error) {
    if (error instanceof CommandError && error.missing) throw missingTool('qemu-img', 'qemu-utils', error);
    // leaked clusters waste room and harm nothing (qemu-img(1), "check")
    if (error instanceof CommandError && exitCodeOf(error) === leaksOnly) return;
    throw refuse(say('IMAGE_CORRUPT', { image: image.name }), error);
  }
}

const leaksOnly = 3;

function exitCodeOf({ cause }: CommandError): unknown {
  return cause instanceof Error && 'code' in cause ? cause.code : null;
}

const refuse = (said: Said, cause?: unknown) => new ProviderError('IMAGE_INVALID', said, false, cause);

/**
 * Makes the VM's own disk on top of an image, or grows it.
 * @param backing path of the image relative to `folder`'s file
 * @param diskGb 0 takes the image's size
 */
export async function createOverlay(
  image: ImageSpec,
  paths: { base: string; backing: string; overlay: string },
  diskGb: number,
): Promise<void> {
  const size = await inspectDisk(image, paths.base);
  const wanted = diskGb * 2 ** 30;
  if (wanted > 0 && wanted < size)
    throw refuse(say('IMAGE_NEEDS_MORE_DISK', { image: image.name, needed: Math.ceil(size / 2 ** 30), given: diskGb }));
  const backing = ['-b', paths.backing, '-F', 'qcow2'];
  await runCommand('qemu-img', [
    'create',
    '-q',
    '-f',
    'qcow2',
    ...backing,
    paths.overlay,
    String(Math.max(wanted, size)),
  ]);
}

/** Grows the disk of a VM that does not run. Done as the user whose file it is: a guest that broke out may have made it anything. */
export async function growDisk(
  disk: { folder: string; file: string; diskGb: number },
  runAs: { uid: number; gid: number } | null,
): Promise<void> {
  const { folder, file, diskGb } = disk;
  try {
    await runCommand('qemu-img', ['resize', '-q', '-f', 'qcow2', file, `${diskGb}G`], { cwd: folder, ...runAs });
  } catch (error) {
    if (error instanceof CommandError && error.missing) throw missingTool('qemu-img', 'qemu-utils', error);
    throw error;
  }
}

export function missingTool(tool: string, debianPackage: string, cause?: unknown): ProviderError {
  return new ProviderError('UNAVAILABLE', say('TOOL_MISSING', { tool, packages: debianPackage }), true, cause);
}
