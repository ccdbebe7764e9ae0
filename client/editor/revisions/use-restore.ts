import { useTranslation } from 'react-i18next';
import { appErrorOf } from '../../api/app-error';
import { notifyDone, notifyError, notifyFailure } from '../../api/error-message';
import { trpc } from '../../api/trpc';
import { confirmDestroy } from '../../ui/confirm';
import type { EditorState } from '../use-editor';

/**
 * Restores an older revision as the newest, and draws it: one step of undo, which brings back what was drawn, unsaved. It is asked before only where
 * work is in the drawing that was never saved. What the server refuses is drawn all the same, unsaved, with what is wrong marked.
 */
export function useRestore(editor: EditorState, onDone: () => void) {
  const { t } = useTranslation('revisions');
  const utils = trpc.useUtils();
  const mutation = trpc.templates.restore.useMutation();
  async function restoreNow(number: number): Promise<void> {
    const { base, document: saved } = editor.saved;
    if (base === null) return;
    try {
      const template = await mutation.mutateAsync({ id: base.id, number, baseRevision: base.revision });
      const { topology } = template;
      editor.run({ type: 'replace', topology });
      editor.markSaved(template, { ...saved, topology });
      utils.templates.get.setData({ id: template.id }, template);
      void utils.templates.list.invalidate();
      void utils.templates.revisions.invalidate({ id: template.id });
      notifyDone(
        template.revision === base.revision
          ? t('restore.same', { number })
          : t('restore.done', { number, revision: template.revision }),
      );
      onDone();
    } catch (failure) {
      const app = appErrorOf(failure);
      if (app?.code === 'REVISION_CONFLICT') void utils.templates.revisions.invalidate({ id: base.id });
      if (app?.problems === undefined) return notifyError(failure);
      const { topology } = await utils.templates.revision.fetch({ id: base.id, number });
      editor.run({ type: 'replace', topology });
      notifyFailure(t('restore.refused', { number }));
      onDone();
    }
  }

  return (number: number): void => {
    if (!editor.dirty) {
      void restoreNow(number);
      return;
    }
    confirmDestroy({
      title: t('restore.title', { number }),
      goes: [t('restore.goes')],
      stays: t('restore.stays'),
      confirmLabel: t('restore.label'),
      onConfirm: () => void restoreNow(number),
    });
  };
}
