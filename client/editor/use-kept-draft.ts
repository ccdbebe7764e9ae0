import { useCallback, useEffect, useMemo, useState } from 'react';
import type { ErrorCode } from '#shared/errors';
import { appErrorOf } from '../api/app-error';
import { trpc } from '../api/trpc';
import { DraftSender, type DraftState } from './draft-sender';
import { markSent } from './draft-store';
import type { EditorState } from './use-editor';

/** What the same draft will be told again. All else, also that it came too soon, passes. */
const lasting: ReadonlySet<ErrorCode> = new Set(['PAYLOAD_TOO_LARGE', 'FORBIDDEN', 'NOT_FOUND', 'INVALID_INPUT']);

export interface KeptDraftOptions {
  editor: EditorState;
  storageKey: (templateId: number | null) => string;
  /** An older draft waits for a decision: it must not be overwritten. */
  hold: boolean;
  /** The server had a draft when this was opened. */
  found: boolean;
}

/**
 * Keeps what is drawn and not saved at the server, too, so that another browser finds it. `discard` has it thrown away there, for whoever
 * leaves without it.
 */
export function useKeptDraft({ editor, storageKey, hold, found }: KeptDraftOptions): {
  state: DraftState;
  discard: () => void;
} {
  const { client } = trpc.useUtils();
  const { document, dirty, saved } = editor;
  const templateId = saved.base?.id ?? null;
  const revision = saved.base?.revision ?? null;
  const [state, setState] = useState<DraftState>({ kept: 'not yet' });
  const [openedAs] = useState(templateId);
  const sender = useMemo(() => {
    const made = new DraftSender(
      {
        // not by a hook: that waits for the network by itself, and tells of nothing meanwhile
        save: async (draft) => {
          const { savedAt } = await client.drafts.save.mutate(draft);
          markSent(localStorage, storageKey(draft.templateId), savedAt);
        },
        drop: (gone) => client.drafts.drop.mutate({ templateId: gone }),
        refused: (error) => lasting.has(appErrorOf(error)?.code ?? 'INTERNAL'),
      },
      setState,
    );
    if (found) made.isThere(openedAs);
    return made;
  }, [client, storageKey, found, openedAs]);

  useEffect(() => {
    if (!hold) sender.want(dirty ? { templateId, revision, document } : null);
  }, [sender, hold, dirty, templateId, revision, document]);
  useEffect(() => {
    sender.open();
    const now = () => void sender.flush();
    window.addEventListener('online', now);
    return () => {
      window.removeEventListener('online', now);
      void sender.close();
    };
  }, [sender]);
  const discard = useCallback(() => sender.want(null), [sender]);
  return { state, discard };
}
