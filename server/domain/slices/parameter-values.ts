import { eq } from 'drizzle-orm';
import { sliceParameters } from '#drizzle/schema/slices';
import { AppError, type Problem } from '#shared/errors';
import { checkTopology } from '#shared/topology/formats/user-data';
import { expand } from '#shared/topology/parameters/expand';
import { isParametric, parametersOf } from '#shared/topology/parameters/parameters';
import type { ParameterValues } from '#shared/topology/parameters/schema';
import { withSecretsApart } from '#shared/topology/parameters/secrets';
import { asDrawn } from '#shared/topology/parameters/validate';
import { fillingOf, isOfValue } from '#shared/topology/parameters/values';
import type { Topology } from '#shared/topology/schema';
import type { Queryable, Transaction } from '#server/db/client';
import { catalogueOf, liveCatalogue } from '#server/db/queries/topologies';
import { seal, unseal } from '../seal';
import { assertValid } from '../templates/write-templates';

/**
 * What a slice of the drawing would be, with these values of its parameters; what the drawing does not ask for and nobody can use is a problem, too. With
 * `problems` it is the drawing as it is. `viewerId`: whose flavours and images there are to choose from. `withoutSecrets`: they may be missing.
 */
export async function filledDrawing(
  q: Queryable,
  {
    viewerId,
    drawing,
    values,
    withoutSecrets = false,
  }: { viewerId: number; drawing: Topology; values: ParameterValues; withoutSecrets?: boolean },
): Promise<{ topology: Topology; problems: Problem[] }> {
  if (!isParametric(drawing) && Object.keys(values).length === 0) return { topology: drawing, problems: [] };
  const catalogue = await liveCatalogue(q, viewerId);
  const { filling, problems } = fillingOf(drawing, values, { catalogue, withoutSecrets });
  if (problems.length > 0) return { topology: drawing, problems };
  const { expanded, problems: excess } = expand(drawing, filling);
  if (expanded === null) return { topology: drawing, problems: excess };
  const { topology } = expanded;
  // flavours and images that are drawn stay choosable, as in a copy of the drawing
  const found = asDrawn(expanded, checkTopology(topology, await catalogueOf(q, topology), topology));
  return found.length > 0 ? { topology: drawing, problems: found } : { topology, problems: [] };
}

/** INVALID_INPUT on the field of the first value that is wrong, with all of them; INVALID_TOPOLOGY for what the values make of the drawing. */
export function assertFilled(problems: readonly Problem[]): void {
  const [first] = problems;
  if (first !== undefined && isOfValue(first))
    throw new AppError('INVALID_INPUT', first.message, { field: first.field, problems: [...problems] });
  assertValid(problems);
}

const sealedFor = (sliceId: number) => ({ purpose: 'slices', bound: `slice ${sliceId}` }) as const;

/** Keeps the values of a slice: in place of those that it had, secrets sealed. */
export async function keepValues(
  tx: Transaction,
  options: { secret: Uint8Array; sliceId: number; drawing: Topology; values: ParameterValues },
): Promise<void> {
  const { drawing, values, ...where } = options;
  await writeKept(tx, where, withSecretsApart(drawing, values));
}

type Kept = ReturnType<typeof withSecretsApart>;

async function writeKept(
  tx: Transaction,
  { secret, sliceId }: { secret: Uint8Array; sliceId: number },
  { values, secrets }: Kept,
): Promise<void> {
  const hasSecrets = Object.keys(secrets).length > 0;
  if (!hasSecrets && Object.keys(values).length === 0) return;
  const sealed = hasSecrets ? seal(secret, JSON.stringify(secrets), sealedFor(sliceId)) : null;
  const row = { values, sealed };
  await tx
    .insert(sliceParameters)
    .values({ sliceId, ...row })
    .onDuplicateKeyUpdate({ set: row });
}

async function keptRow(q: Queryable, secret: Uint8Array, sliceId: number): Promise<Kept> {
  const [row] = await q.select().from(sliceParameters).where(eq(sliceParameters.sliceId, sliceId));
  if (row === undefined) return { values: {}, secrets: {} };
  const { values, sealed } = row;
  return { values, secrets: sealed === null ? {} : opened(secret, sealed, sliceId) };
}

/** None where the server's secret is another one by now: they are asked for again. */
function opened(secret: Uint8Array, sealed: string, sliceId: number): ParameterValues {
  try {
    // sealed by keepValues
    return JSON.parse(unseal(secret, sealed, sealedFor(sliceId))) as ParameterValues;
  } catch {
    return {};
  }
}

/** The values that a slice was made with, as far as the drawing asks for them. */
export async function keptValues(
  q: Queryable,
  { secret, sliceId, drawing }: { secret: Uint8Array; sliceId: number; drawing: Topology },
): Promise<ParameterValues> {
  const asked = new Set(parametersOf(drawing).map(({ name }) => name));
  if (asked.size === 0) return {};
  const { values, secrets } = await keptRow(q, secret, sliceId);
  return Object.fromEntries(Object.entries({ ...values, ...secrets }).filter(([name]) => asked.has(name)));
}

/** A clone has the values of the slice that it is of. */
export async function copyValues(
  tx: Transaction,
  { secret, from, to }: { secret: Uint8Array; from: number; to: number },
): Promise<void> {
  await writeKept(tx, { secret, sliceId: to }, await keptRow(tx, secret, from));
}
