import '@xterm/xterm/css/xterm.css';
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Terminal } from '@xterm/xterm';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useImperativeHandle, useRef, type Ref } from 'react';
import type { ConsoleConnection } from './console-connection';
import { textOf } from './console-log';
import { changeFontSize, type ConsoleSettings } from './console-settings';
import classes from './ConsoleDock.module.css';
import { openUnderCsp } from './csp-terminal';
import { maxMatches, type Matches, type Wanted } from './matches';
import { actOfKey, type TerminalAct } from './terminal-keys';
import { matchColours, terminalThemes } from './terminal-themes';
import { TerminalWriter } from './terminal-writer';
import { markedFor, splitInput } from './typed-input';

/** Lines that are kept above the screen. */
const scrollback = 5000;

export interface TerminalHandle {
  focus: () => void;
  selection: () => string;
  /** All that it holds, as text. */
  text: () => string;
  paste: (text: string) => void;
  write: (data: Uint8Array) => void;
  /** Some of the output is missing here. */
  markHole: () => void;
  restart: () => void;
  /** To the guest, as if typed. */
  type: (text: string) => void;
  /** In cells. */
  size: () => { cols: number; rows: number };
  /** Marks what is wanted and goes to the next place, towards the end or the beginning. Throws SyntaxError for a pattern that is none. */
  find: (wanted: Wanted, towards: 'end' | 'beginning') => void;
  stopFinding: () => void;
}

export interface ConsoleTerminalProps {
  connection: ConsoleConnection;
  label: string;
  settings: ConsoleSettings;
  /** The one that is worked in: it gets the focus. */
  active: boolean;
  readOnly: boolean;
  /** Keys and pastes: where they go is for whoever has several consoles to say. */
  onTyped: (text: string) => void;
  onFocus: () => void;
  /** There is somewhere to write to now. */
  onReady: () => void;
  /** The escape keys were pressed. */
  onLeave: () => void;
  /** The keys for searching were pressed. */
  onSearch: () => void;
  onMatches: (matches: Matches) => void;
  handle: Ref<TerminalHandle>;
}

const encoder = new TextEncoder();

/** A terminal for one console. What the guest says is only ever text in cells: titles, links and clipboards are not taken. */
export function ConsoleTerminal(props: ConsoleTerminalProps) {
  const { connection, label, settings, active, readOnly, handle } = props;
  const host = useRef<HTMLDivElement>(null);
  const terminal = useRef<Terminal | null>(null);
  const writer = useRef<TerminalWriter | null>(null);
  const fit = useRef<FitAddon | null>(null);
  const search = useRef<SearchAddon | null>(null);
  const looked = useRef<Wanted | null>(null);
  const page = useComputedColorScheme('light');
  const scheme = settings.colours === 'page' ? page : settings.colours;
  const latest = useRef({ ...props, scheme });
  useEffect(() => {
    latest.current = { ...props, scheme };
  });

  useImperativeHandle(handle, () => ({
    focus: () => terminal.current?.focus(),
    selection: () => terminal.current?.getSelection() ?? '',
    text: () => (terminal.current === null ? '' : textOf(terminal.current)),
    paste: (text) => terminal.current?.paste(text),
    write: (data) => writer.current?.push(data),
    markHole: () => writer.current?.markHole(),
    restart: () => writer.current?.restart(),
    type: (text) => {
      if (terminal.current !== null) connection.type(markedFor(text, terminal.current.modes));
    },
    size: () => ({ cols: terminal.current?.cols ?? 80, rows: terminal.current?.rows ?? 24 }),
    find: (wanted, towards) => {
      // the addon does not see by itself that it is to look in another way
      if (looked.current?.caseSensitive !== wanted.caseSensitive || looked.current.regex !== wanted.regex)
        search.current?.clearDecorations();
      looked.current = wanted;
      find(search.current, wanted, towards, latest.current.scheme);
    },
    stopFinding: () => {
      search.current?.clearDecorations();
      terminal.current?.clearSelection();
    },
  }));

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const begin = latest.current;
    const created = new Terminal({
      // what is found is marked by decorations, which the exact version in package.json has
      allowProposedApi: true,
      cursorBlink: true,
      fontFamily: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
      fontSize: begin.settings.fontSize,
      screenReaderMode: begin.settings.screenReader,
      scrollback,
      theme: terminalThemes[begin.scheme],
      // the guest is not to be trusted with links that a click would open
      linkHandler: { activate: () => {} },
    });
    const fitting = new FitAddon();
    const searching = new SearchAddon({ highlightLimit: maxMatches });
    created.loadAddon(fitting);
    created.loadAddon(searching);
    openUnderCsp(created, element);
    created.textarea?.setAttribute('aria-label', begin.label);
    created.textarea?.addEventListener('focus', () => latest.current.onFocus());
    terminal.current = created;
    fit.current = fitting;
    search.current = searching;
    const output = new TerminalWriter(created);
    writer.current = output;
    splitInput(
      created,
      (text) => latest.current.onTyped(text),
      (text) => connection.send(encoder.encode(text)),
    );
    created.onBinary((data) => connection.send(Uint8Array.from(data, (character) => character.charCodeAt(0))));
    created.onResize(({ cols, rows }) => connection.resize(cols, rows));
    searching.onDidChangeResults(({ resultIndex, resultCount }) =>
      latest.current.onMatches({ index: resultIndex, count: resultCount }),
    );
    const doAct = (act: TerminalAct) => {
      if (act === 'leave') latest.current.onLeave();
      if (act === 'search') latest.current.onSearch();
      if (act === 'copy') copySelection(created);
      if (act === 'larger') changeFontSize(1);
      if (act === 'smaller') changeFontSize(-1);
    };
    created.attachCustomKeyEventHandler((event) => handleKey(event, doAct));
    const stopCopying = copyOnSelect(element, () => {
      if (latest.current.settings.copyOnSelect) copySelection(created);
    });
    const observer = new ResizeObserver(() => {
      // a hidden tab has no size, and fitting to nothing would throw its lines away
      if (element.clientWidth > 0 && element.clientHeight > 0) fitting.fit();
    });
    observer.observe(element);
    // also a size that fitting does not change has to be told
    connection.resize(created.cols, created.rows);
    begin.onReady();
    return () => {
      stopCopying();
      observer.disconnect();
      output.stop();
      created.dispose();
      terminal.current = null;
      writer.current = null;
      search.current = null;
    };
  }, [connection]);

  useEffect(() => {
    const target = terminal.current;
    if (target === null) return;
    target.options.fontSize = settings.fontSize;
    target.options.screenReaderMode = settings.screenReader;
    target.options.theme = terminalThemes[scheme];
    target.options.disableStdin = readOnly;
    target.options.cursorBlink = !readOnly;
    if (host.current !== null && host.current.clientHeight > 0) fit.current?.fit();
  }, [settings.fontSize, settings.screenReader, scheme, readOnly]);

  useEffect(() => {
    // a search that is begun in it has the focus already
    const view = host.current?.parentElement;
    if (active && view?.contains(document.activeElement) !== true) terminal.current?.focus();
  }, [active]);

  return <div ref={host} className={classes.terminal} data-scheme={scheme} role="group" aria-label={label} />;
}

function find(search: SearchAddon | null, wanted: Wanted, towards: 'end' | 'beginning', scheme: 'light' | 'dark') {
  const { text, caseSensitive, regex } = wanted;
  // the addon meets a pattern that is none only once it searches, in a callback of its own
  if (regex) new RegExp(text);
  const options = { caseSensitive, regex, decorations: matchColours[scheme] };
  if (towards === 'end') search?.findNext(text, options);
  else search?.findPrevious(text, options);
}

function copySelection(terminal: Terminal): void {
  // without a selection nothing that is in the clipboard is lost
  if (terminal.hasSelection()) void navigator.clipboard?.writeText(terminal.getSelection());
}

/** Calls `copy` when the main button, pressed in the element, is let go, wherever that is. Answers how to stop. */
function copyOnSelect(element: HTMLElement, copy: () => void): () => void {
  const controller = new AbortController();
  element.addEventListener(
    'mousedown',
    ({ button }) => {
      if (button === 0) document.addEventListener('mouseup', copy, { once: true, signal: controller.signal });
    },
    { signal: controller.signal },
  );
  return () => controller.abort();
}

/** Answers false for keys that are the page's and not the guest's. */
function handleKey(event: KeyboardEvent, doAct: (act: TerminalAct) => void): boolean {
  const act = actOfKey(event);
  if (act === null) return true;
  // the browser pastes by itself into the terminal's text area
  if (event.type === 'keydown' && act !== 'paste') {
    event.preventDefault();
    event.stopPropagation();
    doAct(act);
  }
  return false;
}
