import os from 'node:os';
import { createTramaClient, TramaError, type TramaClient } from '../sdk/index';
import { checkedToken, checkedUrl, readLogin } from './config';
import { CliError, exitCodes } from './errors';
import type { Output } from './output';
import type { Prompter, Input } from './prompt';

/** What every command works with. */
export interface Cli {
  env: Record<string, string | undefined>;
  out: Output;
  stdin: Input;
  prompt: Prompter;
  /** Fires with Ctrl-C. */
  signal: AbortSignal;
  /** Where, and as whom, by the environment or by the last login. `token`: null when there is none for this server. */
  target(): Promise<{ url: string; token: string | null }>;
  /** A client with the token; a CliError when there is none. */
  client(): Promise<TramaClient>;
}

export const defaultUrl = 'http://localhost:8000';

export function createCli(parts: Pick<Cli, 'env' | 'out' | 'stdin' | 'prompt' | 'signal'>): Cli {
  const { env, signal } = parts;
  const target = async () => {
    const givenUrl = env['TRAMA_URL'] === undefined || env['TRAMA_URL'] === '' ? null : checkedUrl(env['TRAMA_URL']);
    const givenToken = env['TRAMA_TOKEN'] === undefined || env['TRAMA_TOKEN'] === '' ? null : env['TRAMA_TOKEN'];
    if (givenUrl !== null && givenToken !== null) return { url: givenUrl, token: checkedToken(givenToken) };
    const login = await readLogin(env);
    const url = givenUrl ?? login?.url ?? defaultUrl;
    if (givenToken !== null) return { url, token: checkedToken(givenToken) };
    // a token is for the server that gave it, and no other is told it
    return { url, token: login !== null && login.url === url ? login.token : null };
  };
  return {
    ...parts,
    target,
    async client() {
      const { url, token } = await target();
      if (token === null)
        throw new CliError(`You are not signed in to ${url}. Sign in with: trama login`, exitCodes.forbidden);
      return createTramaClient({ url, token, signal });
    },
  };
}

/**
 * Works in a session that is ended afterwards, whatever happens: some things cannot be done by a token. Asks for the code
 * of the second factor when it is needed.
 */
export async function withSession<Result>(
  cli: Cli,
  credentials: { url: string; email: string; password: string; code: string | undefined },
  work: (api: TramaClient['api']) => Promise<Result>,
): Promise<Result> {
  let cookie = '';
  const keepCookie: typeof globalThis.fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    if (cookie !== '') headers.set('cookie', cookie);
    // a password is for the server that was named, not for where it would send us on to
    const response = await globalThis.fetch(input, { ...init, headers, redirect: 'error' });
    for (const line of response.headers.getSetCookie()) cookie = line.split(';', 1)[0] ?? '';
    return response;
  };
  const { api } = createTramaClient({ url: credentials.url, fetch: keepCookie, signal: cli.signal });
  const { email, password, code } = credentials;
  try {
    await api.auth.login.mutate({ email, password, ...(code !== undefined && { code }) });
  } catch (error) {
    const needed = error instanceof TramaError && error.code === 'SECOND_FACTOR_NEEDED';
    if (!needed || code !== undefined || !cli.prompt.interactive) throw error;
    await api.auth.login.mutate({ email, password, code: await cli.prompt.ask('Code of your authenticator: ') });
  }
  try {
    return await work(api);
  } finally {
    await api.auth.logout.mutate().catch(() => cli.out.message('The temporary session could not be ended.'));
  }
}

/** A name for a token that says where it is kept. */
export const hostTokenName = () => `trama on ${os.hostname()}`.replaceAll(/[\u0000-\u001f/\\<>]/g, '-').slice(0, 63);
