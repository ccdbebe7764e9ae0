import '@xterm/xterm/css/xterm.css';
import { FitAddon } from '@xterm/addon-fit';
import { Terminal, type ITheme } from '@xterm/xterm';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useImperativeHandle, useRef, type Ref } from 'react';
import type { ConsoleConnection } from './console-connection';
import type { ConsoleSettings } from './console-settings';
import classes from './ConsoleDock.module.css';
import { openUnderCsp } from './csp-terminal';
import { TerminalWriter } from './terminal-writer';

const themes: Record<'light' | 'dark', ITheme> = {
  light: {
    background: '#ffffff',
    foreground: '#1f2328',
    cursor: '#006a61',
    cursorAccent: '#ffffff',
    selectionBackground: '#a9d6d0',
    black: '#1f2328',
    red: '#b3261e',
    green: '#1a7f37',
    yellow: '#8a5a00',
    blue: '#0b57b7',
    magenta: '#8a2ca0',
    cyan: '#006a61',
    white: '#6e7781',
    brightBlack: '#57606a',
    brightRed: '#cf222e',
    brightGreen: '#116329',
    brightYellow: '#6b4a00',
    brightBlue: '#0969da',
    brightMagenta: '#6639ba',
    brightCyan: '#0f766e',
    brightWhite: '#424a53',
  },
  dark: {
    background: '#141517',
    foreground: '#d7dadf',
    cursor: '#56aea3',
    cursorAccent: '#141517',
    selectionBackground: '#22555066',
    brightBlack: '#7d8590',
  },
};

export interface TerminalHandle {
  focus: () => void;
  selection: () => string;
  paste: (text: string) => void;
  write: (data: Uint8Array) => void;
  restart: () => void;
  /** To the guest, as if typed. */
  type: (text: string) => void;
  /** In cells. */
  size: () => { cols: number; rows: number };
}

export interface ConsoleTerminalProps {
  connection: ConsoleConnection;
  label: string;
  settings: ConsoleSettings;
  /** Shown now: only then it has a size to fit. */
  active: boolean;
  /** There is somewhere to write to now. */
  onReady: () => void;
  /** The escape keys were pressed. */
  onLeave: () => void;
  handle: Ref<TerminalHandle>;
}

const encoder = new TextEncoder();

/** A terminal for one console. What the guest says is only ever text in cells: titles, links and clipboards are not taken. */
export function ConsoleTerminal({
  connection,
  label,
  settings,
  active,
  onReady,
  onLeave,
  handle,
}: ConsoleTerminalProps) {
  const host = useRef<HTMLDivElement>(null);
  const terminal = useRef<Terminal | null>(null);
  const writer = useRef<TerminalWriter | null>(null);
  const fit = useRef<FitAddon | null>(null);
  const leave = useRef(onLeave);
  const ready = useRef(onReady);
  useEffect(() => {
    leave.current = onLeave;
    ready.current = onReady;
  });
  const scheme = useComputedColorScheme('light');
  const first = useRef({ settings, scheme, label });

  useImperativeHandle(handle, () => ({
    focus: () => terminal.current?.focus(),
    selection: () => terminal.current?.getSelection() ?? '',
    paste: (text) => terminal.current?.paste(text),
    write: (data) => writer.current?.push(data),
    restart: () => writer.current?.restart(),
    type: (text) => connection.send(encoder.encode(text)),
    size: () => ({ cols: terminal.current?.cols ?? 80, rows: terminal.current?.rows ?? 24 }),
  }));

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const { settings: begin, scheme: beginScheme, label: name } = first.current;
    const created = new Terminal({
      allowProposedApi: false,
      cursorBlink: true,
      fontFamily: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
      fontSize: begin.fontSize,
      screenReaderMode: begin.screenReader,
      scrollback: 10_000,
      theme: themes[beginScheme],
      // the guest is not to be trusted with links that a click would open
      linkHandler: { activate: () => {} },
    });
    const fitting = new FitAddon();
    created.loadAddon(fitting);
    openUnderCsp(created, element);
    created.textarea?.setAttribute('aria-label', name);
    terminal.current = created;
    fit.current = fitting;
    const output = new TerminalWriter(created);
    writer.current = output;
    created.onData((data) => connection.send(encoder.encode(data)));
    created.onBinary((data) => connection.send(Uint8Array.from(data, (character) => character.charCodeAt(0))));
    created.onResize(({ cols, rows }) => connection.resize(cols, rows));
    created.attachCustomKeyEventHandler((event) => handleKey(event, created, () => leave.current()));
    const observer = new ResizeObserver(() => {
      // a hidden tab has no size, and fitting to nothing would throw its lines away
      if (element.clientWidth > 0 && element.clientHeight > 0) fitting.fit();
    });
    observer.observe(element);
    // also a size that fitting does not change has to be told
    connection.resize(created.cols, created.rows);
    ready.current();
    return () => {
      observer.disconnect();
      output.stop();
      created.dispose();
      terminal.current = null;
      writer.current = null;
    };
  }, [connection]);

  useEffect(() => {
    const target = terminal.current;
    if (target === null) return;
    target.options.fontSize = settings.fontSize;
    target.options.screenReaderMode = settings.screenReader;
    target.options.theme = themes[scheme];
    if (host.current !== null && host.current.clientHeight > 0) fit.current?.fit();
  }, [settings.fontSize, settings.screenReader, scheme]);

  useEffect(() => {
    if (active) terminal.current?.focus();
  }, [active]);

  return <div ref={host} className={classes.terminal} role="group" aria-label={label} />;
}

/** Answers false for keys that are the page's and not the guest's. */
function handleKey(event: KeyboardEvent, terminal: Terminal, leave: () => void): boolean {
  if (!event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return true;
  if (event.code === 'Backquote') {
    if (event.type === 'keydown') {
      event.preventDefault();
      event.stopPropagation();
      leave();
    }
    return false;
  }
  if (event.code === 'KeyC') {
    // without a selection it would be Ctrl+C to the guest, or the browser's inspector
    if (event.type === 'keydown') {
      event.preventDefault();
      if (terminal.hasSelection()) void navigator.clipboard?.writeText(terminal.getSelection());
    }
    return false;
  }
  // the browser pastes by itself into the terminal's text area
  return event.code !== 'KeyV';
}
