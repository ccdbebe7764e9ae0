import { z } from 'zod';
import { builtinImages, builtinOf } from './builtin-images';
import { limits } from './limits';
import { descriptionSchema, idSchema, listInput, nameSchema, pageOf, timestampSchema } from './primitives';
import { sentencesSchema } from './sentence-schema';

/** `kernel`: kernel + initramfs, booted directly. `disk`: a qcow2 that gets an overlay and a cloud-init seed per VM. */
export const imageKinds = ['kernel', 'disk'] as const;
export const consoleKinds = ['serial', 'vnc'] as const;
export type ConsoleKind = (typeof consoleKinds)[number];

/** Who may take an image of somebody's own: its owner only, those that it is shared with too, or everybody. */
export const imageVisibilities = ['private', 'shared', 'all'] as const;

/** What the built-in image `tiny` prints on its serial console once it has booted. */
export const tinyReadyMarker = builtinImages.tiny.readyMarker;

/** `builtin:NAME`, an absolute path on the server, or an http(s) URL. A URL needs a checksum. */
export const imageSourceSchema = z
  .string()
  .trim()
  .max(1000)
  .refine(
    (source) =>
      builtinOf(source) !== null ||
      (/^\/[^\u0000-\u001f]+$/u.test(source) && !source.split('/').includes('..')) ||
      /^https?:\/\/[^\s]+$/u.test(source),
    'An absolute path on the server or an http(s) URL.',
  );

const writable = {
  name: nameSchema,
  description: descriptionSchema.default(''),
  kind: z.enum(imageKinds),
  source: imageSourceSchema,
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'A SHA-256 is 64 hexadecimal digits.')
    .nullable()
    .default(null),
  minRamMb: z.number().int().min(0).max(limits.ramMb).default(0),
  minDiskGb: z.number().int().min(0).max(limits.diskGb).default(0),
  /** Text on the serial console that says that the guest has booted; null: a started process counts as started. */
  readyMarker: z.string().min(3).max(100).nullable().default(null),
} as const;

const urlNeedsChecksum = (image: { source: string; sha256: string | null }) =>
  !image.source.startsWith('http') || image.sha256 !== null;
const checksumMessage = { path: ['sha256'], message: 'An image that is fetched from a URL needs its SHA-256.' };

/**
 * What a zone says of an image. `requested`: it is asked to look; no entry: it has nothing of it yet. `building` and `unbuildable`: of a
 * built-in one, which is made at first need, or cannot be made there.
 */
export const imageZoneStates = ['requested', 'fetching', 'verified', 'broken', 'building', 'unbuildable'] as const;
const imageZoneStateSchema = z.object({
  zoneId: idSchema,
  zoneName: z.string(),
  state: z.enum(imageZoneStates),
  /** One sentence, of one that is broken or unbuildable. */
  reason: z.string().nullable(),
  sentences: sentencesSchema,
  /** MiB, of one that is being fetched; the total null while nobody has said it. */
  doneMb: z.number().int().nullable(),
  totalMb: z.number().int().nullable(),
  at: timestampSchema,
});
export type ImageZoneState = z.infer<typeof imageZoneStateSchema>;

export const imageSchema = z.object({
  id: idSchema,
  name: z.string(),
  description: z.string(),
  kind: z.enum(imageKinds),
  source: z.string(),
  sha256: z.string().nullable(),
  /** MiB on disk, known once a zone has prepared it. */
  sizeMb: z.number().nullable(),
  minRamMb: z.number(),
  minDiskGb: z.number(),
  readyMarker: z.string().nullable(),
  consoles: z.array(z.enum(consoleKinds)),
  login: z
    .object({ user: z.string(), password: z.string().nullable().describe('null: nobody asks for one') })
    .nullable()
    .describe('how one signs in at the console; null where it is not known'),
  retiredAt: timestampSchema.nullable(),
  createdAt: timestampSchema,
  /** Whose own it is; null: the catalogue's. */
  owner: z.object({ id: idSchema, name: z.string() }).nullable(),
  visibility: z.enum(imageVisibilities),
  inUse: z.number().int().max(limits.usesCounted),
  zones: z.array(imageZoneStateSchema).describe('what zones have of it; those that have nothing are left out'),
});
export type Image = z.infer<typeof imageSchema>;
export const imagePage = pageOf(imageSchema);

export const listImagesInput = z.strictObject({
  ...listInput,
  includeRetired: z.boolean().default(false).describe('also what is retired'),
});
export const createImageInput = z.strictObject(writable).refine(urlNeedsChecksum, checksumMessage);
export const updateImageInput = z.strictObject({ id: idSchema, ...writable }).refine(urlNeedsChecksum, checksumMessage);

/** What its owner says of an image of their own. */
export const updateOwnImageInput = z.strictObject({
  id: idSchema,
  name: writable.name,
  description: writable.description,
  minRamMb: writable.minRamMb,
  readyMarker: writable.readyMarker,
  visibility: z.enum(imageVisibilities),
});
/** What takes room though no VM has it. */
export const unusedImagesSchema = z.object({
  items: z.array(
    z.object({
      id: idSchema,
      name: z.string(),
      kind: z.enum(imageKinds),
      owner: z.object({ id: idSchema, name: z.string() }).nullable().describe('whose own it is; pruned, it is deleted'),
      roomMb: z.number().int().describe('MiB that become free when it is pruned'),
      zones: z.array(z.string()).describe('names of the zones that have prepared it'),
      unusedSince: timestampSchema.describe('since when no VM has it: since it was made, if none ever had'),
      wasUsed: z.boolean(),
    }),
  ),
  more: z.boolean().describe('there are smaller ones besides'),
});
export type UnusedImage = z.infer<typeof unusedImagesSchema>['items'][number];
/** Whose VMs have an image. */
export const imageUsesSchema = z.object({
  items: z.array(
    z.object({
      kind: z.enum(['template', 'slice']),
      id: idSchema,
      name: z.string(),
      owner: z.object({ id: idSchema, name: z.string() }),
    }),
  ),
  others: z
    .number()
    .int()
    .describe('how many there are besides: of people whose things one may not see, or too many to be named'),
});
