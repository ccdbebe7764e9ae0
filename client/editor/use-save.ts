import { useRef, useState } from 'react';
import type { Template } from '#shared/template';
import { trpc } from '../api/trpc';
import { appErrorOf } from '../api/app-error';
import { useErrorMessage } from '../api/error-message';
import type { Document } from './document';
import type { EditorState } from './use-editor';

export interface SaveState {
  saving: boolean;
  /** The sentence of the last attempt, until the next one; on the name field if it is about the name. */
  error: { field: 'name' | null; message: string } | null;
  dismiss: () => void;
  /** Somebody else has saved since this work began. */
  conflict: boolean;
  /** Saves what is shown; the template if it is on the server now. */
  save: () => Promise<Template | null>;
  /** Saves it as a template of its own, under that name. */
  saveAsCopy: (name: string) => Promise<Template | null>;
  /** Gives up this work for what is on the server. */
  reload: () => Promise<void>;
  keepEditing: () => void;
}

/** Saving, and everything that can come back from it. Nothing that was drawn is lost by an error. */
export function useSave(editor: EditorState, onSaved: (template: Template) => void): SaveState {
  const utils = trpc.useUtils();
  const errorMessage = useErrorMessage();
  const create = trpc.templates.create.useMutation();
  const update = trpc.templates.update.useMutation();
  const [error, setError] = useState<SaveState['error']>(null);
  const [conflict, setConflict] = useState(false);
  const [reloading, setReloading] = useState(false);
  // two presses of Ctrl+S come before anything is rendered again
  const running = useRef(false);

  async function send(document: Document, mutate: () => Promise<Template>): Promise<Template | null> {
    if (running.current) return null;
    running.current = true;
    setError(null);
    try {
      const template = await mutate();
      editor.markSaved(template, document);
      utils.templates.get.setData({ id: template.id }, template);
      void utils.templates.list.invalidate();
      setConflict(false);
      onSaved(template);
      return template;
    } catch (failure) {
      const app = appErrorOf(failure);
      if (app?.code === 'REVISION_CONFLICT') setConflict(true);
      else {
        if (app?.problems !== undefined) editor.refuse(document, app.problems);
        const aboutName = app?.code === 'NAME_TAKEN' || app?.field === 'name';
        setError({ field: aboutName ? 'name' : null, message: errorMessage(failure) });
      }
      return null;
    } finally {
      running.current = false;
    }
  }

  function save(): Promise<Template | null> {
    const { document, saved } = editor;
    const base = saved.base;
    if (base === null) return send(document, () => create.mutateAsync(document));
    const input = { ...document, id: base.id, baseRevision: base.revision };
    return send(document, () => update.mutateAsync(input));
  }

  function saveAsCopy(name: string): Promise<Template | null> {
    const document = { ...editor.document, name };
    editor.run({ type: 'setDetails', name });
    return send(document, () => create.mutateAsync(document));
  }

  async function reload(): Promise<void> {
    const base = editor.saved.base;
    if (base === null) return;
    setReloading(true);
    try {
      const template = await utils.templates.get.fetch({ id: base.id }, { staleTime: 0 });
      editor.discardDraft();
      const { name, description, topology } = template;
      editor.reset({ base: template, document: { name, description, topology } });
      setConflict(false);
      setError(null);
    } catch (failure) {
      setConflict(false);
      setError({ field: null, message: errorMessage(failure) });
    } finally {
      setReloading(false);
    }
  }

  return {
    saving: create.isPending || update.isPending || reloading,
    error,
    dismiss: () => setError(null),
    conflict,
    save,
    saveAsCopy,
    reload,
    keepEditing: () => setConflict(false),
  };
}
