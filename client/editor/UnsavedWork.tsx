import type { Topology } from '#shared/topology/schema';
import type { Draft } from './draft-store';
import { LeaveDialog, RecoveryDialog } from './EditorDialogs';
import { begunWith, type EditorState, type Saved } from './use-editor';
import type { useLeaveGuard } from './use-leave-guard';

export interface UnsavedWorkProps {
  editor: EditorState;
  initial: Saved;
  /** Work that was found and never saved, until it is decided about. */
  draft: Draft | null;
  /** What an older revision had that the draft was begun with, as far as that is known. */
  older?: Topology;
  /** It was taken up, or given up. */
  onDecided: (taken: boolean) => void;
  /** Whoever leaves does not want it kept, wherever else it is. */
  onGiveUp?: () => void;
  blocker: ReturnType<typeof useLeaveGuard>['blocker'];
}

/** What becomes of work that is not saved: of what was left behind before, and of this, when somebody leaves. */
export function UnsavedWork({ editor, initial, draft, older, onDecided, onGiveUp, blocker }: UnsavedWorkProps) {
  return (
    <>
      {draft !== null && (
        <RecoveryDialog
          draft={draft}
          outdated={draft.revision !== null && draft.revision !== initial.base?.revision}
          onRestore={() => {
            editor.reset(begunWith(initial, draft, older), draft.document);
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
          onLeave={() => blocker.proceed?.()}
          onDiscard={() => {
            editor.discardDraft();
            onGiveUp?.();
            blocker.proceed?.();
          }}
        />
      )}
    </>
  );
}
