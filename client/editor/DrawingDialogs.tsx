import type { Acts } from './acts';
import { ShortcutsDialog } from './EditorDialogs';
import { Palette } from './Palette';
import { ConnectDialog, RenameDialog } from './PatternDialogs';
import type { EditorState } from './use-editor';

/** What one may be asked over a drawing. */
export type AskedDialog = 'connectMany' | 'rename' | 'find' | 'palette' | 'help';

interface DrawingDialogsProps {
  asked: AskedDialog | null;
  editor: EditorState;
  acts: Acts;
  onGo: (node: string) => void;
  onClose: () => void;
}

/** The dialog that is open over a drawing, if one is. */
export function DrawingDialogs({ asked, editor, acts, onGo, onClose }: DrawingDialogsProps) {
  const { topology } = editor.document;
  switch (asked) {
    case 'help':
      return <ShortcutsDialog acts={acts} onClose={onClose} />;
    case 'find':
    case 'palette':
      return <Palette mode={asked} topology={topology} acts={acts} onGo={onGo} onClose={onClose} />;
    case 'connectMany':
      return (
        <ConnectDialog
          topology={topology}
          onConnect={(edges) => {
            editor.run({ type: 'insert', fragment: { vms: [], networks: [], edges } });
            editor.select({ nodes: [], edges: edges.map(({ key }) => key) });
          }}
          onClose={onClose}
        />
      );
    case 'rename':
      return (
        <RenameDialog
          topology={topology}
          nodes={editor.selection.nodes}
          onRename={(names) => editor.run({ type: 'rename', names })}
          onClose={onClose}
        />
      );
    case null:
      return null;
  }
}
