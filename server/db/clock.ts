import { sql } from 'drizzle-orm';

/** The database's clock decides where several servers write: theirs differ. */
export const databaseNow = sql`utc_timestamp(3)`;
