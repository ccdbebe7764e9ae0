import { autocompletion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Annotation, EditorState, Transaction, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  hoverTooltip,
  keymap,
  lineNumbers,
  type KeyBinding,
  type Tooltip,
} from '@codemirror/view';
import { tagHighlighter, tags } from '@lezer/highlight';
import { placeAt } from './place-in-text';
import { explain, suggestionsAt, type Explained, type Known } from './suggestions';
import { firstChosen, partAt, partsChosen, partsPlaced, spanOfPart, textParts, type TextPart } from './text-parts';
import type { TextSide } from './text-sync';
import classes from './text.module.css';

export interface TextViewOptions {
  parent: HTMLElement;
  text: string;
  /** What it is called, for who cannot see it. */
  label: string;
  readOnly: boolean;
  /** What styles need under the page's content security policy. */
  nonce: string;
  /** What the editor of texts says itself, in the reader's language. */
  phrases: Record<string, string>;
  /** What is suggested from. */
  known: () => Known;
  /** What is said of a place, a line each. */
  describe: (explained: Explained) => string[];
  onTyped: () => void;
  /** The keyboard is elsewhere now. */
  onBlur: () => void;
  /** The cursor was moved into a part, or out of all. */
  onPart: (part: TextPart | null) => void;
  /** Whether what was pasted was something for the drawing. */
  onPaste: (text: string) => boolean;
  /** The key that saves the page's work: what is typed is part of that. */
  onSave: () => void;
  /** Escape, when there is nothing else to end. */
  onLeave: () => void;
}

/** Something that is wrong, of what stands there. */
export interface TextMark {
  from: number;
  to: number;
  message: string;
}

export interface TextView extends TextSide {
  /** Exchanges the marks of what is wrong. */
  mark(marks: readonly TextMark[]): void;
  /** Where a part stands, or one of its fields. */
  spanOf(part: TextPart, field?: string): { from: number; to: number } | null;
  /** Shows which parts are chosen; and brings the first into view. */
  choose(parts: readonly TextPart[], reveal: boolean): void;
  /** Puts the cursor there, and gives it the keyboard. */
  goTo(position: number): void;
  focus(): void;
  close(): void;
}

/** What was written of the drawing, as against what was typed. */
const drawn = Annotation.define<true>();

const highlighter = tagHighlighter([
  { tag: tags.propertyName, class: classes.key ?? '' },
  { tag: [tags.string, tags.special(tags.string)], class: classes.string ?? '' },
  { tag: tags.comment, class: classes.comment ?? '' },
  { tag: [tags.labelName, tags.typeName, tags.keyword, tags.meta], class: classes.anchor ?? '' },
]);

const onKey = (key: string, act: () => void): KeyBinding => ({
  key,
  run: () => {
    act();
    return true;
  },
});

/** The text of a drawing in an editor of its own. Knows no React; whoever opens it closes it. */
export function openTextView(options: TextViewOptions): TextView {
  let at: TextPart | null = null;
  let reveals = false;
  const view = new EditorView({
    parent: options.parent,
    doc: options.text,
    extensions: [
      ...looks(options),
      ...(options.readOnly ? [EditorState.readOnly.of(true)] : writing(options)),
      textParts,
      keymap.of([
        ...searchKeymap,
        ...lintKeymap,
        ...foldKeymap,
        ...defaultKeymap,
        onKey('Mod-s', options.onSave),
        onKey('Escape', options.onLeave),
      ]),
      EditorView.updateListener.of((update) => {
        const typed = update.transactions.filter((transaction) => transaction.annotation(drawn) !== true);
        if (typed.some(({ docChanged }) => docChanged)) options.onTyped();
        if (!view.hasFocus || !typed.some(({ selection }) => selection !== undefined)) return;
        const part = partAt(update.state, update.state.selection.main.head);
        if (part?.kind === at?.kind && part?.key === at?.key) return;
        at = part;
        options.onPart(part);
      }),
    ],
  });

  function reveal(): void {
    const first = firstChosen(view.state);
    if (first === null) return;
    reveals = false;
    view.dispatch({
      effects: EditorView.scrollIntoView(first, { y: 'nearest', yMargin: 48 }),
      // who writes keeps the cursor
      ...(!view.hasFocus && { selection: { anchor: first } }),
      annotations: drawn.of(true),
    });
  }

  return {
    text: () => view.state.doc.toString(),
    edit: (edits) =>
      view.dispatch({ changes: [...edits], annotations: [drawn.of(true), Transaction.addToHistory.of(false)] }),
    place: (spans) => {
      view.dispatch({ effects: partsPlaced(spans) });
      if (reveals) reveal();
    },
    mark: (marks) => {
      const { length } = view.state.doc;
      const inside = (position: number) => Math.min(position, length);
      const diagnostics = marks.map(({ from, to, message }) => ({
        ...{ from: inside(from), to: inside(to), message, severity: 'error' as const },
      }));
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    spanOf: (part, field) => spanOfPart(view.state, part, field),
    choose: (parts, bringsIntoView) => {
      at = parts.length === 1 ? (parts[0] ?? null) : null;
      view.dispatch({ effects: partsChosen(parts) });
      // what was drawn just now comes into the text in a moment
      reveals = bringsIntoView && parts.length > 0;
      if (reveals) reveal();
    },
    goTo: (position) => {
      const anchor = Math.min(position, view.state.doc.length);
      view.focus();
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
    },
    focus: () => view.focus(),
    close: () => view.destroy(),
  };
}

function looks({ label, nonce, phrases, known, describe }: TextViewOptions): Extension[] {
  return [
    EditorView.cspNonce.of(nonce),
    EditorState.phrases.of(phrases),
    // Tab comes to it, also where it is only read
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
    EditorState.tabSize.of(2),
    indentUnit.of('  '),
    lineNumbers(),
    foldGutter(),
    lintGutter(),
    highlightSpecialChars(),
    drawSelection(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    bracketMatching(),
    search({ top: true }),
    yaml(),
    syntaxHighlighting(highlighter),
    hoverTooltip((view, position) => explanationAt(view, position, known(), describe)),
  ];
}

function writing({ known, describe, onPaste, onBlur }: TextViewOptions): Extension[] {
  return [
    history(),
    indentOnInput(),
    autocompletion({
      override: [(context) => suggestions(context, known(), describe)],
      icons: false,
      activateOnCompletion: ({ type }) => type === 'key',
    }),
    keymap.of(historyKeymap),
    EditorView.domEventHandlers({
      paste: (event) => onPaste(event.clipboardData?.getData('text/plain') ?? ''),
      blur: onBlur,
    }),
  ];
}

function suggestions(
  { state, pos, explicit }: CompletionContext,
  known: Known,
  describe: TextViewOptions['describe'],
): CompletionResult | null {
  const place = placeAt(state.doc.toString(), pos);
  if (place === null || (place.kind === 'key' && place.word === '' && !explicit)) return null;
  const found = suggestionsAt(place, known);
  if (found.length === 0) return null;
  const hasColon = state.sliceDoc(pos, pos + 1) === ':';
  return {
    from: place.from,
    validFor: /^[\w.-]*$/,
    options: found.map(({ label, apply, detail, kind }, index) => {
      const explained = kind === 'key' ? explain([...place.path, label], '', place.beside, known) : null;
      // the first line is what it is called, which stands beside
      const info = explained === null ? '' : describe(explained).slice(1).join(' ');
      return {
        label,
        type: kind,
        // in the order of the schema
        boost: -index / found.length,
        apply: hasColon && kind === 'key' ? label : (apply ?? label),
        ...(detail !== undefined && { detail }),
        ...(info !== '' && { info }),
      };
    }),
  };
}

function explanationAt(
  view: EditorView,
  position: number,
  known: Known,
  describe: TextViewOptions['describe'],
): Tooltip | null {
  const line = view.state.doc.lineAt(position);
  const words = Array.from(line.text.matchAll(/[\w.-]+/g), ({ 0: { length }, index }) => ({
    from: line.from + index,
    to: line.from + index + length,
  }));
  const word = words.find(({ from, to }) => from <= position && position <= to);
  const place = word === undefined ? null : placeAt(view.state.doc.toString(), word.to);
  if (word === undefined || place === null) return null;
  const { path, beside } = place;
  const explained =
    (place.kind === 'key' ? explain([...path, place.word], '', beside, known) : null) ??
    explain(path, place.word, beside, known);
  if (explained === null) return null;
  return {
    pos: word.from,
    end: word.to,
    above: true,
    create: () => {
      const dom = document.createElement('div');
      dom.className = classes.explained ?? '';
      for (const text of describe(explained)) dom.appendChild(document.createElement('p')).textContent = text;
      return { dom };
    },
  };
}
