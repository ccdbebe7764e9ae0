import mysql, { type Connection } from 'mysql2/promise';
import { withDatabase } from '#db/database-url';
import { findServer } from '#db/server-binary';
import { startTestServer } from '#db/testing/server';
import { root } from './trama-server';

export interface SharedDatabase {
  /** For `DATABASE_URL`. */
  url: string;
  /** What a test does behind the servers' backs. */
  connection: Connection;
  /** Ends it; all that it holds is gone. */
  stop(): Promise<void>;
}

/** An empty database on a server of its own that several servers of Trama can share. */
export async function startSharedDatabase(): Promise<SharedDatabase> {
  const binary = await findServer();
  if (binary === null) throw new Error('There is no database server: apt-get install mariadb-server-core');
  const server = await startTestServer(binary, root);
  try {
    const connection = await mysql.createConnection({ uri: server.url });
    await connection.query('create database trama character set utf8mb4 collate utf8mb4_unicode_ci');
    await connection.query('use trama');
    const stop = async () => {
      await connection.end();
      await server.stop();
    };
    return { url: withDatabase(server.url, 'trama'), connection, stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
