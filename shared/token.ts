import { z } from 'zod';
import { limits } from './limits';
import { idSchema, nameSchema, timestampSchema } from './primitives';
import { scopeSchema } from './scopes';

/** What a token looks like: `trama_pat_…` or `trama_svc_…`, so that it is found where it should not be. */
export const tokenPrefixes = { pat: 'trama_pat_', service: 'trama_svc_' } as const;

/** A personal access token or a service token. The secret itself is kept nowhere. */
export const tokenSchema = z.object({
  id: idSchema,
  kind: z.enum(['pat', 'service']),
  name: z.string(),
  scopes: z.array(scopeSchema),
  createdAt: timestampSchema,
  expiresAt: timestampSchema,
  lastUsedAt: timestampSchema.nullable(),
  /** Where it was used last. */
  ip: z.string().nullable(),
});
export type Token = z.infer<typeof tokenSchema>;
export const tokenListSchema = z.object({ items: z.array(tokenSchema) });

/** `userId`: a service account, for who holds `users:manage`; without it the caller. */
export const listTokensInput = z.strictObject({ userId: idSchema.optional() });
export const createTokenInput = z.strictObject({
  name: nameSchema.describe('what you will know it by'),
  scopes: z
    .array(scopeSchema)
    .min(1, 'At least one scope is needed.')
    .max(20)
    .describe('what it may do: read, operate or manage, everywhere or in one area'),
  days: z
    .number()
    .int()
    .min(1)
    .max(limits.tokenDays, `At most ${limits.tokenDays} days.`)
    .default(90)
    .describe('how many days it is good for'),
  userId: idSchema.optional(),
});
/** `token` is shown this once. */
export const createdTokenSchema = z.object({ token: z.string(), info: tokenSchema });
