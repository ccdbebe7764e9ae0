import type { LucideIcon } from 'lucide-react';
import type { ReactNode, Ref } from 'react';
import type { Annotation } from '#shared/topology/annotations';
import type { DeviceIcon } from '#shared/topology/schema';

/** What a status means for the reader; the same words as StatusBadge's. */
export type Tone = 'neutral' | 'info' | 'progress' | 'success' | 'warning' | 'danger';

/** Always shown as colour + icon + word. Without `icon` the tone's own is taken. */
export interface CanvasStatus {
  tone: Tone;
  label: string;
  icon?: LucideIcon | undefined;
  /** What is going on right now, e.g. "starting…": shown instead of the label, with a turning icon. */
  activity?: string | undefined;
}

/** It is not as it was asked for. */
export interface CanvasDrift {
  /** Whole sentences. */
  message: string;
  /** When it was seen so last; null where nobody has looked. */
  at: string | null;
}

export interface CanvasNode {
  key: string;
  kind: 'vm' | 'network' | 'annotation';
  name: string;
  /** What is drawn there, of an annotation. */
  annotation?: Annotation | undefined;
  /** The node's centre. */
  x: number;
  y: number;
  /** Second line: "nano · tiny", or a network's subnet. */
  detail?: string | undefined;
  /** What it is drawn as; a server unless given. */
  icon?: DeviceIcon | undefined;
  /** It is neither moved nor deleted. */
  locked?: boolean | undefined;
  /** Reaches the internet. */
  internet?: boolean | undefined;
  /** Forwarded guest ports: `22`, `53/udp`. */
  forwards?: readonly string[] | undefined;
  status?: CanvasStatus | undefined;
  /** What is wrong with it: a red border, and this sentence on hover. */
  problem?: string | undefined;
  /** A mark on its border, with the time; the sentence on hover and for who cannot see it. */
  drift?: CanvasDrift | undefined;
  /** It goes: shown where it was, to be neither chosen nor moved nor connected. */
  ghost?: boolean | undefined;
}

export interface CanvasEdge {
  key: string;
  /** Key of a VM. */
  source: string;
  /** Key of a VM or a network. */
  target: string;
  /** In the middle of the edge: what passes it now. */
  label?: string | undefined;
  /** More of it, on hover. */
  hint?: string | undefined;
  /** Before that: what it does to what passes. */
  quality?: string | undefined;
  /** It is taken down. */
  down?: boolean | undefined;
  /** Monospace, near the source: its address. */
  sourceLabel?: string | undefined;
  targetLabel?: string | undefined;
  status?: CanvasStatus | undefined;
  problem?: string | undefined;
  drift?: CanvasDrift | undefined;
  /** As of a node. */
  ghost?: boolean | undefined;
}

export interface CanvasSelection {
  nodes: readonly string[];
  edges: readonly string[];
}
export const nothingSelected: CanvasSelection = { nodes: [], edges: [] };

export interface CanvasMove {
  key: string;
  x: number;
  y: number;
}

/** Around its middle. */
export interface CanvasBox extends CanvasPoint {
  width: number;
  height: number;
}

export interface CanvasPoint {
  x: number;
  y: number;
}

/** Where a menu is asked for, and of what. */
export interface CanvasMenu {
  on: 'nodes' | 'edge' | 'canvas';
  /** On the screen, px. */
  at: CanvasPoint;
  /** In the drawing. */
  point: CanvasPoint;
}

export interface CanvasArea {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** What a page may ask of the canvas, by `ref`. */
export interface CanvasHandle {
  /** Shows the whole drawing, or these nodes of it. */
  fit: (keys?: readonly string[]) => void;
  /** Brings the node into view and gives it the keyboard. */
  focusNode: (key: string) => void;
  /** Brings the node into view, and leaves the keyboard where it is. */
  reveal: (key: string) => void;
  /** The next node that is chosen (click, tap, Enter) is connected with this one. */
  startConnect: (key: string) => void;
  /**
   * Moves the nodes so that the eye can follow, where motion is wanted; then `onMove` hears of it, once. With `fit` the whole
   * drawing is brought into view meanwhile.
   */
  glide: (moves: readonly CanvasMove[], fit: boolean) => void;
  /** What of the drawing is visible, in its own coordinates. */
  visible: () => CanvasArea;
}

export interface TopologyCanvasProps {
  nodes: readonly CanvasNode[];
  edges: readonly CanvasEdge[];
  /** Drawing: nodes can be moved, connected and deleted. */
  editable?: boolean;
  selection: CanvasSelection;
  onSelectionChange: (selection: CanvasSelection) => void;
  /** Once, at the end of a drag or of a run of arrow keys. */
  onMove?: (moves: CanvasMove[]) => void;
  /** What is drawn beside was made larger or smaller by hand. */
  onResize?: (key: string, box: CanvasBox) => void;
  /** `source` is always a VM. */
  onConnect?: (source: string, target: string) => void;
  onDelete?: (selection: CanvasSelection) => void;
  /** Enter or double click on a node. */
  onOpenNode?: (key: string) => void;
  /** Double click on the empty canvas. */
  onAddAt?: (point: CanvasPoint) => void;
  /** The menu of something is asked for: by the right button, a long press or the menu key. */
  onMenu?: (menu: CanvasMenu) => void;
  minimap?: boolean;
  /** Where in the drawing the pointer is; null: nowhere in it any more. */
  onPoint?: ((point: CanvasPoint | null) => void) | undefined;
  /** Drawn over all of it, in the drawing library's own context. */
  overlay?: ReactNode;
  /** The whole drawing is brought into view when this changes (and at first). */
  fitKey?: string | number;
  /** What the canvas is, for who cannot see it: "Topology of lab-1". */
  label: string;
  /** Shown over the top right corner. */
  legend?: ReactNode;
  /** Shown in the middle when there is no node. */
  empty?: ReactNode;
  ref?: Ref<CanvasHandle>;
}
