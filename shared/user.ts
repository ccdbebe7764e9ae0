import { z } from 'zod';
import { emailSchema, personNameSchema, roles, userKinds, userSchema } from './auth';
import { idSchema, listInput, pageOf, timestampSchema } from './primitives';

/** An account as admins see it. */
export const accountSchema = userSchema.extend({
  disabledAt: timestampSchema.nullable(),
  /** Of any session or token. */
  lastUsedAt: timestampSchema.nullable(),
  templates: z.number().int(),
  slices: z.number().int(),
  sessions: z.number().int(),
  tokens: z.number().int(),
});
export type Account = z.infer<typeof accountSchema>;
export const accountPage = pageOf(accountSchema);

export const listUsersInput = z.strictObject({
  ...listInput,
  role: z.enum(roles).optional(),
  kind: z.enum(userKinds).optional(),
  state: z.enum(['enabled', 'disabled']).optional(),
});

/** What is told of others to whom one shares with. */
export const personSchema = z.object({ id: idSchema, name: z.string(), email: z.string() });
export const findUsersInput = z.strictObject({ search: z.string().trim().min(2).max(100) });
export const foundUsersSchema = z.object({ items: z.array(personSchema) });

/** A person is made with a link to choose a password by. */
export const createUserInput = z.strictObject({ email: emailSchema, name: personNameSchema, role: z.enum(roles) });
/** A machine account: no password, tokens only. */
export const createServiceInput = z.strictObject({ name: personNameSchema, role: z.enum(roles) });
/** LAST_ADMIN when it would leave no enabled administrator. */
export const updateUserInput = z.strictObject({
  id: idSchema,
  name: personNameSchema.optional(),
  role: z.enum(roles).optional(),
});
/** `path` with the token as its fragment; to be put behind the server's own address. Shown once, good once. */
export const passwordLinkSchema = z.object({ path: z.string(), expiresAt: timestampSchema });
export const createdUserSchema = z.object({ user: accountSchema, link: passwordLinkSchema });

/** What becomes of what the user owns. `transfer` needs `transferTo`, an enabled account. */
export const deleteUserInput = z
  .strictObject({
    id: idSchema,
    templates: z.enum(['delete', 'transfer']),
    slices: z.enum(['destroy', 'transfer']),
    transferTo: idSchema.optional(),
  })
  .refine(
    (input) => (input.templates !== 'transfer' && input.slices !== 'transfer') || input.transferTo !== undefined,
    {
      path: ['transferTo'],
      message: 'Say to whom they go.',
    },
  )
  .refine((input) => input.transferTo !== input.id, {
    path: ['transferTo'],
    message: 'They cannot go to the account that is deleted.',
  });
/** How many of each were transferred, deleted or are being destroyed. */
export const deletedUserSchema = z.object({ templates: z.number().int(), slices: z.number().int() });
