import { ActionIcon, Tabs, Tooltip } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { ExternalLink, Keyboard, LayoutGrid, Maximize2, Minimize2, Search, X } from 'lucide-react';
import { useEffect, useRef, useState, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { SliceVm } from '#shared/slice';
import { downloadText } from '../hooks/download';
import { ToggleIcon } from '../ui/ToggleIcon';
import classes from './ConsoleDock.module.css';
import { logName } from './console-log';
import { changeConsoleSettings, useConsoleSettings } from './console-settings';
import { ConsoleMenu } from './ConsoleMenu';
import { ConsoleView, type ConsoleHandle } from './ConsoleView';
import { DockGrip } from './DockGrip';
import { TogetherMark } from './TogetherMark';

export interface ConsoleDockProps {
  /** The VMs whose consoles are open, in the order of their tabs. */
  vms: readonly SliceVm[];
  activeId: number;
  /** Their reader may type; else they are only looked at. */
  mayType: boolean;
  /** They stand side by side. */
  tiled: boolean;
  startMaximised: boolean;
  /** The address of a window that has only these consoles. */
  windowOf: (vmIds: readonly number[], activeId: number) => string;
  onActivate: (vmId: number) => void;
  onTile: (tiled: boolean) => void;
  onClose: (vmId: number) => void;
  onCloseAll: () => void;
  onStart: (vmId: number) => void;
}

/** The consoles that are open, at the foot of the page. */
export function ConsoleDock(props: ConsoleDockProps) {
  const { vms, activeId, mayType, tiled, onActivate } = props;
  const { t } = useTranslation('console');
  const settings = useConsoleSettings();
  const small = useMediaQuery('(max-width: 48em)') ?? false;
  const [maximised, setMaximised] = useState(props.startMaximised);
  // never after a reload: what goes to many is begun knowingly
  const [together, setTogether] = useState(false);
  const [dragged, setDragged] = useState<number | null>(null);
  const dock = useRef<HTMLElement>(null);
  const handles = useRef(new Map<number, ConsoleHandle>());
  const active = vms.find((vm) => vm.id === activeId) ?? vms[0];
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
  const copy = () => {
    const text = handles.current.get(active.id)?.selection() ?? '';
    if (text !== '') void navigator.clipboard?.writeText(text);
  };

  const many = vms.length > 1;
  const toAll = together && many && mayType;
  const type = (vmId: number, text: string) => {
    for (const [id, handle] of handles.current) if (toAll || id === vmId) handle.type(text);
  };
  const beside = tiled && many;
  const address = props.windowOf(beside ? vms.map(({ id }) => id) : [active.id], active.id);
  /** A window without the browser's own bars; a click that asks for a tab gets one. */
  const popOut = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    window.open(address, '_blank', 'popup,noopener,width=960,height=640');
  };
  const download = () => {
    const handle = handles.current.get(active.id);
    if (handle !== undefined) downloadText(logName(active.name, new Date()), handle.text(), 'text/plain;charset=utf-8');
  };

  /** For guests that do not listen for it: their shell is told, as a hand would. */
  const typeSize = () => {
    const handle = handles.current.get(active.id);
    if (handle === undefined) return;
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
          value={String(active.id)}
          onChange={(value) => value !== null && onActivate(Number(value))}
        >
          <Tabs.List className={classes.list} aria-label={t('tabs')}>
            {vms.map((vm) => (
              <Tabs.Tab
                key={vm.id}
                value={String(vm.id)}
                className={classes.tab}
                aria-label={t('tab', { name: vm.name })}
                aria-controls={`console-${vm.id}`}
              >
                {vm.name}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Tabs>
        {many && mayType ? (
          <ToggleIcon label={t('together.start')} on={toAll} onChange={setTogether}>
            <Keyboard size={16} />
          </ToggleIcon>
        ) : null}
        {many ? (
          <ToggleIcon label={t('tile')} on={tiled} onChange={props.onTile}>
            <LayoutGrid size={16} />
          </ToggleIcon>
        ) : null}
        <Tooltip label={`${t('search.open')} (Ctrl+Shift+F)`}>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('search.open')}
            onClick={() => handles.current.get(active.id)?.openSearch()}
          >
            <Search size={16} />
          </ActionIcon>
        </Tooltip>
        <ConsoleMenu
          settings={settings}
          onCopy={copy}
          onDownload={download}
          onTypeSize={mayType ? typeSize : null}
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
          aria-label={t('close', { name: active.name })}
          onClick={() => props.onClose(active.id)}
        >
          <X size={16} />
        </ActionIcon>
      </div>
      {toAll ? <TogetherMark count={vms.length} onStop={() => setTogether(false)} /> : null}
      <div className={classes.panels} data-tiled={beside || undefined} data-together={toAll || undefined}>
        {vms.map((vm) => (
          <div
            key={vm.id}
            id={`console-${vm.id}`}
            role="tabpanel"
            aria-label={t('tab', { name: vm.name })}
            className={classes.panel}
            data-hidden={beside || vm.id === active.id ? undefined : true}
            data-active={vm.id === active.id || undefined}
          >
            <ConsoleView
              vm={vm}
              settings={settings}
              active={vm.id === active.id}
              named={beside}
              mayType={mayType}
              onTyped={(text) => type(vm.id, text)}
              onFocus={() => {
                if (vm.id !== active.id) onActivate(vm.id);
              }}
              onLeave={focusTab}
              onStart={() => props.onStart(vm.id)}
              onHandle={(handle) => {
                if (handle === null) handles.current.delete(vm.id);
                else handles.current.set(vm.id, handle);
              }}
            />
          </div>
        ))}
      </div>
    </section>
  );
}
