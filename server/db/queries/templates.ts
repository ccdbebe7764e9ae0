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
import { templateSorts, type templateSets } from '#shared/template';
import type { OwnSize } from '#shared/topology/schema';
import type { Queryable } from '#server/db/client';
import { limits } from '#shared/limits';
import type { TemplateShareLevel, visibilities } from '#shared/sharing';
import { wordsIn } from '#shared/words';
import { after, before, containing, decodeCursor, idCursor, instantCursor, nameCursor } from '../keyset';
import {
  isoText,
  number,
  optional,
  optionalIsoText,
  optionalOf,
  prepared,
  preparedBy,
  truth,
  type RowOf,
  type Value,
} from '../prepared';
import { only } from '../rows';
import { templateIsShared, templateSharedFor } from './shares';
import { tagsText, withTag } from './template-tags';
import { hasWord } from './template-words';

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
  tags: optionalOf<string>(tagsText(sql`page.id`)),
  sharedWithAnybody: truth(templateIsShared),
  /** What it is shared with the reader for. */
  sharedFor: optionalOf<TemplateShareLevel>(templateSharedFor(reader)),
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

type Sort = (typeof templateSorts)[number];
type Variant = `${(typeof templateSets)[number]} ${Sort} ${'first' | 'next'} ${'all' | 'narrowed' | 'tagged'}`;

const [value, id] = [sql.placeholder('value'), sql.placeholder('id')];
/** Of each order: how it is read, and what comes behind a row of it. */
const orders: Record<Sort, { by: SQL; behind: SQL | undefined }> = {
  updated: {
    by: sql`${templates.updatedAt} desc, ${templates.id} desc`,
    behind: before(templates.updatedAt, templates.id, [value, id]),
  },
  // ids grow
  created: { by: sql`${templates.id} desc`, behind: sql`${templates.id} < ${id}` },
  name: { by: sql`${templates.sortKey}, ${templates.id}`, behind: after(templates.sortKey, templates.id, [value, id]) },
};

const searched = Array.from({ length: limits.searchWords }, (_, index) => index);
type Narrowing = 'pattern' | 'owner' | 'visibility' | `word${number}` | `part${number}`;
/** No condition where there is none: so that the filters together make one statement, and not one for each of their combinations. */
const unless = (name: Narrowing, condition: (given: ReturnType<typeof sql.placeholder>) => SQL) =>
  sql`(${sql.placeholder(name)} is null or ${condition(sql.placeholder(name))})`;

/**
 * The name holds the search as it is, or of each of its words: the name holds it, or something in the template begins with it. Each is looked up
 * for the templates that the list's own order comes by.
 */
const found = unless('pattern', (pattern) => {
  const each = searched.map((index) =>
    unless(
      `part${index}`,
      (part) => sql`${templates.name} like ${part} escape '!' or ${hasWord(sql.placeholder(`word${index}`))}`,
    ),
  );
  return sql`${templates.name} like ${pattern} escape '!'
    or (${sql.placeholder('part0')} is not null and ${sql.join(each, sql` and `)})`;
});

const narrowed = [
  found,
  unless('owner', (owner) => sql`${templates.ownerId} = ${owner}`),
  unless(
    'visibility',
    (wanted) =>
      sql`case when ${templates.publishedAt} is not null then 'published' when ${templateIsShared} then 'shared' else 'private' end = ${wanted}`,
  ),
];

const pageOf = preparedBy((variant: Variant) => {
  const [of, sort, place, filters] = variant.split(' ');
  const { by, behind } = orders[templateSorts.find((known) => known === sort) ?? 'updated'];
  const asked = [
    isNull(templates.deletedAt),
    ...(place === 'next' ? [behind] : []),
    ...(filters === 'all' ? [] : narrowed),
  ];
  // joined, so that what few have is found by the tag's index, and what many have by that of the order
  const tagged = filters === 'tagged' ? withTag(sql.placeholder('tag')) : sql``;
  const those = (condition: SQL, from: SQL = sql`${templates}`) =>
    sql`(select ${templates.id} as id from ${from} ${tagged} where ${and(condition, ...asked)}
      order by ${by} limit ${sql.placeholder('limit')})`;
  const shared = those(
    is.shared,
    sql`${templateShares} inner join ${templates} on ${templates.id} = ${templateShares.templateId}`,
  );
  // MySQL would read all that are published and sort them by their ids
  const published =
    sort === 'created' && filters !== 'tagged'
      ? sql`${templates} force index (${sql.identifier('templates_published_created_index')})`
      : undefined;
  const others = sql`${shared} union ${those(is.published, published)}`;
  const picked = of === 'mine' ? those(is.own) : of === 'shared' ? others : sql`${those(is.own)} union ${others}`;
  return prepared<typeof fields, Record<'reader' | 'limit', number> & Record<string, Value>>(
    fields,
    summaries(picked, by),
  );
});

/** What the search and the filters put into a narrowed statement; null where there are none. */
function narrowing({ search = '', ownerId, tag, visibility }: TemplateFilters): Record<string, Value> | null {
  if (search === '' && ownerId === undefined && tag === undefined && visibility === undefined) return null;
  const words = wordsIn(search, limits.searchWords);
  return {
    pattern: search === '' ? null : containing(search),
    owner: ownerId ?? null,
    tag: tag ?? null,
    visibility: visibility ?? null,
    ...Object.fromEntries(
      searched.flatMap((index): [string, Value][] => {
        const word = words[index];
        // a word has letters and digits only
        return [
          [`part${index}`, word === undefined ? null : `%${word}%`],
          [`word${index}`, word === undefined ? null : `${word}%`],
        ];
      }),
    ),
  };
}

/** What a list is narrowed to. */
interface TemplateFilters {
  search?: string | undefined;
  ownerId?: number | undefined;
  tag?: string | undefined;
  visibility?: (typeof visibilities)[number] | undefined;
}

/** Where the page before ended, for each order: `[value, id]`. */
function positionIn(sort: Sort, cursor: string | null | undefined): readonly [Value, number] | null {
  if (sort === 'name') return decodeCursor(nameCursor, cursor);
  if (sort === 'updated') return decodeCursor(instantCursor, cursor);
  const position = decodeCursor(idCursor, cursor);
  return position === null ? null : [null, position[0]];
}

/**
 * A page of templates with sums of their current revisions, and one row more. `of`: the reader's own, those of others that
 * they see since they are shared with them or published, or all of these.
 */
export function templateRows(
  q: Queryable,
  options: TemplateFilters & {
    readerId: number;
    of: (typeof templateSets)[number];
    limit: number;
    sort: Sort;
    cursor?: string | null | undefined;
  },
): Promise<TemplateSummaryRow[]> {
  const { readerId, of, sort } = options;
  const position = positionIn(sort, options.cursor);
  const filters = narrowing(options);
  const which = filters === null ? 'all' : options.tag === undefined ? 'narrowed' : 'tagged';
  const statement = pageOf(`${of} ${sort} ${position === null ? 'first' : 'next'} ${which}`);
  const [last, lastId] = position ?? [null, null];
  return statement(q, { ...filters, reader: readerId, limit: options.limit + 1, value: last, id: lastId });
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
