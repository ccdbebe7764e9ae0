import { z } from 'zod';
import { limits } from './limits';
import { roles } from './permissions';
import { idSchema, timestampSchema } from './primitives';

export { can, roles, type Permission, type Role } from './permissions';

export const tokenKinds = ['session', 'pat', 'service'] as const;
export type TokenKind = (typeof tokenKinds)[number];
/** A person signs in; a service has no password and acts by its tokens alone. */
export const userKinds = ['person', 'service'] as const;

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
/** A password that is only compared: whatever its age, it need not please today's rules. */
const givenPasswordSchema = z.string().min(1, 'A password is needed.').max(limits.passwordMaxLength);

export const personNameSchema = z
  .string()
  .trim()
  .min(1, 'A name is needed.')
  .max(limits.nameLength)
  .regex(/^[^\u0000-\u001f\u007f<>\ud800-\udfff]+$/u, 'A name may not hold angle brackets or control characters.');

/** Six digits of an authenticator, or a recovery code; spaces and hyphens are for the eye. */
export const secondFactorSchema = z
  .string()
  .trim()
  .min(6, 'A code is needed.')
  .max(40)
  .regex(/^[0-9A-Za-z -]+$/, 'Letters and digits only.');

export const registerInput = z.strictObject({ email: emailSchema, name: personNameSchema, password: passwordSchema });
/** `code` only after SECOND_FACTOR_NEEDED, which comes only with the right password. */
export const loginInput = z.strictObject({
  email: emailSchema,
  password: givenPasswordSchema,
  code: secondFactorSchema.optional(),
});

export const userSchema = z.object({
  id: idSchema,
  kind: z.enum(userKinds),
  email: z.string(),
  name: z.string(),
  role: z.enum(roles),
  /** Whether signing in needs a code besides the password. */
  secondFactor: z.boolean(),
  createdAt: timestampSchema,
});
export type User = z.infer<typeof userSchema>;

/** Who is calling, and what a page needs before anyone has signed in. */
export const meSchema = z.object({
  user: userSchema.nullable(),
  /** What the call came with; null for nobody. `scopes`: null for a session. */
  token: z
    .object({
      id: idSchema,
      kind: z.enum(tokenKinds),
      name: z.string().nullable(),
      scopes: z.array(z.string()).nullable(),
      expiresAt: timestampSchema,
    })
    .nullable(),
  registrationOpen: z.boolean(),
  /** Domains that an address must be of to register; null for any. */
  registrationDomains: z.array(z.string()).nullable(),
});

export const updateProfileInput = z.strictObject({ name: personNameSchema });
/** Signs out everywhere else. INVALID_CREDENTIALS on `currentPassword`. */
export const changePasswordInput = z.strictObject({ currentPassword: givenPasswordSchema, password: passwordSchema });
export const changeEmailInput = z.strictObject({ currentPassword: givenPasswordSchema, email: emailSchema });

/** A browser's sign-in. */
export const sessionSchema = z.object({
  id: idSchema,
  /** As the browser named itself. */
  userAgent: z.string().nullable(),
  /** Where it was used last. */
  ip: z.string().nullable(),
  /** Whether it is the one that asks. */
  current: z.boolean(),
  createdAt: timestampSchema,
  lastUsedAt: timestampSchema.nullable(),
  /** When it ends if it is not used until then, and in any case. */
  idleExpiresAt: timestampSchema,
  expiresAt: timestampSchema,
});
export type SessionInfo = z.infer<typeof sessionSchema>;
export const sessionListSchema = z.object({ items: z.array(sessionSchema) });
/** Also the caller's own session; and, when asked for, all tokens. */
export const signOutEverywhereInput = z.strictObject({ tokensToo: z.boolean().default(false) });

/** The link's token and the new password. Ends all sessions and tokens of the account. */
export const resetPasswordInput = z.strictObject({ token: z.string().min(1).max(100), password: passwordSchema });
/** Where the client takes a password link up: the token is the fragment, which no server log sees. */
export const resetPath = '/reset';

export const beginSecondFactorInput = z.strictObject({ currentPassword: givenPasswordSchema });
/** To be shown once: as text and, by the client, as a QR code. It takes effect with `auth.enableSecondFactor`. */
export const secondFactorSetupSchema = z.object({
  /** Base32. */
  secret: z.string(),
  /** `otpauth://totp/…` */
  uri: z.string(),
});
export const enableSecondFactorInput = z.strictObject({ code: secondFactorSchema });
/** Shown once; each signs in once in place of a code. */
export const recoveryCodesSchema = z.object({ codes: z.array(z.string()) });
export const disableSecondFactorInput = z.strictObject({
  currentPassword: givenPasswordSchema,
  code: secondFactorSchema,
});
