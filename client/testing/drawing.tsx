import { useLayoutEffect } from 'react';
import type { Topology } from '#shared/topology/schema';
import { DrawingFrame } from '../editor/DrawingFrame';
import type { EditorCatalogue } from '../editor/use-catalogue';
import { useEditor, type EditorState } from '../editor/use-editor';
import { renderApp } from './render';

/** Renders a drawing under work without its page. Answers its editor, as it stands after the last rendering. */
export function renderDrawing(topology: Topology, catalogue: EditorCatalogue): () => EditorState {
  let editor: EditorState | null = null;
  function Frame() {
    const state = useEditor({
      initial: { base: null, document: { name: 'lab', description: '', topology } },
      catalogue,
      storageKey: () => 'draft of a test',
      hold: true,
    });
    useLayoutEffect(() => {
      editor = state;
    });
    return (
      <DrawingFrame
        editor={state}
        catalogue={catalogue}
        label="the drawing"
        title="lab"
        deeds={null}
        onSave={() => undefined}
        about={<p>about</p>}
      />
    );
  }
  renderApp(<Frame />);
  return () => {
    if (editor === null) throw new Error('The drawing was not rendered.');
    return editor;
  };
}
