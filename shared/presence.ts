import { z } from 'zod';
import { idSchema } from './primitives';
import { keySchema } from './topology/place';

/** Bounds of what is told of who draws at the same template at once. */
export const presenceLimits = {
  /** Pages that have one template open, at a server: those beyond see the others and are not seen. */
  pagesPerTemplate: 50,
  /** Parts that somebody has chosen, of which others are told. */
  keys: 100,
  /** How often a page says where it points, and is told of others, ms. */
  pointEveryMs: 100,
} as const;

/** Numbers a page that has a template open. */
const pageIdSchema = z.string().regex(/^[A-Za-z0-9_-]{22}$/);
const bound = 1_000_000;
const coordinate = z.number().min(-bound).max(bound);

/** Where in the drawing somebody points, and what they have chosen. */
export const pointedSchema = z.strictObject({
  /** Null: nowhere in it. */
  cursor: z.strictObject({ x: coordinate, y: coordinate }).nullable(),
  /** Keys of nodes and edges. */
  chosen: z.array(keySchema).max(presenceLimits.keys),
});
export type Pointed = z.infer<typeof pointedSchema>;

export const watchPresenceInput = z.strictObject({ templateId: idSchema });
export const pointInput = z.strictObject({ page: pageIdSchema, pointed: pointedSchema });

/** A page that somebody else, or the caller elsewhere, has the template open in. */
export const presentSchema = z.object({
  page: z.string(),
  user: z.object({ id: idSchema, name: z.string() }),
  pointed: pointedSchema,
});
export type Present = z.infer<typeof presentSchema>;
/** All others that are there, each time; `page` is the reader's own, by which it tells where it points. */
export const presenceSchema = z.object({ page: z.string(), others: z.array(presentSchema) });
export type Presence = z.infer<typeof presenceSchema>;
