import { ActionIcon, Tabs, Tooltip } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { ExternalLink, Maximize2, Minimize2, Search, X } from 'lucide-react';
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { SliceVm } from '#shared/slice';
import { downloadText } from '../hooks/download';
import classes from './ConsoleDock.module.css';
import { logName } from './console-log';
import { changeConsoleSettings, useConsoleSettings } from './console-settings';
import { ConsoleMenu } from './ConsoleMenu';
import { ConsoleView, type ConsoleHandle } from './ConsoleView';

export interface ConsoleDockProps {
  sliceId: number;
  /** The VMs whose consoles are open, in the order of their tabs. */
  vms: readonly SliceVm[];
  activeId: number;
  startMaximised: boolean;
  onActivate: (vmId: number) => void;
  onClose: (vmId: number) => void;
  onStart: (vmId: number) => void;
}

const minHeight = 120;

/** The consoles that are open, at the foot of the page. */
export function ConsoleDock(props: ConsoleDockProps) {
  const { vms, activeId, onActivate } = props;
  const { t } = useTranslation('console');
  const settings = useConsoleSettings();
  const small = useMediaQuery('(max-width: 48em)') ?? false;
  const [maximised, setMaximised] = useState(props.startMaximised);
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
        <Grip
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
        <ConsoleMenu settings={settings} onCopy={copy} onDownload={download} onTypeSize={typeSize} />
        {small ? null : (
          <Tooltip label={t('popOut')}>
            <ActionIcon
              variant="subtle"
              color="gray"
              component="a"
              href={`/slices/${props.sliceId}?console=${active.id}`}
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
      <div className={classes.panels}>
        {vms.map((vm) => (
          <div
            key={vm.id}
            id={`console-${vm.id}`}
            role="tabpanel"
            aria-label={t('tab', { name: vm.name })}
            className={classes.panel}
            data-hidden={vm.id === active.id ? undefined : true}
          >
            <ConsoleView
              vm={vm}
              settings={settings}
              active={vm.id === active.id}
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

/** The upper edge: dragged, or moved with the arrow keys. */
function Grip(props: { height: number; onDrag: (height: number) => void; onDone: (height: number) => void }) {
  const { t } = useTranslation('console');
  const from = useRef<{ y: number; height: number } | null>(null);
  const max = () => Math.round(window.innerHeight * 0.8);
  const bounded = (height: number) => Math.max(minHeight, Math.min(max(), Math.round(height)));
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = { y: event.clientY, height: bounded(props.height) };
  };
  const heightAt = (event: PointerEvent) =>
    from.current === null ? null : bounded(from.current.height + from.current.y - event.clientY);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowUp' ? 24 : event.key === 'ArrowDown' ? -24 : 0;
    if (step === 0) return;
    event.preventDefault();
    props.onDone(bounded(props.height + step));
  };
  return (
    <div
      className={classes.grip}
      role="separator"
      aria-orientation="horizontal"
      aria-label={t('resize')}
      aria-valuemin={minHeight}
      aria-valuemax={max()}
      aria-valuenow={bounded(props.height)}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={(event) => {
        const height = heightAt(event);
        if (height !== null) props.onDrag(height);
      }}
      onPointerUp={(event) => {
        const height = heightAt(event);
        from.current = null;
        if (height !== null) props.onDone(height);
      }}
      onKeyDown={onKeyDown}
    />
  );
}
