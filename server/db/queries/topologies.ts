import { asc, eq, inArray, sql } from 'drizzle-orm';
import { flavours, images } from '#drizzle/schema/catalogue';
import { templateEdges, templateNetworks, templateRevisions, templateVms } from '#drizzle/schema/templates';
import type { Catalogue } from '#shared/topology/catalogue';
import { annotationsOf, withAnnotations } from '#shared/topology/annotations';
import { parametersOf, withParameters } from '#shared/topology/parameters/parameters';
import { extraDiskGb } from '#shared/topology/disk';
import { topologyParts, type Topology } from '#shared/topology/schema';
import type { Queryable } from '#server/db/client';
import { chunked, iso, only } from '../rows';
import { visibleImage } from './images';
import { endIdsIn, endKeysIn, partOf, rowOf } from './parts';

/** Row id of a template's revision. */
export async function revisionId(q: Queryable, templateId: number, number: number): Promise<number> {
  const rows = await q
    .select({ id: templateRevisions.id })
    .from(templateRevisions)
    .where(sql`${templateRevisions.templateId} = ${templateId} and ${templateRevisions.number} = ${number}`);
  return only(rows, `revision ${number} of template ${templateId}`).id;
}

/** The drawing of a revision, its parts in the order in which they were saved. */
export async function readTopology(q: Queryable, revision: number, parts = topologyParts): Promise<Topology> {
  const vms = await q
    .select()
    .from(templateVms)
    .where(eq(templateVms.revisionId, revision))
    .orderBy(asc(templateVms.id));
  const networks = await q
    .select()
    .from(templateNetworks)
    .where(eq(templateNetworks.revisionId, revision))
    .orderBy(asc(templateNetworks.id));
  const edges = await q
    .select()
    .from(templateEdges)
    .where(eq(templateEdges.revisionId, revision))
    .orderBy(asc(templateEdges.id));
  const [row] = await q
    .select({ annotations: templateRevisions.annotations, parameters: templateRevisions.parameters })
    .from(templateRevisions)
    .where(eq(templateRevisions.id, revision));
  const endsOf = endKeysIn({ vms, networks });
  const topology = {
    vms: vms.map((vm) => partOf(parts.vm, vm)),
    networks: networks.map((network) => partOf(parts.network, network)),
    edges: edges.map((edge) => partOf(parts.edge, { ...edge, ...endsOf(edge) })),
  };
  return withParameters(withAnnotations(topology, row?.annotations ?? []), row?.parameters ?? []);
}

/** Adds a revision with its drawing, which must be valid. Answers its row's id. */
export async function insertRevision(
  q: Queryable,
  revision: {
    templateId: number;
    number: number;
    createdBy: number;
    message?: string;
    restoredFrom?: number | null;
    topology: Topology;
  },
  parts = topologyParts,
): Promise<number> {
  const { topology, ...row } = revision;
  const orNone = <Item>(list: readonly Item[]) => (list.length === 0 ? null : [...list]);
  const [{ insertId }] = await q.insert(templateRevisions).values({
    ...row,
    annotations: orNone(annotationsOf(topology)),
    parameters: orNone(parametersOf(topology)),
  });
  const revisionId = insertId;
  for (const vms of chunked(topology.vms))
    await q
      .insert(templateVms)
      .values(
        vms.map((vm) => ({ ...rowOf(parts.vm, templateVms, vm), extraDiskGb: extraDiskGb(vm.disks), revisionId })),
      );
  for (const networks of chunked(topology.networks))
    await q
      .insert(templateNetworks)
      .values(networks.map((network) => ({ ...rowOf(parts.network, templateNetworks, network), revisionId })));
  if (topology.edges.length === 0) return revisionId;
  // read back instead of counted up from insertId: with several writers the numbers need not follow each other
  const idsOf = endIdsIn({
    vms: await q
      .select({ id: templateVms.id, key: templateVms.key })
      .from(templateVms)
      .where(eq(templateVms.revisionId, revisionId)),
    networks: await q
      .select({ id: templateNetworks.id, key: templateNetworks.key })
      .from(templateNetworks)
      .where(eq(templateNetworks.revisionId, revisionId)),
  });
  for (const edges of chunked(topology.edges))
    await q
      .insert(templateEdges)
      .values(edges.map((edge) => ({ ...rowOf(parts.edge, templateEdges, edge), ...idsOf(edge), revisionId })));
  return revisionId;
}

/** Shares the rows' locks until the transaction ends: nobody retires meanwhile what is being taken. */
async function holdCatalogue(q: Queryable, table: typeof flavours | typeof images, ids: number[]): Promise<void> {
  // as MySQL 5 wrote it, since MariaDB does not know FOR SHARE
  await q.execute(sql`select ${table.id} from ${table} where ${inArray(table.id, ids)} lock in share mode`);
}

/**
 * The flavours and images that a topology uses, retired ones too, as far as they exist. `hold` keeps them from being
 * retired until the transaction ends; call it before anything else in the transaction reads.
 */
export async function catalogueOf(q: Queryable, topology: Topology, options: { hold?: boolean } = {}) {
  const flavourIds = [...new Set(topology.vms.map((vm) => vm.flavourId))].toSorted((a, b) => a - b);
  const imageIds = [...new Set(topology.vms.map((vm) => vm.imageId))].toSorted((a, b) => a - b);
  if (flavourIds.length === 0) return { flavours: [], images: [] };
  if (options.hold === true) {
    await holdCatalogue(q, flavours, flavourIds);
    await holdCatalogue(q, images, imageIds);
  }
  return {
    flavours: (await q.select().from(flavours).where(inArray(flavours.id, flavourIds))).map(retirable),
    images: (await q.select().from(images).where(inArray(images.id, imageIds))).map(retirable),
  };
}

/** Everything that a new VM of the user's may take. Of images that are called the same the catalogue's comes first. */
export async function liveCatalogue(q: Queryable, viewerId: number): Promise<Catalogue> {
  return {
    flavours: (
      await q
        .select()
        .from(flavours)
        .where(sql`${flavours.retiredAt} is null`)
    ).map(retirable),
    images: (
      await q
        .select()
        .from(images)
        .where(sql`${images.retiredAt} is null and ${visibleImage(viewerId)}`)
        .orderBy(asc(images.ownerId), asc(images.id))
    ).map(retirable),
  };
}

const retirable = <Row extends { retiredAt: Date | null }>(row: Row) => ({ ...row, retiredAt: iso(row.retiredAt) });
