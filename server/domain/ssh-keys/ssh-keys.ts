import type { z } from 'zod';
import { AppError, notFound } from '#shared/errors';
import { limits } from '#shared/limits';
import { nameSchema } from '#shared/primitives';
import { say, type Said } from '#shared/sentence';
import {
  sshKeyLimits,
  type createdSshKeysSchema,
  type createSshKeysInput,
  type SshKey,
  type sshKeyListSchema,
} from '#shared/ssh-key';
import { lockAccounts } from '#server/db/queries/accounts';
import { deleteSshKeyRow, insertSshKey, sshKeyOf, sshKeysOf, type SshKeyRow } from '#server/db/queries/ssh-keys';
import { iso } from '#server/db/rows';
import { inTransaction } from '#server/db/transaction';
import {
  leastRsaBits,
  parseSshPublicKey,
  sshKeyTypes,
  type SshKeyFault,
  type SshPublicKey,
} from '#server/lib/ssh-public-key';
import { recordAudit } from '../audit';
import type { Actor, DomainContext } from '../context';

function publicSshKey({ id, name, type, blob, fingerprint, createdAt }: SshKeyRow): SshKey {
  return { id, name, type, fingerprint, publicKey: `${type} ${blob} ${name}`, createdAt: iso(createdAt) };
}

/** The actor's own, as they were added. */
export async function listSshKeys(
  ctx: DomainContext,
  { actor }: { actor: Actor },
): Promise<z.infer<typeof sshKeyListSchema>> {
  return { items: (await sshKeysOf(ctx.db, actor.userId)).map(publicSshKey) };
}

function faultSaid(found: SshKeyFault, line: number): Said {
  switch (found.fault) {
    case 'private':
      return say('SSH_KEY_PRIVATE', { line });
    case 'certificate':
      return say('SSH_KEY_CERTIFICATE', { line });
    case 'other-form':
      return say('SSH_KEY_OTHER_FORM', { line });
    case 'options':
      return say('SSH_KEY_OPTIONS', { line });
    case 'damaged':
      return say('SSH_KEY_DAMAGED', { line });
    case 'unknown':
      return say('SSH_KEY_UNKNOWN', { line });
    case 'type':
      return say('SSH_KEY_TYPE', { line, type: found.type.slice(0, 40), types: sshKeyTypes.join(', ') });
    case 'weak':
      return say('SSH_KEY_WEAK', { line, bits: found.bits, least: leastRsaBits });
  }
}

function refused(said: Said): AppError {
  return new AppError('INVALID_INPUT', said, { field: 'text' });
}

/** The keys of a text, each once. INVALID_INPUT on `text` for the first line that is none. */
function keysIn(text: string): SshPublicKey[] {
  const keys = new Map<string, SshPublicKey>();
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const found = parseSshPublicKey(line.trim());
    if ('fault' in found) throw refused(faultSaid(found, at + 1));
    keys.set(found.fingerprint, found);
  }
  if (keys.size === 0) throw refused(say('SSH_KEY_NONE'));
  return [...keys.values()];
}

/** What stands behind a key as a name: `user@host`. Null where it says nothing that can be one. */
function nameIn(comment: string): string | null {
  const cleaned = comment.replaceAll(/[^\p{L}\p{N} ._@+:()-]/gu, '-').slice(0, limits.nameLength);
  return nameSchema.safeParse(cleaned).data ?? null;
}

/**
 * Adds the keys that the text holds; those that are there stay as they are. INVALID_INPUT on `text`, with the line, for what is no key, and when the
 * account would have more than it may: nothing is added then. Guests have them from their next start on.
 */
export async function createSshKeys(
  ctx: DomainContext,
  { actor, text, name }: { actor: Actor } & z.output<typeof createSshKeysInput>,
): Promise<z.infer<typeof createdSshKeysSchema>> {
  const keys = keysIn(text);
  return inTransaction(ctx.db, async (tx) => {
    await lockAccounts(tx, [actor.userId]);
    const before = await sshKeysOf(tx, actor.userId);
    const fingerprints = new Set(keys.map(({ fingerprint }) => fingerprint));
    const known = before.filter(({ fingerprint }) => fingerprints.has(fingerprint));
    const had = new Set(known.map(({ fingerprint }) => fingerprint));
    const fresh = keys.filter(({ fingerprint }) => !had.has(fingerprint));
    const limit = sshKeyLimits.perUser;
    if (before.length + fresh.length > limit) throw refused(say('SSH_KEYS_LIMIT', { limit }));
    const ids = new Set<number>();
    for (const { type, blob, comment, fingerprint } of fresh) {
      const [first, second] = keys.length === 1 ? [name, nameIn(comment)] : [nameIn(comment), name];
      const called = first ?? second ?? type;
      const id = await insertSshKey(tx, { userId: actor.userId, name: called, type, blob, fingerprint });
      ids.add(id);
      await recordAudit(tx, actor, {
        action: 'ssh-keys.create',
        objectType: 'ssh_key',
        objectId: id,
        details: { name: called, type, fingerprint },
      });
    }
    const added = (await sshKeysOf(tx, actor.userId)).filter(({ id }) => ids.has(id));
    return { added: added.map(publicSshKey), known: known.map(publicSshKey) };
  });
}

/** Guests that have it lose it at their next start. NOT_FOUND for others' keys. */
export async function deleteSshKey(ctx: DomainContext, { actor, id }: { actor: Actor; id: number }): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    const key = await sshKeyOf(tx, { id, userId: actor.userId });
    if (key === null || !(await deleteSshKeyRow(tx, id))) throw notFound('SSH key');
    const { name, type, fingerprint } = key;
    await recordAudit(tx, actor, {
      action: 'ssh-keys.delete',
      objectType: 'ssh_key',
      objectId: id,
      details: { name, type, fingerprint },
    });
  });
}
