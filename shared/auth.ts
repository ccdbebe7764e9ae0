import { z } from 'zod';
import { limits } from './limits';
import { roles } from './permissions';
import { idSchema, timestampSchema } from './primitives';

export { can, roles, type Permission, type Role } from './permissions';

export const tokenKinds = ['session', 'pat', 'service'] as const;

export const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(limits.emailLength)
  .pipe(z.email('This is not an e-mail address.'));
export const passwordSchema = z
  .string()
  .min(limits.passwordMinLength, `At least ${limits.passwordMinLength} characters.`)
  .max(limits.passwordMaxLength, `At most ${limits.passwordMaxLength} characters.`);

export const personNameSchema = z
  .string()
  .trim()
  .min(1, 'A name is needed.')
  .max(limits.nameLength)
  .regex(/^[^\u0000-\u001f\u007f<>]+$/u, 'A name may not hold angle brackets or control characters.');

export const registerInput = z.strictObject({ email: emailSchema, name: personNameSchema, password: passwordSchema });
export const loginInput = z.strictObject({
  email: emailSchema,
  password: z.string().min(1, 'A password is needed.').max(limits.passwordMaxLength),
});

export const userSchema = z.object({
  id: idSchema,
  email: z.string(),
  name: z.string(),
  role: z.enum(roles),
  createdAt: timestampSchema,
});
export type User = z.infer<typeof userSchema>;

/** Who is calling, and what a page needs before anyone has signed in. */
export const meSchema = z.object({ user: userSchema.nullable(), registrationOpen: z.boolean() });
