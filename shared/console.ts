/**
 * Where consoles are served, and the WebSocket's subprotocol: the one-time token is offered as a second one. Free of zod,
 * which the SDK does without.
 */
export const consolePath = '/console';
export const consoleProtocol = 'trama.console';
