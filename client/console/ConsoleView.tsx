import { Button, Group, Loader, Text } from '@mantine/core';
import { Eye } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConsoleKind } from '#shared/image';
import type { SliceVm } from '#shared/slice';
import { appErrorOf } from '../api/app-error';
import { trpc } from '../api/trpc';
import { useErrorMessage } from '../api/error-message';
import { ConsoleConnection, type ConsoleState } from './console-connection';
import classes from './ConsoleDock.module.css';
import type { ConsoleSettings } from './console-settings';
import { ConsoleSearch } from './ConsoleSearch';
import type { TerminalHandle } from './ConsoleTerminal';
import type { Matches } from './matches';
import { PasteLine } from './PasteLine';
import type { ConsolePicture } from './ScreenView';

const ConsoleTerminal = lazy(async () => ({ default: (await import('./ConsoleTerminal')).ConsoleTerminal }));

const ScreenView = lazy(async () => ({ default: (await import('./ScreenView')).ScreenView }));

/** Whether there is a console to attach to: a VM that boots has one already. */
export function isUp(vm: Pick<SliceVm, 'status'>): boolean {
  return vm.status === 'running' || vm.status === 'starting' || vm.status === 'paused';
}

/** What can be done with a console from outside: with a screen, no more than to go to it. */
export interface ConsoleHandle {
  focus: () => void;
  terminal: (TerminalHandle & { openSearch: () => void }) | null;
}

export interface ConsoleViewProps {
  vm: SliceVm;
  kind: ConsoleKind;
  settings: ConsoleSettings;
  active: boolean;
  /** It stands beside others, so that it has to say whose it is. */
  named: boolean;
  /** Its reader may type: asked for anew when that changes. */
  mayType: boolean;
  onTyped: (text: string) => void;
  onFocus: () => void;
  onLeave: () => void;
  onStart: () => void;
  onHandle: (handle: ConsoleHandle | null) => void;
}

const idle: ConsoleState = { kind: 'connecting' };
const noSubscription = () => () => {};
const idleState = () => idle;
const nothingPasted = () => null;
const notReadOnly = () => false;
const noMatches: Matches = { index: -1, count: 0 };

/** One console of a VM: its connection, its terminal or its screen, and what is to be said about them. */
export function ConsoleView(props: ConsoleViewProps) {
  const { vm, kind, settings, active, named, mayType, onTyped, onFocus, onLeave, onStart, onHandle } = props;
  const { t } = useTranslation('console');
  const { client } = trpc.useUtils();
  const errorMessage = useErrorMessage();
  const terminal = useRef<TerminalHandle | null>(null);
  const picture = useRef<ConsolePicture | null>(null);
  const [connection, setConnection] = useState<ConsoleConnection | null>(null);
  const up = isUp(vm);
  const latest = useRef({ up, errorMessage });
  useEffect(() => {
    latest.current = { up, errorMessage };
  });

  useEffect(() => {
    const created = new ConsoleConnection(
      {
        kind,
        openTicket: () => client.slices.openConsole.mutate({ vmId: vm.id, kind }),
        makeSocket: (path, protocols) => new WebSocket(socketUrl(path), protocols),
        refused: (error) => {
          const code = appErrorOf(error)?.code;
          // a VM that is just coming up, a server that is: both are cured by time
          const passing = code === undefined || code === 'RATE_LIMITED' || code === 'DATABASE_UNAVAILABLE';
          return passing || code === 'CONSOLE_UNAVAILABLE' ? null : latest.current.errorMessage(error);
        },
        onAttached: () => picture.current?.restart(),
        onOutput: (data) => picture.current?.write(data),
        onLeftOut: () => terminal.current?.markHole(),
        setTimer: (callback, ms) => {
          const timer = setTimeout(callback, ms);
          return () => clearTimeout(timer);
        },
        random: Math.random,
      },
      latest.current.up,
    );
    setConnection(created);
    return () => created.dispose();
  }, [client, vm.id, kind, mayType]);

  useEffect(() => connection?.setVmUp(up), [connection, up]);
  const subscribe = connection?.subscribe ?? noSubscription;
  const state = useSyncExternalStore(subscribe, connection?.state ?? idleState);
  const readOnly = useSyncExternalStore(subscribe, connection?.readOnly ?? notReadOnly) || !mayType;
  const pasting = useSyncExternalStore(subscribe, connection?.pasting ?? nothingPasted);
  const [searching, setSearching] = useState(0);
  const [matches, setMatches] = useState(noMatches);
  const openSearch = () => setSearching((times) => times + 1);
  const endSearch = () => {
    setSearching(0);
    setMatches(noMatches);
    terminal.current?.stopFinding();
    terminal.current?.focus();
  };

  return (
    <div className={classes.view}>
      <div className={classes.head}>
        {named ? <span className={classes.name}>{vm.name}</span> : null}
        <ConsoleStateLine
          state={state}
          readOnly={readOnly}
          onReconnect={() => connection?.reconnect()}
          onStart={mayType ? onStart : null}
        />
        {pasting === null ? null : <PasteLine pasting={pasting} onCancel={() => connection?.cancelPaste()} />}
        {searching > 0 ? (
          <ConsoleSearch
            asked={searching}
            vmName={vm.name}
            matches={matches}
            onFind={(wanted, towards) => terminal.current?.find(wanted, towards)}
            onClose={endSearch}
          />
        ) : null}
      </div>
      <Suspense
        fallback={
          <Group p="sm" gap="xs">
            <Loader size="xs" />
            <Text size="sm">{t(kind === 'vnc' ? 'screen.loading' : 'loading')}</Text>
          </Group>
        }
      >
        {connection === null ? null : kind === 'vnc' ? (
          <ScreenView
            connection={connection}
            label={t('screen.of', { name: vm.name })}
            active={active}
            readOnly={readOnly}
            onFocus={onFocus}
            onReady={() => connection.start()}
            onLeave={onLeave}
            handle={(handle) => {
              picture.current = handle;
              onHandle(handle === null ? null : { focus: handle.focus, terminal: null });
            }}
          />
        ) : (
          <ConsoleTerminal
            connection={connection}
            label={t('terminal', { name: vm.name })}
            settings={settings}
            active={active}
            readOnly={readOnly}
            onTyped={onTyped}
            onFocus={onFocus}
            onReady={() => connection.start()}
            onLeave={onLeave}
            onSearch={openSearch}
            onMatches={setMatches}
            handle={(handle) => {
              terminal.current = picture.current = handle;
              onHandle(handle === null ? null : { focus: handle.focus, terminal: { ...handle, openSearch } });
            }}
          />
        )}
      </Suspense>
    </div>
  );
}

function socketUrl(path: string): string {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

function ConsoleStateLine(props: {
  state: ConsoleState;
  readOnly: boolean;
  onReconnect: () => void;
  onStart: (() => void) | null;
}) {
  const { t } = useTranslation('console');
  const { state } = props;
  const text = () => {
    switch (state.kind) {
      case 'waiting':
        return t('state.waiting', { seconds: state.seconds });
      case 'closed':
        return state.message === '' ? t('state.closedPlain') : t('state.closed', { message: state.message });
      case 'failed':
        return state.message;
      case 'connecting':
      case 'attached':
      case 'stopped':
        return t(`state.${state.kind}`);
    }
  };
  const again = state.kind === 'waiting' || state.kind === 'closed' || state.kind === 'failed';
  return (
    <div className={classes.state} data-kind={state.kind}>
      <span className={classes.dot} aria-hidden />
      <Text size="xs" role="status">
        {text()}
      </Text>
      {props.readOnly ? (
        <span className={classes.readOnly}>
          <Eye size={13} aria-hidden />
          <Text size="xs">{t('readOnly')}</Text>
        </span>
      ) : null}
      {again ? (
        <Button size="compact-xs" variant="default" onClick={props.onReconnect}>
          {t('reconnect')}
        </Button>
      ) : null}
      {state.kind === 'stopped' && props.onStart !== null ? (
        <Button size="compact-xs" onClick={props.onStart}>
          {t('start')}
        </Button>
      ) : null}
    </div>
  );
}
