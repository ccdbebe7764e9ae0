import { sql } from 'drizzle-orm';

/** The database's clock decides where several servers write: theirs differ. */
export const databaseNow = sql`utc_timestamp(3)`;

/** So many milliseconds later, by the same clock. */
export const fromNow = (milliseconds: number) =>
  sql`timestampadd(microsecond, ${Math.round(milliseconds * 1000)}, utc_timestamp(3))`;
