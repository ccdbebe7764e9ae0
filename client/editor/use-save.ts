import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Template } from '#shared/template';
import type { MergeSide } from '#shared/topology/merge';
import { trpc } from '../api/trpc';
import { appErrorOf } from '../api/app-error';
import { notifyDone, useErrorMessage } from '../api/error-message';
import type { Document } from './document';
import { mergeWork, type MergedWork, type WorkConflict } from './merge/merge-work';
import { documentOf, type EditorState, type Saved } from './use-editor';
import { writingCommand } from './written';

/** How often in a row somebody else may save first before it is left to the user to try again. */
const attempts = 5;

/** What both made of what they began with, and when the other one saved. */
export interface TwoWorks extends Record<'base' | MergeSide, Document> {
  at: string;
}

export interface SaveState {
  saving: boolean;
  /** The sentence of the last attempt, until the next one; on the name field if it is about the name. */
  error: { field: 'name' | null; message: string } | null;
  dismiss: () => void;
  /** Somebody else has saved since this work began, and changed the same. */
  conflict: TwoWorks | null;
  /**
   * Saves what is shown, and what is said of it, together with what others have saved meanwhile where that does not touch it; the template if it
   * is on the server now.
   */
  save: (message?: string) => Promise<Template | null>;
  /** Saves what both made, with the side that was chosen where both changed the same. */
  merge: (choose: (conflict: WorkConflict) => MergeSide | undefined) => Promise<Template | null>;
  /** Saves it as a template of its own, under that name. */
  saveAsCopy: (name: string) => Promise<Template | null>;
  /** Gives up this work for what is on the server. */
  reload: () => Promise<void>;
  keepEditing: () => void;
}

/** Saving, and everything that can come back from it. Nothing that was drawn is lost by an error. */
export function useSave(editor: EditorState, onSaved: (template: Template) => void): SaveState {
  const { t } = useTranslation('editor');
  const utils = trpc.useUtils();
  const errorMessage = useErrorMessage();
  const create = trpc.templates.create.useMutation();
  const update = trpc.templates.update.useMutation();
  const [error, setError] = useState<SaveState['error']>(null);
  const [conflict, setConflict] = useState<(TwoWorks & { newest: Saved }) | null>(null);
  const [working, setWorking] = useState(false);
  // two presses of Ctrl+S come before anything is rendered again
  const running = useRef(false);

  /** Runs `work`, one at a time, and tells what went wrong with `document`. */
  async function alone(document: Document, work: () => Promise<Template | null>): Promise<Template | null> {
    if (running.current) return null;
    running.current = true;
    setError(null);
    setWorking(true);
    try {
      return await work();
    } catch (failure) {
      const app = appErrorOf(failure);
      if (app?.problems !== undefined) editor.refuse(document, app.problems);
      const aboutName = app?.code === 'NAME_TAKEN' || app?.field === 'name';
      setError({ field: aboutName ? 'name' : null, message: errorMessage(failure) });
      return null;
    } finally {
      running.current = false;
      setWorking(false);
    }
  }

  function done(template: Template, document: Document): Template {
    editor.markSaved(template, document);
    utils.templates.get.setData({ id: template.id }, template);
    void utils.templates.list.invalidate();
    void utils.templates.revisions.invalidate({ id: template.id });
    setConflict(null);
    onSaved(template);
    return template;
  }

  /** Only what was changed: who has saved nothing new of a name does not give it back. */
  function send(document: Document, { base, document: saved }: Saved, message = ''): Promise<Template> {
    const said = message === '' ? {} : { message };
    if (base === null) return create.mutateAsync({ ...document, ...said });
    return update.mutateAsync({
      ...{ id: base.id, baseRevision: base.revision, topology: document.topology, ...said },
      ...(document.name.trim() === saved.name.trim() ? {} : { name: document.name }),
      ...(document.description.trim() === saved.description.trim() ? {} : { description: document.description }),
    });
  }

  /** The drawing becomes what both made, in one step of undo, and the work goes on from what they saved. */
  function take(mine: Document, { document }: MergedWork, newest: Saved): Document {
    const command = writingCommand(mine, document);
    if (command !== null) editor.run(command);
    editor.rebase(newest);
    return command?.document ?? mine;
  }

  async function newestOf(id: number): Promise<{ newest: Saved; at: string }> {
    const template = await utils.templates.get.fetch({ id }, { staleTime: 0 });
    return { newest: { base: template, document: documentOf(template) }, at: template.updatedAt };
  }

  async function save(message?: string): Promise<Template | null> {
    return alone(editor.document, async () => {
      let [mine, saved] = [editor.document, editor.saved];
      const renamed: MergedWork['renamed'] = [];
      for (let attempt = 1; ; attempt++) {
        try {
          const template = done(await send(mine, saved, message), mine);
          if (attempt > 1) tellMerged(renamed);
          return template;
        } catch (failure) {
          const { base } = saved;
          if (base === null || attempt === attempts || appErrorOf(failure)?.code !== 'REVISION_CONFLICT') throw failure;
          const { newest, at } = await newestOf(base.id);
          const works = { base: saved.document, mine, theirs: newest.document };
          const merged = mergeWork(works);
          if (merged.conflicts.length > 0) {
            setConflict({ ...works, at, newest });
            return null;
          }
          renamed.push(...merged.renamed);
          mine = take(mine, merged, newest);
          saved = newest;
        }
      }
    });
  }

  function tellMerged(renamed: MergedWork['renamed']): void {
    const names = renamed.map(({ from, to }) => `${from} → ${to}`).join(', ');
    notifyDone(names === '' ? t('conflict.merged') : t('conflict.mergedRenamed', { names }));
  }

  async function merge(choose: (conflict: WorkConflict) => MergeSide | undefined): Promise<Template | null> {
    if (conflict === null) return null;
    const { newest, ...works } = conflict;
    const merged = mergeWork(works, choose);
    const mine = take(works.mine, merged, newest);
    setConflict(null);
    return alone(mine, async () => {
      try {
        return done(await send(mine, newest), mine);
      } catch (failure) {
        // somebody was faster again: what was chosen is drawn, and is saved with the next attempt
        if (appErrorOf(failure)?.code === 'INVALID_TOPOLOGY') editor.refuse(mine, appErrorOf(failure)?.problems ?? []);
        throw failure;
      }
    });
  }

  function saveAsCopy(name: string): Promise<Template | null> {
    const document = { ...editor.document, name };
    editor.run({ type: 'setDetails', name });
    return alone(document, async () => done(await create.mutateAsync(document), document));
  }

  async function reload(): Promise<void> {
    const { base } = editor.saved;
    if (base === null) return;
    await alone(editor.document, async () => {
      const { newest } = await newestOf(base.id);
      editor.discardDraft();
      editor.reset(newest);
      setConflict(null);
      return null;
    });
  }

  return {
    saving: working,
    error,
    dismiss: () => setError(null),
    conflict,
    save,
    merge,
    saveAsCopy,
    reload,
    keepEditing: () => setConflict(null),
  };
}
