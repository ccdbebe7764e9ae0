import { problemOf, type Problem } from '../../errors';
import { noteKinds, type ImportNote, type NoteKind } from './document-types';
import type { Sentence, SentenceCode, SentenceParams } from '../../sentence';

/** So many places are named of what is the same at many. */
const namedPlaces = 5;

/** A list that is short however long it is: `a, b, c, d, e, … (40)`. */
export function shortList(names: readonly string[]): string {
  const all = [...new Set(names)];
  const shown = all.slice(0, namedPlaces).map((name) => (name.length > 60 ? `${name.slice(0, 59)}…` : name));
  return all.length > namedPlaces ? `${shown.join(', ')}, … (${all.length})` : shown.join(', ');
}

/** Gathers what is to be told of an import. What is left out at many places is one line. */
export class Report {
  private readonly notes: ImportNote[] = [];
  private readonly left = new Map<string, string[]>();
  private readonly together = new Map<SentenceCode, { kind: NoteKind; places: string[] }>();

  add<Code extends SentenceCode>(
    kind: NoteKind,
    code: Code,
    params: SentenceParams<Code>,
    where: Pick<Problem, 'node' | 'edge' | 'field'> = {},
  ): void {
    const sentence: Sentence & { code: SentenceCode } = { code, params };
    this.notes.push({ ...problemOf(code.replace(/^DOC_/, ''), sentence, where), kind });
  }

  /** One line for all places at which the same happened; its sentence names them as `where`. */
  gather(kind: NoteKind, code: SentenceCode, place: string): void {
    const gathered = this.together.get(code) ?? { kind, places: [] };
    gathered.places.push(place);
    this.together.set(code, gathered);
  }

  /** `what`, in the document's own word, has no place here; `where`: of which node or link. */
  leaveOut(what: string, where: string): void {
    const places = this.left.get(what) ?? [];
    places.push(where);
    this.left.set(what, places);
  }

  /** All lines: what was mapped, changed, left out. */
  lines(): ImportNote[] {
    const line = (kind: NoteKind, code: SentenceCode, params: Record<string, string | number>): ImportNote => ({
      ...problemOf(code.replace(/^DOC_/, ''), { code, params }, {}),
      kind,
    });
    const all = [
      ...this.notes,
      ...[...this.together].map(([code, { kind, places }]) => line(kind, code, { where: shortList(places) })),
      ...[...this.left].map(([what, places]) =>
        line('leftOut', 'DOC_LEFT_OUT', { what, count: places.length, where: shortList(places) }),
      ),
    ];
    return noteKinds.flatMap((kind) => all.filter((note) => note.kind === kind));
  }
}
