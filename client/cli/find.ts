import { TramaError, type RouterOutputs, type Slice, type SliceVm, type TramaClient, type Zone } from '../sdk/index';
import { endsOf, linkName } from '#shared/capture/links';
import { CliError, exitCodes } from './errors';

type Image = RouterOutputs['images']['list']['items'][number];
type Snapshot = RouterOutputs['snapshots']['list']['items'][number];

interface Named {
  id: number;
  name: string;
}

const isId = (text: string) => /^\d{1,15}$/.test(text);

/**
 * The id behind what the user typed: an id, or the exact name. What looks like an id is one if there is such a thing.
 * NOT_FOUND, or a sentence with the ids to choose from.
 */
async function find(what: string, text: string, byId: (id: number) => Promise<Named>, all: AsyncIterable<Named>) {
  if (isId(text))
    try {
      return await byId(Number(text));
    } catch (error) {
      if (!(error instanceof TramaError) || error.code !== 'NOT_FOUND') throw error;
    }
  const found: Named[] = [];
  for await (const item of all) if (item.name === text) found.push(item);
  const [first] = found;
  if (first === undefined) throw new CliError(`There is no ${what} ${text}.`, exitCodes.notFound);
  if (found.length > 1)
    throw new CliError(
      `More than one ${what} is called ${text}: say which by its id, ${found.map(({ id }) => id).join(' or ')}.`,
      exitCodes.usage,
    );
  return first;
}

// names are at most 63 characters; a longer text is none, and must not make the search one that is refused
const searchFor = (text: string) => text.slice(0, 100);

export const findTemplate = (client: TramaClient, text: string) =>
  find(
    'template',
    text,
    (id) => client.api.templates.get.query({ id }),
    client.all(client.api.templates.list, { of: 'all', search: searchFor(text) }),
  );

export async function findSlice(client: TramaClient, text: string): Promise<Slice> {
  const { id } = await find(
    'slice',
    text,
    (sliceId) => client.api.slices.get.query({ id: sliceId }),
    client.all(client.api.slices.list, { of: 'all', search: searchFor(text) }),
  );
  return client.api.slices.get.query({ id });
}

/** An image that is not retired, by its exact name or its id. */
export async function findImage(client: TramaClient, text: string): Promise<Image> {
  let named: Image | undefined;
  // an id is in no name, so that only then all are looked through
  const search = isId(text) ? {} : { search: searchFor(text) };
  for await (const image of client.all(client.api.images.list, search)) {
    if (String(image.id) === text) return image;
    if (image.name === text) named = image;
  }
  if (named === undefined) throw new CliError(`There is no image ${text}.`, exitCodes.notFound);
  return named;
}

export async function findZone(client: TramaClient, text: string | undefined): Promise<Zone> {
  const { items } = await client.api.zones.list.query();
  const open = items.filter(({ enabled }) => enabled);
  if (text === undefined) {
    const [only] = open;
    if (only !== undefined && open.length === 1) return only;
    const names = open.map(({ name }) => name).join(', ');
    throw new CliError(`Say in which zone: --zone${names === '' ? '' : `, one of ${names}`}.`, exitCodes.usage);
  }
  const zone = items.find(({ id, name }) => name === text || String(id) === text);
  if (zone === undefined) throw new CliError(`There is no zone ${text}.`, exitCodes.notFound);
  return zone;
}

/** A snapshot of the slice, by its exact name or its id. */
export async function findSnapshot(client: TramaClient, slice: Slice, text: string): Promise<Snapshot> {
  let withId: Snapshot | undefined;
  for await (const snapshot of client.all(client.api.snapshots.list, { sliceId: slice.id })) {
    if (snapshot.name === text) return snapshot;
    if (String(snapshot.id) === text) withId = snapshot;
  }
  if (withId === undefined) throw new CliError(`The slice ${slice.name} has no snapshot ${text}.`, exitCodes.notFound);
  return withId;
}

/** A VM of the slice, by its name or id. */
export function findVm(slice: Slice, text: string): SliceVm {
  const vm = slice.vmList.find(({ name, id }) => name === text || String(id) === text);
  if (vm !== undefined) return vm;
  const names = slice.vmList.map(({ name }) => name).join(', ');
  throw new CliError(
    `The slice ${slice.name} has no VM ${text}${names === '' ? '' : `; it has ${names}`}.`,
    exitCodes.notFound,
  );
}

/**
 * Links of the slice behind what the user typed: an id, the names of a link's ends (`web:db`, a VM or network each), or one VM for all of
 * its links.
 */
export function findLinks(slice: Slice, text: string): Slice['edges'] {
  const names = text.split(':');
  const found = slice.edges.filter((edge) => {
    const ends = endsOf(slice, edge).map(({ name }) => name);
    return names.every((name) => ends.includes(name)) || String(edge.id) === text;
  });
  if (found.length > 0 && (names.length === 1 || found.length === 1)) return found;
  const all = (found.length > 0 ? found : slice.edges).map((edge) => `${edge.id} (${linkName(slice, edge)})`);
  throw new CliError(
    found.length > 0
      ? `More than one link is between ${names.join(' and ')}: say which by its id, ${all.join(' or ')}.`
      : `The slice ${slice.name} has no link ${text}${all.length === 0 ? '' : `; it has ${all.join(', ')}`}.`,
    found.length > 0 ? exitCodes.usage : exitCodes.notFound,
  );
}
