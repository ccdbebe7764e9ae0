import { getTableColumns } from 'drizzle-orm';
import type { MySqlTable } from 'drizzle-orm/mysql-core';
import type { z } from 'zod';
import type { PartSchema } from '#shared/topology/properties';

/*
 * How VMs, networks and edges are kept in rows, for templates and for slices: what the table has a column for in that
 * column, every other property in `properties`, so that a new one needs no migration, and one that a query asks for can
 * get a column later. Edges name their ends by key in a drawing and by id in a row.
 */

/** Fields of a drawing's edge that its row has as ids. */
const ends: readonly string[] = ['source', 'target'];

/** Fields of the part that the table has no column for. */
function loose(part: PartSchema, table: MySqlTable): string[] {
  const columns = getTableColumns(table);
  return Object.keys(part.shape).filter((name) => !(name in columns) && !ends.includes(name));
}

/** The part with its `properties` column: what an insert into `table` needs of it besides its ids. */
export function rowOf<Part extends object>(
  schema: PartSchema,
  table: MySqlTable,
  part: Part,
): Part & { properties: Record<string, unknown> | null } {
  const values = new Map<string, unknown>(Object.entries(part));
  const properties = loose(schema, table).flatMap((name): [string, unknown][] => {
    const value = values.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return { ...part, properties: properties.length === 0 ? null : Object.fromEntries(properties) };
}

/**
 * The part that a row keeps; rows that are older than a property have its default. Nothing is checked again: what was saved
 * under an older rule has to stay readable.
 */
export function partOf<Schema extends PartSchema>(
  schema: Schema,
  row: { properties: Record<string, unknown> | null },
): z.output<Schema> {
  const columns: Record<string, unknown> = row;
  const { properties } = row;
  const part: Record<string, unknown> = {};
  for (const [name, field] of fieldsOf(schema)) {
    const value = columns[name] === undefined ? properties?.[name] : columns[name];
    part[name] = value === undefined ? field.parse(undefined) : value;
  }
  // written by rowOf from what the schema had let pass
  return part as z.output<Schema>;
}

const known = new WeakMap<PartSchema, [string, z.ZodType][]>();
/** The fields of a part, read from its schema once: this is asked for each row of each slice that is shown. */
function fieldsOf(schema: PartSchema): [string, z.ZodType][] {
  const fields = known.get(schema) ?? Object.entries(schema.shape);
  known.set(schema, fields);
  return fields;
}

/** Whether an edge is not meant to be up, read without the rest of it: this is asked for each edge at each look. */
export function isTakenDown({ properties }: { properties: Record<string, unknown> | null }): boolean {
  return properties?.['down'] === true;
}

interface Node {
  id: number;
  key: string;
}
interface Nodes {
  vms: readonly Node[];
  networks: readonly Node[];
}
/** An edge's ends as its row has them: a VM, and either another VM or a network. */
export interface EndIds {
  sourceVmId: number;
  targetVmId: number | null;
  targetNetworkId: number | null;
}

/** From the ids in edges' rows to the keys of their ends. */
export function endKeysIn({ vms, networks }: Nodes): (edge: EndIds) => { source: string; target: string } {
  const ofVm = new Map(vms.map(({ id, key }) => [id, key]));
  const ofNetwork = new Map(networks.map(({ id, key }) => [id, key]));
  // the foreign keys say that what is named is there
  return ({ sourceVmId, targetVmId, targetNetworkId }) => ({
    source: ofVm.get(sourceVmId) ?? '',
    target: (targetVmId === null ? ofNetwork.get(targetNetworkId ?? 0) : ofVm.get(targetVmId)) ?? '',
  });
}

/** From the keys of an edge's ends to the ids of its row. Throws for ends that are not there, which no valid drawing has. */
export function endIdsIn({ vms, networks }: Nodes): (edge: { key: string; source: string; target: string }) => EndIds {
  const vmIds = new Map(vms.map(({ id, key }) => [key, id]));
  const networkIds = new Map(networks.map(({ id, key }) => [key, id]));
  return ({ key, source, target }) => {
    const sourceVmId = vmIds.get(source);
    if (sourceVmId === undefined) throw new Error(`The edge ${key} has no source`);
    return { sourceVmId, targetVmId: vmIds.get(target) ?? null, targetNetworkId: networkIds.get(target) ?? null };
  };
}
