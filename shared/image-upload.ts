import { z } from 'zod';
import { limits } from './limits';
import { descriptionSchema, idSchema, listInput, nameSchema, pageOf, timestampSchema, urlSchema } from './primitives';
import { sentencesSchema } from './sentence-schema';

/**
 * `uploading`: pieces come. `fetching`: the server gets it from a URL. `saving`: it gets it from a VM's disk. `checking`: all are here; the checksum, the format and the disk's own tables are looked at.
 * `converting`: it becomes a qcow2 of its own. Then `ready`, with its image, or `failed`, with the reason.
 */
export const uploadStates = ['uploading', 'fetching', 'saving', 'checking', 'converting', 'ready', 'failed'] as const;
export type UploadState = (typeof uploadStates)[number];
/** Those that have not come to an end. */
export const unfinishedUploads = [
  'uploading',
  'fetching',
  'saving',
  'checking',
  'converting',
] as const satisfies readonly UploadState[];
/** What is made into a qcow2; packed by gzip or xz as well. */
export const uploadFormats = ['qcow2', 'raw', 'vmdk', 'vdi', 'vhdx', 'iso'] as const;

const sha256Schema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'A SHA-256 is 64 hexadecimal digits.')
  .nullable()
  .default(null);

export const createUploadInput = z.strictObject({
  name: nameSchema,
  fileName: z
    .string()
    .min(1)
    .max(255)
    .regex(/^[^\u0000-\u001f/\\]+$/u, 'A file’s name has no slashes and no control characters.'),
  sizeBytes: z
    .number()
    .int()
    .min(1)
    .max(limits.uploadMb * 2 ** 20),
});
/** What a form says in the reader's language instead. */
export const urlWithSecret = 'Names and passwords do not belong into the address.';
export const plainNeedsChecksum =
  'Without TLS anybody on the way can change the file: give its SHA-256, or an https address.';
export const fetchUploadInput = z
  .strictObject({
    name: nameSchema,
    url: urlSchema({ max: limits.imageUrlLength, withLogin: urlWithSecret }).describe('where the server fetches it'),
    sha256: sha256Schema.describe('of the file: it is refused if it has another one; needed where the address is http'),
  })
  .refine(({ url, sha256 }) => !/^http:/i.test(url) || sha256 !== null, {
    path: ['sha256'],
    error: plainNeedsChecksum,
  });
export const saveDiskInput = z.strictObject({
  vmId: idSchema.describe('whose disk it is; it may run'),
  name: nameSchema.describe('what the image is called'),
  description: descriptionSchema.default(''),
});
export const finishUploadInput = z.strictObject({
  id: idSchema,
  sha256: sha256Schema.describe('of the whole file: compared with that of what came, if it is given'),
});
export const listUploadsInput = z.strictObject({ limit: listInput.limit, cursor: listInput.cursor });

export const imageUploadSchema = z.object({
  id: idSchema,
  name: z.string(),
  fileName: z.string(),
  sizeBytes: z.number().int().nullable().describe('null: of what is fetched, while nobody has said it'),
  receivedBytes: z.number().int(),
  url: z.string().nullable().describe('where it is fetched from, without a query; null: it is uploaded'),
  vmId: idSchema.nullable().describe('the VM whose disk is saved, while it is there; null: it comes from elsewhere'),
  sha256: z.string().nullable(),
  state: z.enum(uploadStates),
  /** Of the conversion, and of what is saved. */
  percent: z.number().int().nullable(),
  format: z.enum(uploadFormats).nullable(),
  imageId: idSchema.nullable(),
  error: z.string().nullable(),
  sentences: sentencesSchema,
  createdAt: timestampSchema,
  touchedAt: timestampSchema,
});
export type ImageUpload = z.infer<typeof imageUploadSchema>;
export const imageUploadPage = pageOf(imageUploadSchema);
/** How much of it is here: what is sent next begins there. */
export const chunkAnswerSchema = z.object({ receivedBytes: z.number().int() });
