import { answerText, type Rewritten, type TextEngine } from '../editor/text/text-engine';

/** Reads and writes texts where it is asked, without a worker; `answer` says when. */
export function textEngineHere(
  answer: <Answer>(work: () => Answer) => Promise<Answer> = (work) => Promise.resolve().then(work),
): TextEngine {
  const written = (reply: ReturnType<typeof answerText>): Rewritten => {
    if (!('text' in reply)) throw new Error('A text was to be written, and none was.');
    return reply;
  };
  return {
    read: (text, options) =>
      answer(() => {
        const reply = answerText({ ask: 'read', text, ...options });
        if ('text' in reply) throw new Error('A text was to be read, and one was written.');
        return reply;
      }),
    rewrite: (text, before, after, catalogue) =>
      answer(() => written(answerText({ ask: 'rewrite', text, before, after, catalogue }))),
    write: (document, catalogue) => answer(() => written(answerText({ ask: 'write', document, catalogue }))),
    end: () => undefined,
  };
}
