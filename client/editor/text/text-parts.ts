import { RangeSet, RangeSetBuilder, RangeValue, StateEffect, StateField, type EditorState } from '@codemirror/state';
import { Decoration, ViewPlugin, type DecorationSet, type EditorView, type ViewUpdate } from '@codemirror/view';
import type { PartKind, PartSpan } from '#shared/topology/formats/own-text';
import classes from './text.module.css';

/** A part of the drawing, as it stands in the text. */
export interface TextPart {
  kind: PartKind;
  key: string;
}

/** Grows with what is written at its ends. */
class PartMark extends RangeValue {
  override startSide = -1;
  override endSide = 1;
  constructor(readonly part: TextPart) {
    super();
  }
  override eq(other: PartMark): boolean {
    return sameName(this.part, other.part);
  }
}

/** Edges have keys of their own; all else that is drawn shares them. */
const nameOf = ({ kind, key }: TextPart) => `${kind === 'edge' ? 'edge' : 'node'} ${key}`;
const sameName = (one: TextPart, other: TextPart) => nameOf(one) === nameOf(other);

const placeParts = StateEffect.define<readonly PartSpan[]>();
const chooseParts = StateEffect.define<ReadonlySet<string>>();

/** Where the parts stand; moved by what is written until they are told anew. */
const partsField = StateField.define<RangeSet<PartMark>>({
  create: () => RangeSet.empty,
  update: (parts, transaction) => {
    for (const effect of transaction.effects)
      if (effect.is(placeParts))
        return RangeSet.of(
          effect.value
            .filter(({ from, to }) => from < to && to <= transaction.newDoc.length)
            .map(({ kind, key, from, to }) => new PartMark({ kind, key }).range(from, to)),
          true,
        );
    return parts.map(transaction.changes);
  },
});

const chosenField = StateField.define<ReadonlySet<string>>({
  create: () => new Set(),
  update: (chosen, { effects }) => effects.find((effect) => effect.is(chooseParts))?.value ?? chosen,
});

const chosenLine = Decoration.line({ class: classes.chosen });

/** The lines of what is chosen in the drawing, as far as they are in view. */
const chosenLines = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = linesOf(view);
    }
    update(update: ViewUpdate) {
      const { startState, state } = update;
      if (
        update.docChanged ||
        update.viewportChanged ||
        startState.field(chosenField) !== state.field(chosenField) ||
        startState.field(partsField) !== state.field(partsField)
      )
        this.decorations = linesOf(update.view);
    }
  },
  { decorations: ({ decorations }) => decorations },
);

function linesOf({ state, visibleRanges }: EditorView): DecorationSet {
  const chosen = state.field(chosenField);
  const lines = new RangeSetBuilder<Decoration>();
  let last = -1;
  if (chosen.size > 0)
    for (const range of visibleRanges)
      state.field(partsField).between(range.from, range.to, (from, to, { part }) => {
        if (!chosen.has(nameOf(part))) return;
        const end = Math.min(to, range.to);
        for (let at = Math.max(from, range.from); at <= end;) {
          const line = state.doc.lineAt(at);
          if (line.from > last) lines.add(line.from, line.from, chosenLine);
          last = Math.max(last, line.from);
          at = line.to + 1;
        }
      });
  return lines.finish();
}

export const textParts = [partsField, chosenField, chosenLines];

export const partsPlaced = (spans: readonly PartSpan[]) => placeParts.of(spans);
export const partsChosen = (parts: readonly TextPart[]) => chooseParts.of(new Set(parts.map(nameOf)));

/** The part in which the position is. */
export function partAt(state: EditorState, position: number): TextPart | null {
  const marks: PartMark[] = [];
  state.field(partsField).between(position, position, (_from, _to, mark) => {
    marks.push(mark);
  });
  return marks.at(-1)?.part ?? null;
}

/** Where the first of what is chosen begins; null where nothing of it is in the text. */
export function firstChosen(state: EditorState): number | null {
  const chosen = state.field(chosenField);
  if (chosen.size === 0) return null;
  for (const marks = state.field(partsField).iter(); marks.value !== null; marks.next())
    if (chosen.has(nameOf(marks.value.part))) return marks.from;
  return null;
}

/** Where a part stands, or one of its fields, if that is written; null where the text has no such part. */
export function spanOfPart(state: EditorState, part: TextPart, field?: string): { from: number; to: number } | null {
  for (const marks = state.field(partsField).iter(); marks.value !== null; marks.next()) {
    if (!sameName(marks.value.part, part)) continue;
    const { from, to } = marks;
    const line = state.doc.lineAt(from);
    const first = { from: from + (line.text.length - line.text.trimStart().length), to: line.to };
    if (field === undefined) return first;
    const found = new RegExp(`(?<=^\\s*(?:-\\s+)?|[{,]\\s*)${field}(?=\\s*:)`, 'm').exec(state.sliceDoc(from, to));
    return found === null ? first : { from: from + found.index, to: from + found.index + field.length };
  }
  return null;
}
