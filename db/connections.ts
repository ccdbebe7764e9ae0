import type { Connection, RowDataPacket } from 'mysql2/promise';

/** Somebody's connection to a database server. */
export interface OpenConnection {
  id: number;
  user: string;
  /** Where from: address and port, or a socket's name. */
  host: string;
  /** The database that it has chosen, if any. */
  database: string | null;
}

interface ProcessRow extends RowDataPacket {
  Id: number;
  User: string;
  Host: string;
  db: string | null;
}

/**
 * The connections to the server of `connection`, its own as well, of those that its account may see. Not by
 * information_schema.processlist: MySQL 8 fills that with everybody's statements in utf8mb3 first, and the query fails while
 * a statement with an emoji runs, in whatever database.
 */
export async function openConnections(connection: Pick<Connection, 'query'>): Promise<OpenConnection[]> {
  const [rows] = await connection.query<ProcessRow[]>('show processlist');
  return rows.map(({ Id, User, Host, db }) => ({ id: Number(Id), user: User, host: Host, database: db }));
}
