import { z } from 'zod';

/** Where consoles are served, and the WebSocket's subprotocol: the one-time token is offered as a second one. */
export const consolePath = '/console';
export const consoleProtocol = 'trama.console';

const cells = z.number().int().min(1).max(1000);
/** What a client may ask for in a text frame: the size of its terminal, of which the guest is told if it listens. */
export const consoleControlSchema = z.object({ type: z.literal('resize'), cols: cells, rows: cells });
