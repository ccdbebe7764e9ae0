import { ActionIcon, Tabs, Tooltip } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { ExternalLink, Keyboard, LayoutGrid, Maximize2, Minimize2, Monitor, Search, X } from 'lucide-react';
import { useEffect, useRef, useState, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { downloadText } from '../hooks/download';
import { ToggleIcon } from '../ui/ToggleIcon';
import classes from './ConsoleDock.module.css';
import type { ConsoleId, OpenConsole } from './console-id';
import { logName } from './console-log';
import { changeConsoleSettings, useConsoleSettings } from './console-settings';
import { ConsoleMenu } from './ConsoleMenu';
import { ConsoleView, type ConsoleHandle } from './ConsoleView';
import { DockGrip } from './DockGrip';
import { TogetherMark } from './TogetherMark';

export interface ConsoleDockProps {
  /** In the order of their tabs. */
  consoles: readonly OpenConsole[];
  activeId: ConsoleId;
  /** Their reader may type; else they are only looked at. */
  mayType: boolean;
  /** They stand side by side. */
  tiled: boolean;
  startMaximised: boolean;
  /** The address of a window that has only these consoles. */
  windowOf: (ids: readonly ConsoleId[], activeId: ConsoleId) => string;
  onActivate: (id: ConsoleId) => void;
  onTile: (tiled: boolean) => void;
  onClose: (id: ConsoleId) => void;
  onCloseAll: () => void;
  onStart: (vmId: number) => void;
}

/** The consoles that are open, at the foot of the page. */
export function ConsoleDock(props: ConsoleDockProps) {
  const { consoles, activeId, mayType, tiled, onActivate } = props;
  const { t } = useTranslation('console');
  const settings = useConsoleSettings();
  const small = useMediaQuery('(max-width: 48em)') ?? false;
  const [maximised, setMaximised] = useState(props.startMaximised);
  // never after a reload: what goes to many is begun knowingly
  const [together, setTogether] = useState(false);
  const [dragged, setDragged] = useState<number | null>(null);
  const dock = useRef<HTMLElement>(null);
  const handles = useRef(new Map<ConsoleId, ConsoleHandle>());
  const active = consoles.find(({ id }) => id === activeId) ?? consoles[0];
  const height = dragged ?? settings.height;

  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.code !== 'Backquote' || !event.ctrlKey || !event.shiftKey || active === undefined) return;
      event.preventDefault();
      handles.current.get(active.id)?.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [active]);

  if (active === undefined) return null;
  const focusTab = () => dock.current?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
  const terminal = () => handles.current.get(active.id)?.terminal ?? null;
  const isTerminal = active.kind === 'serial';
  const nameOf = ({ vm, kind }: OpenConsole) => t(kind === 'vnc' ? 'screen.tab' : 'tab', { name: vm.name });
  const copy = () => {
    const text = terminal()?.selection() ?? '';
    if (text !== '') void navigator.clipboard?.writeText(text);
  };

  const many = consoles.length > 1;
  // a key of a screen is a place on a keyboard, not a text
  const terminals = consoles.filter(({ kind }) => kind === 'serial').length;
  const toAll = together && terminals > 1 && mayType;
  const type = (to: ConsoleId, text: string) => {
    for (const [id, handle] of handles.current) if (toAll || id === to) handle.terminal?.type(text);
  };
  const beside = tiled && many;
  const address = props.windowOf(beside ? consoles.map(({ id }) => id) : [active.id], active.id);
  /** A window without the browser's own bars; a click that asks for a tab gets one. */
  const popOut = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    window.open(address, '_blank', 'popup,noopener,width=960,height=640');
  };
  const download = () => {
    const text = terminal()?.text();
    if (text !== undefined) downloadText(logName(active.vm.name, new Date()), text, 'text/plain;charset=utf-8');
  };

  /** For guests that do not listen for it: their shell is told, as a hand would. */
  const typeSize = () => {
    const handle = terminal();
    if (handle === null) return;
    const { cols, rows } = handle.size();
    handle.type(`stty cols ${cols} rows ${rows}\r`);
    handle.focus();
  };

  return (
    <section
      ref={dock}
      className={classes.dock}
      aria-label={t('dock')}
      data-maximised={maximised || undefined}
      style={maximised ? undefined : { height: `min(${height}px, 80dvh)` }}
    >
      {maximised ? null : (
        <DockGrip
          height={height}
          onDrag={setDragged}
          onDone={(next) => {
            setDragged(null);
            changeConsoleSettings({ height: next });
          }}
        />
      )}
      <div className={classes.bar}>
        <Tabs
          className={classes.tabs}
          value={active.id}
          onChange={(value) => {
            const chosen = consoles.find(({ id }) => id === value);
            if (chosen !== undefined) onActivate(chosen.id);
          }}
        >
          <Tabs.List className={classes.list} aria-label={t('tabs')}>
            {consoles.map((each) => (
              <Tabs.Tab
                key={each.id}
                value={each.id}
                className={classes.tab}
                aria-label={nameOf(each)}
                aria-controls={`console-${each.id}`}
                leftSection={each.kind === 'vnc' ? <Monitor size={14} aria-hidden /> : null}
              >
                {each.vm.name}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Tabs>
        {terminals > 1 && mayType ? (
          <ToggleIcon label={t('together.start')} on={toAll} onChange={setTogether}>
            <Keyboard size={16} />
          </ToggleIcon>
        ) : null}
        {many ? (
          <ToggleIcon label={t('tile')} on={tiled} onChange={props.onTile}>
            <LayoutGrid size={16} />
          </ToggleIcon>
        ) : null}
        {isTerminal ? (
          <Tooltip label={`${t('search.open')} (Ctrl+Shift+F)`}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('search.open')}
              onClick={() => terminal()?.openSearch()}
            >
              <Search size={16} />
            </ActionIcon>
          </Tooltip>
        ) : null}
        <ConsoleMenu
          settings={settings}
          onCopy={isTerminal ? copy : null}
          onDownload={isTerminal ? download : null}
          onTypeSize={isTerminal && mayType ? typeSize : null}
          onCloseAll={props.onCloseAll}
        />
        {small ? null : (
          <Tooltip label={t('popOut')}>
            <ActionIcon
              variant="subtle"
              color="gray"
              component="a"
              href={address}
              onClick={popOut}
              target="_blank"
              rel="noopener"
              aria-label={t('popOut')}
            >
              <ExternalLink size={16} />
            </ActionIcon>
          </Tooltip>
        )}
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={maximised ? t('restore') : t('maximise')}
          onClick={() => setMaximised(!maximised)}
        >
          {maximised ? <Minimize2 size={16} /> : <Maximize2 size={16} />}
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t(isTerminal ? 'close' : 'screen.close', { name: active.vm.name })}
          onClick={() => props.onClose(active.id)}
        >
          <X size={16} />
        </ActionIcon>
      </div>
      {toAll ? <TogetherMark count={terminals} onStop={() => setTogether(false)} /> : null}
      <div className={classes.panels} data-tiled={beside || undefined} data-together={toAll || undefined}>
        {consoles.map((each) => (
          <div
            key={each.id}
            id={`console-${each.id}`}
            role="tabpanel"
            aria-label={nameOf(each)}
            className={classes.panel}
            data-hidden={beside || each.id === active.id ? undefined : true}
            data-active={each.id === active.id || undefined}
            data-kind={each.kind}
          >
            <ConsoleView
              vm={each.vm}
              kind={each.kind}
              settings={settings}
              active={each.id === active.id}
              named={beside}
              mayType={mayType}
              onTyped={(text) => type(each.id, text)}
              onFocus={() => {
                if (each.id !== active.id) onActivate(each.id);
              }}
              onLeave={focusTab}
              onStart={() => props.onStart(each.vm.id)}
              onHandle={(handle) => {
                if (handle === null) handles.current.delete(each.id);
                else handles.current.set(each.id, handle);
              }}
            />
          </div>
        ))}
      </div>
    </section>
  );
}
