import type { Connection, RowDataPacket } from 'mysql2/promise';
import { escapeId } from 'mysql2/promise';

/** Everything that information_schema knows of the shape of database `name`, in a form that can be compared. */
export async function describeSchema(connection: Connection, name: string): Promise<Record<string, unknown[]>> {
  const queries = {
    tables: `select table_name, engine, table_collation from information_schema.tables where table_schema = ?
      order by table_name`,
    columns: `select table_name, ordinal_position, column_name, column_type, is_nullable, column_default, extra,
        coalesce(generation_expression, '') as generation_expression, character_set_name, collation_name
      from information_schema.columns where table_schema = ? order by table_name, ordinal_position`,
    indexes: `select table_name, index_name, non_unique, seq_in_index, column_name, sub_part, index_type
      from information_schema.statistics where table_schema = ? order by table_name, index_name, seq_in_index`,
    foreignKeys: `select r.constraint_name, r.table_name, r.referenced_table_name, r.update_rule, r.delete_rule,
        k.column_name, k.referenced_column_name, k.ordinal_position
      from information_schema.referential_constraints r
      join information_schema.key_column_usage k
        on k.constraint_schema = r.constraint_schema and k.constraint_name = r.constraint_name and k.table_name = r.table_name
      where r.constraint_schema = ? order by r.table_name, r.constraint_name, k.ordinal_position`,
    checks: `select constraint_name, check_clause from information_schema.check_constraints where constraint_schema = ?
      order by constraint_name, check_clause`,
    triggersAndRoutines: `select routine_name as name from information_schema.routines where routine_schema = ?
      union all select trigger_name from information_schema.triggers where trigger_schema = database()`,
    database: `select default_character_set_name, default_collation_name from information_schema.schemata
      where schema_name = ?`,
  };
  const described: Record<string, unknown[]> = {};
  for (const [part, query] of Object.entries(queries)) {
    const [rows] = await connection.query<RowDataPacket[]>(query, [name]);
    // MySQL names its columns in capitals
    described[part] = rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([key, value]) => [key.toLowerCase(), value])),
    );
  }
  return described;
}

/** Every row of every table of database `name`; JSON as values, since MySQL keeps its own spelling of it. */
export async function readAllRows(connection: Connection, name: string): Promise<Record<string, RowDataPacket[]>> {
  const [tables] = await connection.query<RowDataPacket[]>(
    'select table_name as name from information_schema.tables where table_schema = ? order by table_name',
    [name],
  );
  const rows: Record<string, RowDataPacket[]> = {};
  for (const table of tables.map((row) => String(row['name']))) {
    const [found] = await connection.query<RowDataPacket[]>(
      `select * from ${escapeId(name)}.${escapeId(table)} order by 1`,
    );
    rows[table] = found;
  }
  return rows;
}
