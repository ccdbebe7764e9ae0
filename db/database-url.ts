/** The same server and user with another database; none when `database` is empty. */
export function withDatabase(url: string, database: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${encodeURIComponent(database)}`;
  return parsed.href;
}

/** The database's name in `url`. */
export const databaseName = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1));
