import { z } from 'zod';
import { limits } from './limits';

export const idSchema = z.number().int().positive().max(Number.MAX_SAFE_INTEGER);
/** Input of everything that takes one thing by its id. */
export const idInput = z.strictObject({ id: idSchema });
/** ISO 8601 in UTC with milliseconds. */
export const timestampSchema = z.iso.datetime();

/** What was once accepted as a name, and may be in drawings: see {@link nameSchema}. */
export const lineSchema = z
  .string()
  .trim()
  // the same letters, however an accent was typed, are the same name
  .normalize('NFC')
  .min(1, 'A name is needed.')
  .max(limits.nameLength, `At most ${limits.nameLength} characters.`)
  // nor halves of characters, which no JSON column takes
  .regex(
    /^[^\u0000-\u001f\u007f/\\<>\ud800-\udfff]+$/u,
    'A name may not hold slashes, angle brackets or control characters.',
  )
  .refine((name) => name !== '.' && name !== '..', 'This name is reserved.');

/** Name of a template, slice, flavour, image, zone: one line, no control characters, no path separators, trimmed. */
export const nameSchema = lineSchema.refine(
  // what ends a line or turns the direction of a text, too: such a name would show as another
  (name) => !/[\u0080-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u.test(name),
  'A name may not hold slashes, angle brackets or control characters.',
);

/** Name of a VM: an RFC 1123 host name label, since the guest takes it as its host name. */
export const hostnameSchema = z
  .string()
  .min(1, 'A name is needed.')
  .max(limits.nameLength, `At most ${limits.nameLength} characters.`)
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/,
    'Letters, digits and hyphens only, not starting or ending with a hyphen.',
  );

/** Names that `/etc/hosts` has already: another machine of that name could not be reached. */
const reservedHostnames = new Set([
  'localhost',
  'localhost4',
  'localhost6',
  'ip6-localhost',
  'ip6-loopback',
  'ip6-localnet',
  'ip6-mcastprefix',
  'ip6-allnodes',
  'ip6-allrouters',
  'ip6-allhosts',
  'broadcasthost',
]);
export function isReservedHostname(name: string): boolean {
  return reservedHostnames.has(name.toLowerCase());
}

/** What a form says in the reader's language instead. */
export const urlNeeded = 'An address that begins with https:// or http:// is needed.';
/** An address without a name and a password in it: where these were, `withLogin` is said. */
export function urlSchema({ max, withLogin }: { max: number; withLogin: string }) {
  return z
    .url({ protocol: /^https?$/, error: urlNeeded })
    .max(max)
    .refine((text) => !URL.canParse(text) || (new URL(text).username === '' && new URL(text).password === ''), {
      error: withLogin,
    });
}

export const descriptionSchema = z.string().trim().max(limits.descriptionLength);

/** Input of every list: keyset pagination, never offsets. */
export const listInput = {
  limit: z.number().int().min(1).max(limits.pageSize).default(limits.defaultPageSize).describe('how many at most'),
  /** `nextCursor` of the page before. Opaque. */
  cursor: z.string().max(300).nullish(),
  // in the form in which names are kept
  search: z.string().trim().normalize('NFC').max(limits.searchLength).optional().describe('only what holds this text'),
} as const;

/** Output of every list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

/** An amount of the three things that a zone can run out of. RAM in MiB, disk in GiB. */
export const resourcesSchema = z.object({ vcpus: z.number(), ramMb: z.number(), diskGb: z.number() });
export type Resources = z.infer<typeof resourcesSchema>;
