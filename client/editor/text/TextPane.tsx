import { ActionIcon, Alert, Button, Loader, Tooltip, UnstyledButton } from '@mantine/core';
import { CircleAlert, CircleHelp } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '#shared/errors';
import type { TextProblem } from '#shared/topology/formats/own-text';
import { useSteady } from '../../hooks/steady';
import { spoken } from '../../i18n/spoken';
import { styleNonce } from '../../ui/style-nonce';
import type { CanvasSelection } from '../canvas/types';
import type { Document } from '../document';
import { useProblemText } from '../problem-text';
import type { EditorCatalogue } from '../use-catalogue';
import type { WriteCommand } from '../written';
import { openTextWorker, TextError } from './in-worker';
import { TextSync } from './text-sync';
import { openTextView, type TextView } from './text-view';
import { explanation, phrasesOf } from './text-words';
import type { TextPart } from './text-parts';
import classes from './text.module.css';

export interface TextPaneProps {
  document: Document;
  catalogue: EditorCatalogue;
  selection: CanvasSelection;
  /** What is wrong with the drawing: marked where the text says it. */
  problems: readonly Problem[];
  /** Nobody sees it. What was typed last is drawn all the same. */
  hidden: boolean;
  /** How often somebody has asked for it: each time it gets the keyboard. */
  asked: number;
  /** Draws what was written, at once. Not there: the text is only read. */
  write?: ((command: WriteCommand, join: string) => void) | undefined;
  /** Name and description are not changed here, as those of a slice. */
  fixedDetails?: boolean | undefined;
  /** What is wrong with the text, so that none of it is drawn; nothing, once it is. */
  onUnread?: ((problems: readonly TextProblem[]) => void) | undefined;
  /** The cursor is in a part now, or in none. */
  onPart: (part: TextPart | null) => void;
  onPaste?: ((text: string) => boolean) | undefined;
  /** Saves the drawing, in which by then is what was typed. */
  onSave?: (() => void) | undefined;
  onLeave: () => void;
}

/** What a property is called in a document. */
const written: Readonly<Record<string, string>> = { flavourId: 'flavour', imageId: 'image' };
const nothing: readonly TextProblem[] = [];

/** The drawing as YAML, to be written and read. Use it from a lazy chunk only: the editor of texts is large. */
export function TextPane(props: TextPaneProps) {
  const { document, catalogue, selection, problems, hidden, asked, write, fixedDetails = false } = props;
  const { t } = useTranslation('yaml');
  const problemText = useProblemText();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<TextView | null>(null);
  const sync = useRef<TextSync | null>(null);
  // the part that the cursor went to: what is chosen by that needs not be shown
  const cursor = useRef<TextPart | null>(null);
  const [ready, setReady] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [unread, setUnread] = useState(nothing);

  const latest = useSteady(() => ({ document, catalogue, hidden }));
  const fail = useSteady((error: unknown) =>
    setFailure(error instanceof TextError ? spoken(error.failure.message, error.failure.sentences) : t('failed')),
  );
  const told = useSteady((found: readonly TextProblem[]) => {
    // a new list each time, since what was marked may stand elsewhere now
    setUnread([...found]);
    setFailure(null);
    props.onUnread?.(found.length === 0 ? nothing : found);
  });
  const draw = useSteady((command: WriteCommand, join: string) => write?.(command, join));
  const onPart = useSteady((part: TextPart | null) => {
    cursor.current = part;
    props.onPart(part);
  });
  const onPaste = useSteady((pasted: string) => props.onPaste?.(pasted) === true);
  const onLeave = useSteady(props.onLeave);
  const save = useSteady(() => props.onSave?.());
  const onSave = useSteady(() => void sync.current?.settle().then((inStep) => inStep && save()));
  const show = useSteady((text: string) => {
    if (host.current === null) throw new Error('The pane has gone.');
    return openTextView({
      ...{ parent: host.current, text, label: t('label'), readOnly: write === undefined },
      nonce: styleNonce(),
      phrases: phrasesOf(t),
      known: () => ({ topology: latest().document.topology, catalogue: latest().catalogue }),
      describe: (explained) => explanation(t, explained),
      onTyped: () => sync.current?.typed(),
      // who leaves for a button, as the one that saves, has typed all there is
      onBlur: () => void sync.current?.settle(),
      ...{ onPart, onPaste, onSave, onLeave },
    });
  });

  useEffect(() => {
    const engine = openTextWorker();
    const { document: begun, catalogue: from } = latest();
    let gone = false;
    engine
      .write(begun, from)
      .then(({ text, spans }) => {
        if (gone) return;
        const opened = show(text);
        opened.place(spans);
        view.current = opened;
        sync.current = new TextSync({
          ...{ engine, side: opened, catalogue: from, fixedDetails, document: latest().document },
          agreed: { text, document: begun },
          write: draw,
          onState: ({ problems: found }) => told(found),
          onFailure: fail,
        });
        sync.current.rest(latest().hidden);
        setReady(true);
      })
      .catch((error: unknown) => !gone && fail(error));
    return () => {
      gone = true;
      sync.current?.end();
      view.current?.close();
      sync.current = null;
      view.current = null;
      engine.end();
      setReady(false);
    };
  }, [latest, show, draw, told, fail, fixedDetails]);

  useLayoutEffect(() => sync.current?.documentChanged(document), [document]);
  useEffect(() => sync.current?.rest(hidden), [hidden]);

  useEffect(() => {
    const text = view.current;
    if (!ready || text === null) return;
    const drawn = problems.flatMap((problem) => {
      const { node, edge, field } = problem;
      const part: TextPart | null =
        edge !== undefined ? { kind: 'edge', key: edge } : node === undefined ? null : { kind: 'vm', key: node };
      const span =
        part === null ? null : text.spanOf(part, field === undefined ? undefined : (written[field] ?? field));
      return span === null ? [] : [{ ...span, message: problemText(problem) }];
    });
    const said = unread.map(({ from, to, problem }) => ({ from, to, message: problemText(problem) }));
    text.mark([...said, ...drawn].toSorted((a, b) => a.from - b.from));
  }, [ready, unread, problems, problemText]);

  useEffect(() => {
    const text = view.current;
    if (!ready || text === null) return;
    const { nodes, edges } = selection;
    const parts = [
      ...nodes.map((key): TextPart => ({ kind: 'vm', key })),
      ...edges.map((key): TextPart => ({ kind: 'edge', key })),
    ];
    const [only] = parts.length === 1 ? parts : [];
    const isCursors =
      only !== undefined &&
      only.key === cursor.current?.key &&
      (only.kind === 'edge') === (cursor.current.kind === 'edge');
    cursor.current = null;
    text.choose(parts, !isCursors && !hidden);
  }, [ready, selection, hidden]);
  // with the cursor where it has been put just now
  useEffect(() => {
    if (ready && asked > 0) view.current?.focus();
  }, [ready, asked]);

  const [first] = unread;
  return (
    <section className={classes.pane} aria-label={t('label')}>
      <header className={classes.head}>
        <span className={classes.state} role="status">
          {first === undefined ? (
            t(write === undefined ? 'state.readOnly' : 'state.inStep')
          ) : (
            <UnstyledButton className={classes.errors} onClick={() => view.current?.goTo(first.from)}>
              <CircleAlert size={14} aria-hidden />
              {t('state.errors', { count: unread.length })}
            </UnstyledButton>
          )}
        </span>
        {first !== undefined && (
          <Tooltip label={t('restoreHint')} multiline maw={280}>
            <Button variant="subtle" size="compact-xs" onClick={() => sync.current?.restore()}>
              {t('restore')}
            </Button>
          </Tooltip>
        )}
        <Tooltip label={t('hint')} multiline maw={280}>
          <ActionIcon variant="subtle" color="gray" size="sm" aria-label={t('hint')}>
            <CircleHelp size={15} />
          </ActionIcon>
        </Tooltip>
      </header>
      {failure !== null && (
        <Alert color="red" variant="light" radius={0}>
          {failure}
        </Alert>
      )}
      {!ready && failure === null && <Loader size="sm" m="md" aria-label={t('loading')} />}
      <div ref={host} className={classes.host} />
    </section>
  );
}
