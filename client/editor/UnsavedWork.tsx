import type { Draft } from './draft-store';
import { LeaveDialog, RecoveryDialog } from './EditorDialogs';
import { begunWith, type EditorState, type Saved } from './use-editor';
import type { useLeaveGuard } from './use-leave-guard';

export interface UnsavedWorkProps {
  editor: EditorState;
  initial: Saved;
  /** Work that was found and never saved, until it is decided about. */
  draft: Draft | null;
  /** It was taken up, or given up. */
  onDecided: (taken: boolean) => void;
  blocker: ReturnType<typeof useLeaveGuard>['blocker'];
}

/** What becomes of work that is not saved: of what was left behind before, and of this, when somebody leaves. */
export function UnsavedWork({ editor, initial, draft, onDecided, blocker }: UnsavedWorkProps) {
  return (
    <>
      {draft !== null && (
        <RecoveryDialog
          draft={draft}
          outdated={draft.revision !== null && draft.revision !== initial.base?.revision}
          onRestore={() => {
            editor.reset(begunWith(initial, draft), draft.document);
            onDecided(true);
          }}
          onDiscard={() => {
            editor.discardDraft();
            onDecided(false);
          }}
        />
      )}
      {blocker.state === 'blocked' && (
        <LeaveDialog
          onStay={() => blocker.reset?.()}
          onLeave={() => {
            editor.discardDraft();
            blocker.proceed?.();
          }}
        />
      )}
    </>
  );
}
