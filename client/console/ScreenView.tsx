import RFB from '@novnc/novnc';
import { useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react';
import type { ConsoleConnection } from './console-connection';
import classes from './ConsoleDock.module.css';
import { RfbChannel } from './rfb-channel';
import { ScreenBar } from './ScreenBar';
import { actOfKey } from './terminal-keys';
import { typeKeys, type TypedKey } from './typed-keys';

/** What a console does with what its guest sends, whatever shows it. */
export interface ConsolePicture {
  focus: () => void;
  write: (data: Uint8Array) => void;
  /** What comes now begins anew. */
  restart: () => void;
}

export interface ScreenViewProps {
  connection: ConsoleConnection;
  label: string;
  /** The one that is worked in: it gets the focus. */
  active: boolean;
  readOnly: boolean;
  onFocus: () => void;
  /** There is somewhere to show it now. */
  onReady: () => void;
  /** The escape keys were pressed. */
  onLeave: () => void;
  handle: Ref<ConsolePicture>;
}

const setTimer = (callback: () => void, ms: number) => {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
};

/** A VM's screen, by noVNC: keys are sent by their place on the keyboard, so that the guest's own layout says what they mean. */
export function ScreenView(props: ScreenViewProps) {
  const { connection, label, active, readOnly, handle } = props;
  const view = useRef<HTMLDivElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const screen = useRef<{ rfb: RFB; channel: RfbChannel } | null>(null);
  const [fits, setFits] = useState(true);
  const [typing, setTyping] = useState<{ sent: number; total: number } | null>(null);
  const stopTyping = useRef(() => {});
  const latest = useRef({ ...props, fits });
  useEffect(() => {
    latest.current = { ...props, fits };
  });

  const endTyping = () => {
    stopTyping.current();
    setTyping(null);
  };
  const type = (keys: readonly TypedKey[]) => {
    endTyping();
    stopTyping.current = typeKeys(keys, {
      press: (keysym, code, down) => screen.current?.rfb.sendKey(keysym, code, down),
      setTimer,
      onProgress: (sent, total) => setTyping(sent < total ? { sent, total } : null),
    });
    screen.current?.rfb.focus();
  };

  useImperativeHandle(handle, () => ({
    focus: () => screen.current?.rfb.focus(),
    write: (data) => screen.current?.channel.heard(data),
    restart: () => {
      const element = host.current;
      if (element === null) return;
      endTyping();
      screen.current?.channel.close();
      // the last picture stays until here
      element.replaceChildren();
      const channel = new RfbChannel(connection);
      const rfb = new RFB(element, channel);
      screen.current = { rfb, channel };
      rfb.background = 'transparent';
      rfb.showDotCursor = true;
      rfb.scaleViewport = latest.current.fits;
      rfb.viewOnly = latest.current.readOnly;
      const canvas = element.querySelector('canvas');
      canvas?.setAttribute('role', 'application');
      canvas?.setAttribute('aria-label', latest.current.label);
      canvas?.setAttribute('tabindex', '0');
      if (latest.current.active && document.activeElement === document.body) rfb.focus();
    },
  }));

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const stopWatching = watchKeys(element, {
      leave: () => latest.current.onLeave(),
      release: (code) => screen.current?.rfb.sendKey(0, code, false),
    });
    latest.current.onReady();
    return () => {
      stopWatching();
      stopTyping.current();
      screen.current?.channel.close();
      screen.current = null;
    };
  }, [connection]);

  useEffect(() => {
    if (screen.current === null) return;
    screen.current.rfb.scaleViewport = fits;
    screen.current.rfb.viewOnly = readOnly;
  }, [fits, readOnly]);

  useEffect(() => {
    if (active && view.current?.contains(document.activeElement) !== true) screen.current?.rfb.focus();
  }, [active]);

  return (
    <div ref={view} className={classes.screenView} onFocus={props.onFocus}>
      <ScreenBar
        mayType={!readOnly}
        fits={fits}
        typing={typing}
        onFit={setFits}
        onType={type}
        onStopTyping={endTyping}
        onReset={() => {
          screen.current?.rfb.sendCtrlAltDel();
          screen.current?.rfb.focus();
        }}
        onFullScreen={() => {
          if (document.fullscreenElement === null) void view.current?.requestFullscreen();
          else void document.exitFullscreen();
        }}
      />
      <div ref={host} className={classes.screen} role="group" aria-label={label} data-fits={fits || undefined} />
    </div>
  );
}

/**
 * The keys that are the page's own, before noVNC has them; and which keys are pressed when the focus goes elsewhere, where nobody hears that they
 * are let go: a guest would have them pressed for ever.
 */
function watchKeys(element: HTMLElement, does: { leave: () => void; release: (code: string) => void }): () => void {
  const pressed = new Set<string>();
  const controller = new AbortController();
  const { signal } = controller;
  const onKey = (event: KeyboardEvent) => {
    if (actOfKey(event) === 'leave') {
      event.preventDefault();
      event.stopPropagation();
      if (event.type === 'keydown') does.leave();
    } else if (event.type === 'keydown') pressed.add(event.code);
    else pressed.delete(event.code);
  };
  element.addEventListener('keydown', onKey, { capture: true, signal });
  element.addEventListener('keyup', onKey, { capture: true, signal });
  element.addEventListener(
    'focusout',
    () => {
      for (const code of pressed) does.release(code);
      pressed.clear();
    },
    { signal },
  );
  return () => controller.abort();
}
