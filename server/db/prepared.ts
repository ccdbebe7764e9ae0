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

/** Where a database or a transaction has its {@link Executor}: also through whatever is put in its place. */
export const executorOf = Symbol('executor');

/** Makes a database or a transaction one that prepared statements can be run on. */
export function bindExecutor(queryable: object, executor: Executor): void {
  Object.defineProperty(queryable, executorOf, { value: executor, configurable: true, writable: true });
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
/** What a part of a statement gives, if it gives anything: a text, one of a few. */
export const optionalOf = <Text extends string>(computed: SQL): Computed<Text | null> => ({
  sql: computed,
  // of a column whose texts are those
  read: (value) => value as Text | null,
});
/** Texts of our own, such as statuses, as the list of an `in`: prepared statements hold no values. */
export const textsOf = (texts: readonly string[]): SQL => sql.raw(texts.map((text) => `'${text}'`).join(', '));
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
  // where tables are joined or united the database may make a decimal of them, which comes as text
  if (column.dataType === 'number') return Number;
  // MariaDB knows a column for JSON only where it comes straight from its table
  if (column.dataType === 'json')
    return (value) => (typeof value === 'string' ? (JSON.parse(value) as unknown) : value);
  return (value) => value;
}
/** Whether a column's values come as they are: straight from its table, or from anywhere. */
const plain = (column: Column) => column.dataType !== 'date' && column.dataType !== 'boolean';
const plainAnywhere = (column: Column) => column.dataType === 'string';

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

/** How the value of a field is read; null where it comes as it is. `always`: null, too, says something. */
type Reading = [key: string, read: ((value: unknown) => unknown) | null, always: boolean];
const readings = (fields: Record<string, Field>, asIs: (column: Column) => boolean) =>
  Object.entries(fields).map(([key, field]): Reading => {
    if (!is(field, Column)) return [key, field.read, true];
    return [key, asIs(field) ? null : reader(field), false];
  });
const selected = (key: string, field: Field) => sql`${is(field, Column) ? field : field.sql} as ${sql.identifier(key)}`;

/** Runs a statement whose every value is a placeholder; its rows are as the driver made them. */
function statement(built: SQL): (q: object, values: Record<string, Value>) => Promise<RowDataPacket[]> {
  const query = dialect.sqlToQuery(built);
  const names = query.params.map((param) => {
    if (!is(param, Placeholder)) throw new Error(`A prepared statement holds a value: ${query.sql}`);
    return String(param.name);
  });
  const options = { sql: query.sql, dateStrings: true } as const;
  return async (q, values) => {
    const executor: Executor | undefined = Reflect.get(q, executorOf);
    if (executor === undefined) throw new Error('Prepared statements run on the database, or in a transaction of it.');
    const given = names.map((name) => text(values[name] ?? null));
    try {
      const [rows] = await executor.execute<RowDataPacket[]>(options, given);
      return rows;
    } catch (error) {
      // as Drizzle reports what the database refuses
      throw error instanceof Error ? new DrizzleQueryError(query.sql, given, error) : error;
    }
  };
}

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
  const list = Object.entries(fields).map(([key, field]) => selected(key, field));
  const run = statement(build(sql.join(list, sql`, `)));
  const anew = readings(fields, plain).filter(([, read]) => read !== null);
  return async (q, values) => {
    const rows = await run(q, values);
    for (const row of rows)
      for (const [key, read, always] of anew)
        if (read !== null && (always || row[key] !== null)) row[key] = read(row[key]);
    // the list of fields says what is in the rows, as Drizzle's own does
    return rows as unknown as RowOf<Fields>[];
  };
}

type Lists = Record<string, Record<string, Field>>;
/** Says of which list a row is. */
const ofList = '_list';

/**
 * Several lists of {@link prepared} as one statement, so that they cost one journey and are as one moment saw them. A row of
 * the union has the fields of all lists, those of others empty; it is read as one of its own list. JSON columns of these
 * have to hold objects or arrays. In no order.
 */
export function preparedLists<Of extends Lists, Values extends Record<string, Value>>(
  lists: Of,
  build: { [Name in keyof Of]: (fields: SQL) => SQL },
): (q: object, values: Values) => Promise<{ [Name in keyof Of]: RowOf<Of[Name]>[] }> {
  const names = Object.keys(lists);
  const keys = [...new Set(Object.values(lists).flatMap((fields) => Object.keys(fields)))];
  const built = names.map((name, index) => {
    const fields = lists[name] ?? {};
    const columns = keys.map((key) => {
      const field = fields[key];
      return field === undefined ? sql`null as ${sql.identifier(key)}` : selected(key, field);
    });
    const which = sql`${sql.raw(String(index))} as ${sql.identifier(ofList)}`;
    return sql`(${build[name]?.(sql.join([which, ...columns], sql`, `))})`;
  });
  const run = statement(sql.join(built, sql` union all `));
  const readers = names.map((name) => readings(lists[name] ?? {}, plainAnywhere));
  return async (q, values) => {
    const found = names.map((): Record<string, unknown>[] => []);
    for (const row of await run(q, values)) {
      const index = Number(row[ofList]);
      const own: Record<string, unknown> = {};
      for (const [key, read, always] of readers[index] ?? []) {
        const value: unknown = row[key];
        own[key] = read !== null && (always || value !== null) ? read(value) : value;
      }
      found[index]?.push(own);
    }
    // as above, list by list
    return Object.fromEntries(names.map((name, index) => [name, found[index]])) as unknown as {
      [Name in keyof Of]: RowOf<Of[Name]>[];
    };
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
