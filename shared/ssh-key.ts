import { z } from 'zod';
import { idSchema, nameSchema, timestampSchema } from './primitives';

/** Limits of an account's SSH keys. */
export const sshKeyLimits = {
  perUser: 50,
  /** Characters of a text that they are read from. */
  textLength: 65_536,
} as const;

/** A public key of an account, by which its owner signs in to the guests of their slices. */
export const sshKeySchema = z.object({
  id: idSchema,
  name: z.string(),
  /** `ssh-ed25519`, as the key itself begins. */
  type: z.string(),
  /** `SHA256:…`, as `ssh-keygen -l` shows it. */
  fingerprint: z.string(),
  /** The whole line, as it is written into a guest. */
  publicKey: z.string(),
  createdAt: timestampSchema,
});
export type SshKey = z.infer<typeof sshKeySchema>;
export const sshKeyListSchema = z.object({ items: z.array(sshKeySchema) });

export const createSshKeysInput = z.strictObject({
  /** One key on each line; lines that are empty or begin with `#` are passed over. */
  text: z
    .string()
    .max(sshKeyLimits.textLength, `At most ${sshKeyLimits.textLength} characters.`)
    .describe('what a .pub file holds, or a list of keys, one on each line'),
  /** Of one key, instead of what stands behind it; of several, of those behind which nothing stands. */
  name: nameSchema.optional().describe('what you will know it by; without it what stands behind the key'),
});
/** `known`: those that were there already. */
export const createdSshKeysSchema = z.object({ added: z.array(sshKeySchema), known: z.array(sshKeySchema) });
