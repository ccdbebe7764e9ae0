import { z } from 'zod';

const cells = z.number().int().min(1).max(1000);
/** What a client may ask for in a text frame: the size of its terminal, of which the guest is told if it listens. */
export const consoleControlSchema = z.object({ type: z.literal('resize'), cols: cells, rows: cells });
export type ConsoleControl = z.infer<typeof consoleControlSchema>;
