import { z } from 'zod';

/** Name of a node or edge inside one topology, chosen by whoever draws. Stable over revisions, so diffs can follow it. */
export const keySchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'A key is 1 to 64 letters, digits, _ or -.');
/** Where on the canvas the middle of something is, px in one direction. */
export const positionSchema = z.number().finite().min(-1_000_000).max(1_000_000);
