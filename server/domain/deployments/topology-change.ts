import { inArray } from 'drizzle-orm';
import { images } from '#drizzle/schema/catalogue';
import { AppError, notFound, type Problem } from '#shared/errors';
import { say } from '#shared/sentence';
import { diffTopology, type PartChange } from '#shared/topology/diff';
import { readDocument } from '#shared/topology/formats/document';
import { withState, type LinkStates } from '#shared/links/run';
import { isParametric } from '#shared/topology/parameters/parameters';
import type { ParameterValues } from '#shared/topology/parameters/schema';
import { sameTopology } from '#shared/topology/same';
import { settled } from '#shared/topology/settle';
import type { Topology, TopologyEdge } from '#shared/topology/schema';
import { checkTopology } from '#shared/topology/formats/user-data';
import type { Queryable } from '#server/db/client';
import type { ImageRow, SliceModel } from '#server/db/queries/slice-model';
import { catalogueOf, liveCatalogue, readTopology, revisionId } from '#server/db/queries/topologies';
import { lastTopologyChange, topologyBefore, type RowChange } from '#server/db/queries/topology-changes';
import { accountOf, type Actor, type SystemActor } from '../context';
import { hiddenImages } from '../images/visible';
import { agreementProblems, withJoins } from '../networks/agreement';
import type { SliceRow } from '../slices/access';
import { drawingOf } from '../slices/drawing';
import { filledDrawing, keptValues } from '../slices/parameter-values';
import { copyOfDrawing } from '../slices/write-slices';
import { loadTemplate } from '../templates/access';
import { withKeysOf } from './document-keys';
import type { ChangeSource } from './plan-input';
import { modelAfter, rowChangeOf } from './row-change';

/** What an update makes of a slice's topology. */
export interface TopologyChange {
  before: Topology;
  /** Part by part, as the two drawings say. */
  diff: PartChange[];
  rows: RowChange;
  /** The rows as they will be. */
  after: SliceModel;
  /** The template's revision that the slice is of from now on. */
  origin: { templateId: number; templateRevision: number } | null;
  /** What it was made of with which values, where that asks for some. */
  asked: { drawing: Topology; values: ParameterValues } | null;
}

/**
 * What a slice's topology becomes by what `source` says; null where it is that already. Reads, writes nothing. REVISION_CONFLICT, which names
 * who it was and when, if somebody has changed it since `baseVersion`; NOT_FOUND for a template or a deployment that is not to be
 * seen; INVALID_DOCUMENT; `problems` if it is no valid topology.
 */
export async function topologyChange(
  q: Queryable,
  slice: SliceRow,
  model: SliceModel,
  {
    actor,
    source,
    baseVersion,
    secret,
    withoutSecrets = false,
  }: {
    actor: Actor | SystemActor;
    source: ChangeSource;
    baseVersion?: number | undefined;
    /** What the secrets among the slice's values are sealed with. */
    secret: Uint8Array;
    /** They may be missing. */
    withoutSecrets?: boolean;
  },
): Promise<{ change: TopologyChange | null; problems: Problem[] }> {
  const before = drawingOf(model);
  const { topology: drawing, origin } = await topologyOf(q, slice, actor, source, before);
  const values = {
    ...(await keptValues(q, { secret, sliceId: slice.id, drawing })),
    ...(source.from === 'template' ? source.values : {}),
  };
  const filled = await filledDrawing(q, { viewerId: accountOf(actor), drawing, values, withoutSecrets });
  if (filled.problems.length > 0) return { change: null, problems: filled.problems };
  const { topology } = filled;
  const kept = source.from === 'document' ? withKeysOf(before, topology) : topology;
  // what was retired since stays choosable for who has it, or takes it over from a revision that had it
  const catalogue = await catalogueOf(q, kept);
  const problems = [
    ...checkTopology(kept, catalogue, isOwn(source) ? before : kept),
    ...(await hiddenImages(q, { actor, topology: kept, kept: before })),
  ];
  if (problems.length > 0) return { change: null, problems };
  const wanted = settled(kept, before);
  const broken = await agreementProblems(q, slice.id, { before, wanted });
  if (broken.length > 0) return { change: null, problems: broken };
  if (sameTopology(before, wanted) && (origin === null || isOf(slice, origin))) return { change: null, problems: [] };
  if (baseVersion !== undefined && baseVersion !== slice.topologyVersion) throw await conflict(q, slice, baseVersion);
  const rows = rowChangeOf(model, await copyOfDrawing(q, wanted));
  const all = await catalogueOf(q, { ...wanted, vms: [...wanted.vms, ...before.vms] });
  return {
    change: {
      before,
      diff: diffTopology(before, wanted, all),
      rows,
      after: modelAfter(model, rows, await imagesOf(q, wanted)),
      origin,
      asked: isParametric(drawing) ? { drawing, values } : null,
    },
    problems: [],
  };
}

/** Whether it is made of what the slice is already: what that has stays choosable. */
const isOwn = ({ from }: ChangeSource) => from === 'drawing' || from === 'links' || from === 'joins';

const isOf = (slice: SliceRow, { templateId, templateRevision }: NonNullable<TopologyChange['origin']>) =>
  slice.templateId === templateId && slice.templateRevision === templateRevision;

async function topologyOf(
  q: Queryable,
  slice: SliceRow,
  actor: Actor | SystemActor,
  source: ChangeSource,
  before: Topology,
): Promise<{ topology: Topology; origin: TopologyChange['origin'] }> {
  switch (source.from) {
    case 'drawing':
      return { topology: source.topology, origin: null };
    case 'template': {
      if (actor.kind === 'system') throw notFound('template');
      const { id, revision } = await loadTemplate(q, { actor, id: source.templateId });
      const topology = await readTopology(q, await revisionId(q, id, revision));
      return { topology, origin: { templateId: id, templateRevision: revision } };
    }
    case 'document':
      return { topology: readDocument(source.text, await liveCatalogue(q, accountOf(actor))).topology, origin: null };
    case 'before': {
      const topology = await topologyBefore(q, slice.id, source.deploymentId);
      if (topology === null) throw notFound('deployment');
      return { topology, origin: null };
    }
    case 'joins':
      return { topology: await withJoins(q, slice.id, before), origin: null };
    case 'links':
      return { topology: { ...before, edges: before.edges.map(bentBy(source.links)) }, origin: null };
  }
}

/** An edge in the state that is wanted of it. Links that are gone meanwhile are passed over. */
function bentBy(links: LinkStates): (edge: TopologyEdge) => TopologyEdge {
  const states = new Map(Object.entries(links));
  return (edge) => {
    const state = states.get(edge.key);
    return state === undefined ? edge : withState(edge, state);
  };
}

async function imagesOf(q: Queryable, { vms }: Topology): Promise<ImageRow[]> {
  const ids = [...new Set(vms.map(({ imageId }) => imageId))];
  return ids.length === 0 ? [] : q.select().from(images).where(inArray(images.id, ids));
}

async function conflict(q: Queryable, slice: SliceRow, base: number): Promise<AppError> {
  const last = await lastTopologyChange(q, slice.id);
  const params = { name: slice.name, current: slice.topologyVersion, base };
  return last === null
    ? new AppError('REVISION_CONFLICT', say('SLICE_CHANGED', params), { params })
    : new AppError(
        'REVISION_CONFLICT',
        say('SLICE_CHANGED_BY', { ...params, by: last.by.name, at: last.at.toISOString() }),
        {
          params: { ...params, by: last.by.name, at: last.at.toISOString() },
        },
      );
}
