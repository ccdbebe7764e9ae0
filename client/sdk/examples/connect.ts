import { createTramaClient, type TramaClient } from 'trama/client';

/** The server and the token that the environment names. Make a token with `trama tokens create`, or on the page of your account. */
export function connect(): TramaClient {
  const { TRAMA_URL: url = 'http://localhost:8000', TRAMA_TOKEN: token } = process.env;
  if (token === undefined) throw new Error('Set TRAMA_TOKEN to a personal access token.');
  return createTramaClient({ url, token });
}
