/** As much of noVNC 1.7 as is used here; see its docs/API.md. */
declare module '@novnc/novnc' {
  export default class RFB extends EventTarget {
    /** Draws into `target`, and speaks by a channel that looks like a WebSocket. Connects at once. */
    constructor(target: Element, channel: object, options?: { shared?: boolean });
    /** Neither keys nor the pointer are sent. */
    viewOnly: boolean;
    /** The picture is made as large as fits. */
    scaleViewport: boolean;
    /** A dot where the guest shows no pointer. */
    showDotCursor: boolean;
    background: string;
    focus(options?: FocusOptions): void;
    /** By the symbol (X11 keysym) and the place on the keyboard; without `down` it is pressed and let go. */
    sendKey(keysym: number, code: string | null, down?: boolean): void;
    sendCtrlAltDel(): void;
  }
}
