import { z } from 'zod';
import { emailSchema } from './auth';
import { idSchema, timestampSchema } from './primitives';
import type { Level } from './scopes';

/**
 * What a slice is shared for. `view`: see it and what its consoles show; `operate`: start, stop and reboot its VMs and type in
 * their consoles, too.
 */
export const shareLevels = ['view', 'operate'] as const;
export type ShareLevel = (typeof shareLevels)[number];

/** What a template is shared for. `view`: see it, and what one may make of it; `edit`: draw it, too, and say what it is for. */
export const templateShareLevels = ['view', 'edit'] as const;
export type TemplateShareLevel = (typeof templateShareLevels)[number];

/** How somebody comes to see a thing: as its owner, by a share, because it is published, or as an administrator. */
export const accessKinds = ['own', 'operate', 'edit', 'view', 'published', 'admin'] as const;
export type AccessKind = (typeof accessKinds)[number];

/**
 * How far each goes with the thing itself. What is seen of a template may be exported, duplicated and deployed; what that
 * makes is one's own.
 */
export const levelOfAccess = {
  own: 'manage',
  operate: 'operate',
  edit: 'operate',
  view: 'read',
  published: 'read',
  admin: 'manage',
} as const satisfies Record<AccessKind, Level>;

/** Who sees a template: its owner; named users besides; every user. */
export const visibilities = ['private', 'shared', 'published'] as const;

export const shareSchema = z.object({
  user: z.object({ id: idSchema, name: z.string(), email: z.string() }),
  level: z.enum([...shareLevels, 'edit']),
  createdAt: timestampSchema,
});
export type Share = z.infer<typeof shareSchema>;
export const shareListSchema = z.object({ items: z.array(shareSchema) });

/** With whom, by the whole address. NOT_FOUND on `email`. Again with another level changes it. */
export const shareTemplateInput = z.strictObject({
  id: idSchema,
  email: emailSchema,
  level: z.enum(templateShareLevels).default('view').describe('to see it, or to change its drawing, too'),
});
export const shareSliceInput = z.strictObject({
  id: idSchema,
  email: emailSchema,
  level: z.enum(shareLevels).default('view').describe('to see it, or to start, stop and type in consoles, too'),
});
export const unshareInput = z.strictObject({ id: idSchema, userId: idSchema });
