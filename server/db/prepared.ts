import { DrizzleQueryError, is, Column, Placeholder, sql, type GetColumnData, type SQL } from 'drizzle-orm';
import { MySqlDialect } from 'drizzle-orm/mysql-core';
import type { RowDataPacket } from 'mysql2/promise';

/** What carries a prepared statement out: the pool, or the connection of a transaction. */
export interface Executor {
  execute<Rows extends RowDataPacket[]>(
    options: { sql: string; dateStrings: true },
    values: (string | null)[],
  ): Promise<[Rows, unknown]>;
}

/** By the database or transaction that query functions are given. */
const executors = new WeakMap<object, Executor>();

/** Makes a database or a transaction one that prepared statements can be run on. */
export function bindExecutor(queryable: object, executor: Executor): void {
  executors.set(queryable, executor);
}

/** Something computed, and how its value is read. */
export interface Computed<Value> {
  sql: SQL;
  read: (value: unknown) => Value;
}
export type Field = Column | Computed<unknown>;
type FieldValue<Of extends Field> = Of extends Column ? GetColumnData<Of> : Of extends Computed<infer V> ? V : never;
export type RowOf<Fields extends Record<string, Field>> = { [Key in keyof Fields]: FieldValue<Fields[Key]> };

/** A number that the database computes; null counts as 0. */
export const number = (computed: SQL): Computed<number> => ({ sql: computed, read: (value) => Number(value ?? 0) });
export const truth = (computed: SQL): Computed<boolean> => ({ sql: computed, read: (value) => Number(value) === 1 });
/** A column of an outer join, whose row may not be there. */
export const optional = <Of extends Column>(column: Of): Computed<Of['_']['data'] | null> => {
  const read = reader(column);
  return { sql: sql`${column}`, read: (value) => (value === null ? null : read(value)) as Of['_']['data'] | null };
};
/** An instant as the wire has it, without a Date between. */
export const isoText = (column: Column): Computed<string> => ({ sql: sql`${column}`, read: isoOf });
export const optionalIsoText = (column: Column): Computed<string | null> => ({
  sql: sql`${column}`,
  read: (value) => (value === null ? null : isoOf(value)),
});

/** `2026-01-02 03:04:05.678` as ISO 8601. The binary protocol leaves the fraction of whole seconds away. */
function isoOf(value: unknown): string {
  const text = String(value);
  return `${text.slice(0, 10)}T${text.slice(11)}${text.length === 19 ? '.000' : ''}Z`;
}

/** An instant as the database writes it, for a placeholder. */
export function instantText(at: Date): string {
  return at.toISOString().slice(0, -1).replace('T', ' ');
}

function reader(column: Column): (value: unknown) => unknown {
  if (column.dataType === 'date') return (value) => new Date(isoOf(value));
  if (column.dataType === 'boolean') return (value) => Number(value) === 1;
  return (value) => value;
}
const plain = (column: Column) => column.dataType !== 'date' && column.dataType !== 'boolean';

/** What can be put into a prepared statement. */
export type Value = string | number | Date | null;
const text = (value: Value) =>
  value === null
    ? null
    : value instanceof Date
      ? instantText(value)
      : typeof value === 'string'
        ? value
        : String(value);

const dialect = new MySqlDialect();

/**
 * A statement that each connection prepares once: for the reads that almost every request makes. Its SQL is built once, its
 * rows come by the binary protocol as objects of the driver's making, and only what is no number or text already is read
 * anew. `build` gets the list of `fields`; what changes from call to call is a `sql.placeholder`. What is not known before it
 * runs (lists of ids, searches) belongs into ordinary queries: the database keeps every text that it has prepared.
 */
export function prepared<Fields extends Record<string, Field>, Values extends Record<string, Value>>(
  fields: Fields,
  build: (fields: SQL) => SQL,
): (q: object, values: Values) => Promise<RowOf<Fields>[]> {
  const entries = Object.entries(fields);
  const selected = sql.join(
    entries.map(([key, field]) => sql`${is(field, Column) ? field : field.sql} as ${sql.identifier(key)}`),
    sql`, `,
  );
  const query = dialect.sqlToQuery(build(selected));
  const names = query.params.map((param) => {
    if (!is(param, Placeholder)) throw new Error(`A prepared statement holds a value: ${query.sql}`);
    return String(param.name);
  });
  const read = entries.flatMap(([key, field]): [string, (value: unknown) => unknown, boolean][] => {
    if (!is(field, Column)) return [[key, field.read, true]];
    return plain(field) ? [] : [[key, reader(field), false]];
  });
  const options = { sql: query.sql, dateStrings: true } as const;
  return async (q, values) => {
    const executor = executors.get(q);
    if (executor === undefined) throw new Error('Prepared statements run on the database, or in a transaction of it.');
    const given = names.map((name) => text(values[name] ?? null));
    try {
      const [rows] = await executor.execute<RowDataPacket[]>(options, given);
      for (const row of rows)
        for (const [key, convert, always] of read) if (always || row[key] !== null) row[key] = convert(row[key]);
      // the list of fields says what is in the rows, as Drizzle's own does
      return rows as unknown as RowOf<Fields>[];
    } catch (error) {
      // as Drizzle reports what the database refuses
      throw error instanceof Error ? new DrizzleQueryError(query.sql, given, error) : error;
    }
  };
}

/** Statements that differ by what is asked for: each is made when it is first needed. */
export function preparedBy<Key extends string, Statement>(make: (key: Key) => Statement): (key: Key) => Statement {
  const made = new Map<Key, Statement>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const statement = make(key);
    made.set(key, statement);
    return statement;
  };
}
