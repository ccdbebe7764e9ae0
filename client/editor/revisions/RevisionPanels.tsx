import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Template } from '#shared/template';
import { loadTexts } from '../../i18n/i18n';
import { LoadingRows } from '../../ui/LoadingRows';
import { SidePanel } from '../../ui/SidePanel';
import type { EditorCatalogue } from '../use-catalogue';
import type { EditorState } from '../use-editor';
import type { Side } from './ComparePanel';

// with their texts: the editor is opened without them
const SaveMessage = lazy(async () => {
  const [module] = await Promise.all([import('./SaveMessage'), loadTexts(['revisions'])]);
  return { default: module.SaveMessage };
});
const RevisionList = lazy(async () => {
  const [module] = await Promise.all([import('./RevisionList'), loadTexts(['revisions'])]);
  return { default: module.RevisionList };
});

const ComparePanel = lazy(async () => {
  const [module] = await Promise.all([import('./ComparePanel'), loadTexts(['revisions', 'change'])]);
  return { default: module.ComparePanel };
});

export type RevisionPanelName = 'message' | 'history' | 'compare';

interface RevisionPanelsProps {
  opened: RevisionPanelName | null;
  onOpen: (name: RevisionPanelName | null) => void;
  editor: EditorState;
  catalogue: EditorCatalogue;
  /** The template, if it was saved. */
  onSave: (message: string) => Promise<Template | null>;
}

/** What a template's editor says of its revisions; each comes when it is asked for. */
export function RevisionPanels({ opened, onOpen, editor, catalogue, onSave }: RevisionPanelsProps) {
  const { t } = useTranslation('editor');
  const { base } = editor.saved;
  const { name } = editor.saved.document;
  const [sides, setSides] = useState<{ from: Side; to: Side }>({ from: 'drawing', to: 'drawing' });
  const onClose = () => onOpen(null);
  return (
    <>
      {opened === 'message' && (
        <Suspense fallback={null}>
          <SaveMessage editor={editor} onSave={onSave} onClose={onClose} />
        </Suspense>
      )}
      <SidePanel opened={opened === 'history'} onClose={onClose} title={t('revisionsOf', { name })}>
        {opened === 'history' && base !== null && (
          <Suspense fallback={<LoadingRows rows={6} height={48} />}>
            <RevisionList
              templateId={base.id}
              current={base.revision}
              editor={editor}
              onRestored={onClose}
              onCompare={(number) => {
                // with the one before, where there is nothing else to compare it with
                const isShown = number === base.revision && !editor.dirty;
                setSides(isShown ? { from: Math.max(1, number - 1), to: number } : { from: number, to: 'drawing' });
                onOpen('compare');
              }}
            />
          </Suspense>
        )}
      </SidePanel>
      {opened === 'compare' && base !== null && (
        <Suspense fallback={null}>
          <ComparePanel
            templateId={base.id}
            name={name}
            drawing={editor.document.topology}
            catalogue={catalogue}
            initial={sides}
            onClose={() => onOpen('history')}
          />
        </Suspense>
      )}
    </>
  );
}
