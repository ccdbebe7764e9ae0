import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import mysql, { escapeId } from 'mysql2/promise';
import { withDatabase } from '#db/database-url';
import { migrate } from '#db/migrate';
import { findServer, type ServerBinary } from '#db/server-binary';
import { bringMysql } from '#db/testing/mysql-from-packages';
import { startTestServer } from '#db/testing/server';
import { openSession, type ApiSession } from '../../rig/api';
import { freePort, root, startTrama, type TramaServer } from '../../rig/trama-server';

/** Signs the sessions of a bench's servers. */
export const benchSecret = 'a secret of the benches, of no use to anybody';
const admin = { email: 'admin@bench.example', password: 'correct horse battery staple' };
const probe = path.join(root, 'tools/bench/cpu-probe.mjs');

export interface BenchWorld {
  databaseUrl: string;
  server: TramaServer;
  /** Of the administrator. */
  session: ApiSession;
  close(): Promise<void>;
}

/**
 * A database server of its own, with the migrated and seeded database that `fill` puts rows into, and Trama on it as `npm
 * start` runs it, with the simulator.
 */
export async function openBenchWorld(
  options: {
    fill?: (databaseUrl: string) => Promise<void>;
    /** What is run instead of `npm start`: a module in TypeScript, from the clone's root. */
    script?: string;
    /** What it is told besides. */
    env?: Record<string, string>;
  } = {},
): Promise<BenchWorld> {
  const binary = await databaseBinary();
  const parent = path.join(root, '.trama', 'bench');
  await mkdir(parent, { recursive: true });
  const dataDir = await mkdtemp(path.join(parent, 'data-'));
  const database = await startTestServer(binary, root);
  let server: TramaServer | undefined;
  const close = async () => {
    await server?.stop();
    await database.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const name = 'trama_bench';
    const control = await mysql.createConnection({ uri: database.url });
    await control.query(`create database ${escapeId(name)} character set utf8mb4 collate utf8mb4_unicode_ci`);
    await control.end();
    const databaseUrl = withDatabase(database.url, name);
    await migrate(databaseUrl);
    await options.fill?.(databaseUrl);
    server = await startTrama({
      dataDir,
      port: await freePort(),
      nodeOptions: ['--import', probe, ...(options.script === undefined ? [] : ['--import', 'tsx'])],
      ...(options.script === undefined ? {} : { script: options.script }),
      env: {
        DATABASE_URL: databaseUrl,
        TRAMA_SECRET: benchSecret,
        TRAMA_SIMULATOR: '1',
        TRAMA_ADMIN_EMAIL: admin.email,
        TRAMA_ADMIN_PASSWORD: admin.password,
        ...options.env,
      },
    });
    const session = openSession(server.url);
    await session.api.auth.login.mutate(admin);
    return { databaseUrl, server, session, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What `npm start` would use; with `TRAMA_TEST_DATABASE=mysql` a MySQL. */
export async function databaseBinary(): Promise<ServerBinary> {
  if (process.env['TRAMA_TEST_DATABASE'] === 'mysql') {
    const brought = await bringMysql(path.join(root, '.trama', 'cache', 'mysql'));
    if ('reason' in brought) throw new Error(`No MySQL server can be had here: ${brought.reason}`);
    return brought.binary;
  }
  const binary = await findServer();
  if (binary === null) throw new Error('The benches need a database server, as `npm start` installs it.');
  return binary;
}

/** The server that Trama is compared with, on the same database; `zones`: as Trama tells of them. */
export async function startBareServer(
  databaseUrl: string,
  zones: unknown,
): Promise<{ url: string; process: ChildProcess }> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--import', probe, path.join(root, 'tools/bench/bare-server.ts')],
    {
      cwd: root,
      env: {
        ...process.env,
        NODE_ENV: 'production',
        DATABASE_URL: databaseUrl,
        BENCH_SECRET: Buffer.from(benchSecret).toString('hex'),
        BENCH_ZONES: JSON.stringify(zones),
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { url: `http://127.0.0.1:${port}`, process: child };
}

/** Microseconds of CPU that a server process has used so far. */
export async function cpuOf(child: ChildProcess): Promise<number> {
  const answered = once(child, 'message') as Promise<[NodeJS.CpuUsage]>;
  child.send('cpu');
  const [{ user, system }] = await answered;
  return user + system;
}

export interface Load {
  url: string;
  cookie: string;
  path: string;
  requests: number;
  connections: number;
}

/** So many GET requests over so many connections that are kept; answers the times that they took, in milliseconds. */
export async function load({ url, cookie, path: asked, requests, connections }: Load): Promise<number[]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const began = performance.now();
      http
        .get(`${url}${asked}`, { agent, headers: { cookie } }, (response) => {
          response.resume();
          response.on('end', () => {
            times.push(performance.now() - began);
            if (response.statusCode === 200) resolve();
            else reject(new Error(`${asked} answered ${response.statusCode}`));
          });
        })
        .on('error', reject);
    });
  let left = requests;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await one();
    }
  };
  await Promise.all(Array.from({ length: connections }, lane));
  agent.destroy();
  return times.toSorted((a, b) => a - b);
}

export function atShare(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** A CPU profile of what a server process does during `work`, for Chromium's developer tools. */
export async function profiled<Result>(
  child: ChildProcess,
  file: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const say = async (message: string) => {
    const answered = once(child, 'message');
    child.send(message);
    await answered;
  };
  await say('profile');
  try {
    return await work();
  } finally {
    await say(file);
  }
}
