import { and, eq, isNull, sql, type SQL } from 'drizzle-orm';
import type { AnyMySqlColumn } from 'drizzle-orm/mysql-core';
import { flavours } from '#drizzle/schema/catalogue';
import {
  templateEdges,
  templateNetworks,
  templateRevisions,
  templates,
  templateShares,
  templateVms,
} from '#drizzle/schema/templates';
import { users } from '#drizzle/schema/users';
import type { templateSets } from '#shared/template';
import type { OwnSize } from '#shared/topology/schema';
import type { Queryable } from '#server/db/client';
import { after, before, containing, decodeCursor, instantCursor, nameCursor } from '../keyset';
import {
  isoText,
  number,
  optional,
  optionalIsoText,
  prepared,
  preparedBy,
  truth,
  type RowOf,
  type Value,
} from '../prepared';
import { only } from '../rows';
import { templateIsShared, templateSharedWith } from './shares';

const reader = sql.placeholder('reader');
const is = {
  own: sql`${templates.ownerId} = ${reader}`,
  published: sql`${templates.published} = true and ${templates.ownerId} <> ${reader}`,
  shared: sql`${templateShares.userId} = ${reader} and ${templates.ownerId} <> ${reader}`,
};

const fields = {
  id: templates.id,
  ownerId: templates.ownerId,
  ownerName: users.name,
  name: templates.name,
  sortKey: optional(templates.sortKey),
  description: templates.description,
  publishedAt: optionalIsoText(templates.publishedAt),
  revision: templates.revision,
  createdAt: isoText(templates.createdAt),
  updatedAt: isoText(templates.updatedAt),
  revisionId: templateRevisions.id,
  sharedWithAnybody: truth(templateIsShared),
  sharedWithReader: truth(templateSharedWith(reader)),
  vms: number(sql`sizes.vms`),
  networks: number(
    sql`(select count(*) from ${templateNetworks} where ${templateNetworks.revisionId} = page.revision_id)`,
  ),
  edges: number(sql`(select count(*) from ${templateEdges} where ${templateEdges.revisionId} = page.revision_id)`),
  vcpus: number(sql`sizes.vcpus`),
  ramMb: number(sql`sizes.ram_mb`),
  diskGb: number(sql`sizes.disk_gb`),
};
export type TemplateSummaryRow = RowOf<typeof fields>;

/** What a VM says of its size itself, else what its flavour does. */
const ownOr = (of: keyof OwnSize, flavour: AnyMySqlColumn) =>
  sql`coalesce(json_value(${templateVms.properties}, ${sql.raw(`'$.ownSize.${of}'`)}), ${flavour})`;

/**
 * Summaries of the templates that `picked` gives, with sums of their current revisions, in one statement: first which, each
 * part by an index of its own, then the rest of these. Joined at once, all would be read and sorted.
 */
const summaries = (picked: SQL, order: SQL) => (list: SQL) =>
  sql`with page as (
      select ${templates.id} as id, ${templateRevisions.id} as revision_id from (${picked}) picked
      inner join ${templates} on ${templates.id} = picked.id
      inner join ${templateRevisions}
        on ${templateRevisions.templateId} = ${templates.id} and ${templateRevisions.number} = ${templates.revision}
      order by ${order} limit ${sql.placeholder('limit')}
    )
    select ${list} from page
    inner join ${templates} on ${templates.id} = page.id
    inner join ${templateRevisions} on ${templateRevisions.id} = page.revision_id
    inner join ${users} on ${users.id} = ${templates.ownerId}
    left join (
      select page.revision_id, count(*) as vms, sum(${ownOr('vcpus', flavours.vcpus)}) as vcpus,
        sum(${ownOr('ramMb', flavours.ramMb)}) as ram_mb,
        sum(${flavours.diskGb} + ${templateVms.extraDiskGb}) as disk_gb
      from page inner join ${templateVms} on ${templateVms.revisionId} = page.revision_id
      inner join ${flavours} on ${flavours.id} = ${templateVms.flavourId} group by page.revision_id
    ) sizes on sizes.revision_id = page.revision_id
    order by ${order}`;

type Variant = `${(typeof templateSets)[number]} ${'updated' | 'name'} ${'first' | 'next'} ${'all' | 'search'}`;

const pageOf = preparedBy((variant: Variant) => {
  const [of, sort, place, search] = variant.split(' ');
  const order =
    sort === 'name'
      ? sql`${templates.sortKey}, ${templates.id}`
      : sql`${templates.updatedAt} desc, ${templates.id} desc`;
  const [value, id] = [sql.placeholder('value'), sql.placeholder('id')];
  const behind =
    sort === 'name'
      ? after(templates.sortKey, templates.id, [value, id])
      : before(templates.updatedAt, templates.id, [value, id]);
  const asked = [
    isNull(templates.deletedAt),
    ...(place === 'next' ? [behind] : []),
    ...(search === 'search' ? [sql`${templates.name} like ${sql.placeholder('pattern')} escape '!'`] : []),
  ];
  const those = (condition: SQL, from: SQL = sql`${templates}`) =>
    sql`(select ${templates.id} as id from ${from} where ${and(condition, ...asked)}
      order by ${order} limit ${sql.placeholder('limit')})`;
  const shared = those(
    is.shared,
    sql`${templateShares} inner join ${templates} on ${templates.id} = ${templateShares.templateId}`,
  );
  const others = sql`${shared} union ${those(is.published)}`;
  const picked = of === 'mine' ? those(is.own) : of === 'shared' ? others : sql`${those(is.own)} union ${others}`;
  return prepared<typeof fields, Record<'reader' | 'limit', number> & Record<'value' | 'id' | 'pattern', Value>>(
    fields,
    summaries(picked, order),
  );
});

/**
 * A page of templates with sums of their current revisions, and one row more. `of`: the reader's own, those of others that
 * they see since they are shared with them or published, or all of these.
 */
export function templateRows(
  q: Queryable,
  options: {
    readerId: number;
    of: (typeof templateSets)[number];
    limit: number;
    sort: 'updated' | 'name';
    cursor?: string | null | undefined;
    search?: string | undefined;
  },
): Promise<TemplateSummaryRow[]> {
  const { readerId, of, sort, search = '' } = options;
  const position = decodeCursor(sort === 'name' ? nameCursor : instantCursor, options.cursor);
  const statement = pageOf(`${of} ${sort} ${position === null ? 'first' : 'next'} ${search === '' ? 'all' : 'search'}`);
  const [value, id] = position ?? [null, null];
  return statement(q, { reader: readerId, limit: options.limit + 1, value, id, pattern: containing(search) });
}

const byId = prepared<typeof fields, Record<'reader' | 'id' | 'limit', number>>(
  fields,
  summaries(
    sql`select ${templates.id} as id from ${templates} where ${templates.id} = ${sql.placeholder('id')}`,
    sql`${templates.id}`,
  ),
);

/** The summary of one template, as the reader gets it. The caller has checked the access. */
export async function templateRow(q: Queryable, readerId: number, id: number): Promise<TemplateSummaryRow> {
  return only(await byId(q, { reader: readerId, id, limit: 1 }), `template ${id}`);
}

/** Whether an owner has `limit` living templates or more. Counted no further. */
export async function hasTemplates(q: Queryable, ownerId: number, limit: number): Promise<boolean> {
  const [row] = await q
    .select({ id: templates.id })
    .from(templates)
    .where(and(eq(templates.ownerId, ownerId), isNull(templates.deletedAt)))
    .limit(1)
    .offset(limit - 1);
  return row !== undefined;
}

/** Which of `names` the owner's living templates have, in lower case. */
export async function takenTemplateNames(q: Queryable, ownerId: number, names: string[]): Promise<Set<string>> {
  const rows = await q
    .select({ name: templates.name })
    .from(templates)
    .where(
      and(
        eq(templates.ownerId, ownerId),
        sql`${templates.liveKey} in (${sql.join(
          names.map((name) => sql`lower(${name})`),
          sql`, `,
        )})`,
      ),
    );
  return new Set(rows.map((row) => row.name.toLowerCase()));
}
