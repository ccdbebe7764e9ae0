import { withAnnotations } from '#shared/topology/annotations';
import type { TemplateDocument as Document } from '#shared/topology/formats/document-types';
import { mergeTopologies } from '#shared/topology/merge';
import { parametersOf, withParameters } from '#shared/topology/parameters/parameters';
import { alike } from '#shared/topology/properties';
import type { Topology } from '#shared/topology/schema';

/** What was written as text of the drawing `from`; what has been drawn since then stays. */
export interface WriteCommand {
  type: 'write';
  from: Document;
  document: Document;
}

/**
 * `after`, in which every part that is as it was in `before` is the very same object: what shows it is not drawn anew, and a step
 * of undo holds only what differs. `before` itself where nothing differs. Pure.
 */
export function sharing(before: Document, after: Document): Document {
  const topology = sharingParts(before.topology, after.topology);
  const { name, description } = after;
  if (topology === before.topology && name === before.name && description === before.description) return before;
  return { name, description, topology };
}

function sharingParts(before: Topology, after: Topology): Topology {
  const vms = sharingList(before.vms, after.vms);
  const networks = sharingList(before.networks, after.networks);
  const edges = sharingList(before.edges, after.edges);
  const old = before.annotations ?? [];
  const annotations = sharingList(old, after.annotations ?? []);
  const [asked, asking] = [parametersOf(before), parametersOf(after)];
  const parameters = alike(asked, asking) ? asked : asking;
  if (
    vms === before.vms &&
    networks === before.networks &&
    edges === before.edges &&
    annotations === old &&
    parameters === asked
  )
    return before;
  return withParameters(withAnnotations({ vms, networks, edges }, annotations), parameters);
}

function sharingList<Part extends { key: string }>(before: Part[], after: Part[]): Part[] {
  const known = new Map(before.map((part) => [part.key, part]));
  const shared = after.map((part) => {
    const was = known.get(part.key);
    return was !== undefined && alike(was, part) ? was : part;
  });
  return shared.length === before.length && shared.every((part, index) => part === before[index]) ? before : shared;
}

/** The one command that makes of a drawing what was written of it; null where that is what is drawn. Pure. */
export function writingCommand(from: Document, written: Document): WriteCommand | null {
  const document = sharing(from, written);
  return document === from ? null : { type: 'write', from, document };
}

/** What was written of `from`, where `present` is drawn by now: both count, and where they differ what was written. Pure. */
export function overPresent(present: Document, { from, document }: WriteCommand): Document {
  if (present === from) return document;
  const detail = (of: 'name' | 'description') => (document[of] === from[of] ? present[of] : document[of]);
  const { topology } = mergeTopologies(from.topology, document.topology, present.topology);
  return sharing(present, { name: detail('name'), description: detail('description'), topology });
}
