import { z } from 'zod';
import { descriptionSchema, idInput, idSchema, listInput, pageOf, timestampSchema } from '../primitives';
import { sentencesSchema } from '../sentence-schema';
import { ownSubnetSchema } from '../topology/addressing-schema';
import { keySchema } from '../topology/place';
import { admissions, joinStates } from './words';
import { joinLimits } from './limits';

const sliceId = idSchema.describe('the slice');
const network = keySchema.describe('key of the network');

export const publishNetworkInput = z.strictObject({
  id: sliceId,
  network,
  description: descriptionSchema.default('').describe('for those who may join it'),
  admission: z.enum(admissions).default('asked').describe('who may join: whom one accepts, or all who ask'),
  /** The part of its subnet that its own NICs keep; what is beside is for those who join. */
  range: ownSubnetSchema.optional().describe('what its own NICs keep of its subnet; else the lower half'),
});

export const joinNetworkInput = z.strictObject({
  id: sliceId,
  network,
  publicationId: idSchema.describe('the published network'),
  /** Addresses that are asked for: as many NICs can be on the network that joins. */
  addresses: z
    .number()
    .int()
    .min(1)
    .max(joinLimits.addresses)
    .default(joinLimits.usualAddresses)
    .describe('how many addresses it has to have'),
});

export const answerJoinInput = z.strictObject({
  id: idSchema.describe('what was asked for'),
  accept: z.boolean().describe('whether it may join'),
});

export const listPublishedInput = z.strictObject({
  ...listInput,
  zoneId: idSchema.optional().describe('only of this zone'),
});

/** A slice's network, as somebody sees it who may not see the slice. */
const endSchema = z.object({ slice: z.string(), network: z.string(), owner: z.string() });

export const publishedNetworkSchema = z.object({
  id: idSchema,
  zoneId: idSchema,
  ...endSchema.shape,
  /** Whether it is of a slice that the caller owns. */
  own: z.boolean(),
  description: z.string(),
  admission: z.enum(admissions),
  subnet: z.string(),
  ipv6: z.string().nullable(),
  /** How many networks join it. */
  joins: z.number().int(),
  createdAt: timestampSchema,
});
export type PublishedNetwork = z.infer<typeof publishedNetworkSchema>;
export const publishedNetworksSchema = pageOf(publishedNetworkSchema);

const joinSchema = z.object({
  id: idSchema,
  /** Key of the slice's own network, and what is at the other end. */
  network: z.string(),
  other: endSchema,
  subnet: z.string(),
  range: z.string(),
  acceptedAt: timestampSchema.nullable(),
  state: z.enum(joinStates),
  /** The network has to be updated to have its addresses there. */
  outdated: z.boolean(),
  /** Why networks that should be joined are apart. */
  error: z.string().nullable(),
  sentences: sentencesSchema,
  createdAt: timestampSchema,
});
export type NetworkJoin = z.infer<typeof joinSchema>;

/** What a slice has published, with those who join it, and what its networks join themselves. */
export const sliceNetworksSchema = z.object({
  published: z.array(
    z.object({
      id: idSchema,
      network: z.string(),
      name: z.string(),
      description: z.string(),
      admission: z.enum(admissions),
      subnet: z.string(),
      range: z.string(),
      joins: z.array(joinSchema),
    }),
  ),
  joins: z.array(joinSchema),
});
export type SliceNetworks = z.infer<typeof sliceNetworksSchema>;

export const networksOfInput = idInput;
