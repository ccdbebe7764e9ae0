import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'react';
import type { Problem } from '#shared/errors';
import type { TextProblem } from '#shared/topology/formats/own-text';
import { can, type Role } from '#shared/permissions';
import type { Template } from '#shared/template';
import { nameSchema } from '#shared/primitives';
import { annotationsOf } from '#shared/topology/annotations';
import { emptyTopology, type Topology } from '#shared/topology/schema';
import { sizeProblems } from '#shared/topology/size';
import { validateTopology } from '#shared/topology/validate';
import type { CanvasSelection } from './canvas/types';
import { historyReducer, startHistory, type Command, type Document } from './document';
import { dropDraft, writeDraft, type Draft } from './draft-store';
import type { EditorCatalogue } from './use-catalogue';
import { useKeptSelection } from './kept-selection';
import { useUserDataProblems } from './use-user-data-problems';

/** What is on the server; `base` is null for what was never saved. */
export interface Saved {
  /** What the work began with: whoever saves meanwhile raises the revision. */
  base: { id: number; revision: number } | null;
  document: Document;
}

/**
 * What a draft that is taken up was begun with: an older revision, if somebody has saved since. `unknown` is what counts as its drawing then; without it,
 * the newest one.
 */
export function begunWith(initial: Saved, draft: Draft, unknown?: Topology): Saved {
  const { base, document } = initial;
  if (base === null || draft.revision === null) return { ...initial, base: null };
  const begun = { id: base.id, revision: draft.revision };
  if (draft.revision === base.revision || unknown === undefined) return { base: begun, document };
  return { base: begun, document: { ...document, topology: unknown } };
}

export function documentOf(template: Template): Document {
  return { name: template.name, description: template.description, topology: template.topology };
}
export const newDocument: Document = { name: '', description: '', topology: emptyTopology };

/** Equal in content; sharing makes the usual answers quick. */
export function sameDocument(left: Document, right: Document): boolean {
  if (left === right) return true;
  return (
    // trimmed, as the server keeps them
    left.name.trim() === right.name.trim() &&
    left.description.trim() === right.description.trim() &&
    (left.topology === right.topology || JSON.stringify(left.topology) === JSON.stringify(right.topology))
  );
}

/** How long after the last change the draft is written, ms: a crash costs at most this. */
const draftDelay = 400;

export interface EditorOptions {
  initial: Saved;
  catalogue: EditorCatalogue;
  /** Name in the local storage of the unsaved work. */
  storageKey: (id: number | null) => string;
  /** An older draft waits for a decision: it must not be overwritten. */
  hold: boolean;
  /** Of whose role the drawing must be allowed; without it nothing is said about that. */
  role?: Role | undefined;
}

/** The state of one editor: document with history, selection, what is saved, what is wrong. Knows no network. */
export function useEditor({ initial, catalogue, storageKey, hold, role }: EditorOptions) {
  const [history, dispatch] = useReducer(historyReducer, initial.document, startHistory);
  const [saved, setSaved] = useState(initial);
  const key = storageKey(saved.base?.id ?? null);
  const [selection, select] = useKeptSelection(key);
  // what the server found when it refused; true until the next change
  const [refused, setRefused] = useState<{ document: Document; problems: Problem[] } | null>(null);
  // what keeps a text that was written of the drawing from being drawn
  const [unread, setUnread] = useState<readonly TextProblem[]>([]);
  const document = history.present;
  const { topology } = document;
  const dirty = useMemo(() => !sameDocument(document, saved.document), [document, saved]);

  const userDataProblems = useUserDataProblems(topology);
  const problems = useMemo<Problem[]>(() => {
    if (refused !== null && refused.document === document) return refused.problems;
    const base = saved.document.topology;
    return [
      ...validateTopology(topology, catalogue, base),
      ...(role === undefined ? [] : sizeProblems(topology, role, base)),
      ...userDataProblems,
    ];
  }, [document, topology, catalogue, saved, refused, userDataProblems, role]);
  const nameError = useMemo(() => !nameSchema.safeParse(document.name).success, [document.name]);

  // what was selected may be gone after a delete or an undo
  const shown = useMemo<CanvasSelection>(() => {
    const nodes = new Set([...topology.vms, ...topology.networks, ...annotationsOf(topology)].map(({ key }) => key));
    const edges = new Set(topology.edges.map(({ key }) => key));
    const kept = {
      nodes: selection.nodes.filter((key) => nodes.has(key)),
      edges: selection.edges.filter((key) => edges.has(key)),
    };
    return kept.nodes.length === selection.nodes.length && kept.edges.length === selection.edges.length
      ? selection
      : kept;
  }, [topology, selection]);

  const run = useCallback((command: Command, join?: string) => dispatch({ type: 'do', command, join }), []);
  const undo = useCallback(() => dispatch({ type: 'undo' }), []);
  const redo = useCallback(() => dispatch({ type: 'redo' }), []);

  const unsaved = useRef<{ key: string; draft: Omit<Draft, 'version'> } | null>(null);
  useEffect(() => {
    if (hold) return;
    if (!dirty) {
      unsaved.current = null;
      dropDraft(localStorage, key);
      return;
    }
    unsaved.current = { key, draft: { document, revision: saved.base?.revision ?? null, at: Date.now() } };
    const timer = setTimeout(() => {
      if (unsaved.current !== null) writeDraft(localStorage, unsaved.current.key, unsaved.current.draft);
    }, draftDelay);
    return () => clearTimeout(timer);
  }, [hold, dirty, document, key, saved]);
  useEffect(() => {
    const keep = () => {
      if (unsaved.current !== null) writeDraft(localStorage, unsaved.current.key, unsaved.current.draft);
    };
    window.addEventListener('pagehide', keep);
    return () => window.removeEventListener('pagehide', keep);
  }, []);

  /** `document` is now on the server as `base`. What was changed meanwhile stays, unsaved. */
  const markSaved = useCallback(
    (base: { id: number; revision: number }, asSaved: Document) => {
      dropDraft(localStorage, key);
      setRefused(null);
      setSaved({ base, document: asSaved });
    },
    [key],
  );
  /** The work goes on from what is on the server by now; what is shown stays, and can be undone as before. */
  const rebase = useCallback((next: Saved) => {
    setRefused(null);
    setSaved(next);
  }, []);
  /** Another document takes the place of this one, without a way back. */
  const reset = useCallback((next: Saved, shownDocument: Document = next.document) => {
    setSaved(next);
    setRefused(null);
    // what is chosen and is in the other document, too, stays chosen
    dispatch({ type: 'reset', document: shownDocument });
  }, []);
  const discardDraft = useCallback(() => {
    unsaved.current = null;
    dropDraft(localStorage, key);
  }, [key]);
  const refuse = useCallback(
    (asSent: Document, found: Problem[]) => setRefused({ document: asSent, problems: found }),
    [],
  );

  return {
    document,
    saved,
    dirty,
    problems,
    unread,
    setUnread,
    /** Whether VMs may be given sizes of their own, as far as is known here. */
    maySize: role === undefined || can(role, 'vms:size'),
    nameError,
    selection: shown,
    select,
    run,
    undo,
    redo,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    markSaved,
    rebase,
    reset,
    refuse,
    discardDraft,
  };
}
export type EditorState = ReturnType<typeof useEditor>;
