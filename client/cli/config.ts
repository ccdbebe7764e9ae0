import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { CliError } from './errors';

type Environment = Record<string, string | undefined>;

/** What `trama login` keeps. */
export interface StoredLogin {
  url: string;
  token: string;
}

/** `$XDG_CONFIG_HOME/trama`. */
export function configFolder(env: Environment): string {
  const home = env['XDG_CONFIG_HOME'];
  return path.join(
    home !== undefined && path.isAbsolute(home) ? home : path.join(env['HOME'] ?? os.homedir(), '.config'),
    'trama',
  );
}

/** What `trama login` keeps is in it. */
export const configFile = (env: Environment): string => path.join(configFolder(env), 'config.json');

/** What was kept, or null. */
export async function readLogin(env: Environment): Promise<StoredLogin | null> {
  const file = configFile(env);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new CliError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (text === null) return null;
  const value = parse(text);
  if (value === null) throw new CliError(`${file} is damaged. Remove it and sign in again: trama login`);
  return value;
}

function parse(text: string): StoredLogin | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('url' in value) || !('token' in value)) return null;
    const { url, token } = value;
    return typeof url === 'string' && typeof token === 'string' ? { url, token } : null;
  } catch {
    return null;
  }
}

/** Keeps it, readable for this user only. Whole or not at all. */
export async function writeLogin(env: Environment, login: StoredLogin): Promise<string> {
  const file = configFile(env);
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}`;
  await writeFile(temporary, `${JSON.stringify(login, null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, file);
  return file;
}

export async function forgetLogin(env: Environment): Promise<void> {
  await rm(configFile(env), { force: true });
}

/** A token without the characters that come along when it is pasted. */
export function checkedToken(text: string): string {
  const token = text.trim();
  // it goes into a header
  if (!/^[\u0021-\u007e]+$/.test(token)) throw new CliError('This is not a token.', 2);
  return token;
}

/** The address without what follows it; a usage error for what is none. */
export function checkedUrl(text: string): string {
  const whole = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`;
  if (URL.canParse(whole)) {
    const url = new URL(whole);
    if ((url.protocol === 'http:' || url.protocol === 'https:') && url.username === '' && url.password === '')
      return url.origin + url.pathname.replace(/\/+$/, '');
  }
  throw new CliError(`This is not an address: ${text}`, 2);
}
