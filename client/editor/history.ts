import { applyCommand, type Command, type Document } from './document';

/** Documents share what did not change, so that a step costs little; still, memory is not endless. */
export const historyLength = 500;

export interface History {
  past: readonly Document[];
  present: Document;
  future: readonly Document[];
  /** What the last step was about, if the next command of the same may join it: typing a name is one step. */
  joins: string | null;
}

export type HistoryAction =
  | { type: 'do'; command: Command; join?: string | undefined }
  | { type: 'undo' }
  | { type: 'redo' }
  /** Another document, with no way back: what was loaded, or a draft that was taken up. */
  | { type: 'reset'; document: Document };

export function startHistory(document: Document): History {
  return { past: [], present: document, future: [], joins: null };
}

/** Pure. A command that changes nothing is no step and keeps what could be redone. */
export function historyReducer(history: History, action: HistoryAction): History {
  switch (action.type) {
    case 'do': {
      const present = applyCommand(history.present, action.command);
      if (present === history.present) return history;
      const join = action.join ?? null;
      const joined = join !== null && join === history.joins && history.past.length > 0;
      const past = joined ? history.past : [...history.past, history.present].slice(-historyLength);
      return { past, present, future: [], joins: join };
    }
    case 'undo': {
      const present = history.past.at(-1);
      if (present === undefined) return history;
      return { past: history.past.slice(0, -1), present, future: [history.present, ...history.future], joins: null };
    }
    case 'redo': {
      const [present, ...future] = history.future;
      if (present === undefined) return history;
      return { past: [...history.past, history.present], present, future, joins: null };
    }
    case 'reset':
      return startHistory(action.document);
  }
}
