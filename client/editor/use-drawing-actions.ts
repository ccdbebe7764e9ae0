import type { RefObject } from 'react';
import { limits } from '#shared/limits';
import { presetTopology } from '#shared/topology/presets';
import type { Topology } from '#shared/topology/schema';
import { nothingSelected, type CanvasHandle, type CanvasPoint } from './canvas/types';
import {
  copyOf,
  freePlace,
  fromClipboardText,
  newKey,
  shiftBelow,
  shiftIntoView,
  toClipboardText,
  withNewKeys,
} from './fragment';
import type { PresetChoice } from './PresetMenu';
import type { EditorState } from './use-editor';

interface DrawingOptions {
  editor: EditorState;
  canvas: RefObject<CanvasHandle | null>;
  defaults: { flavourId: number; imageId: number } | null;
  /** The node that comes next into view and gets the keyboard, once it is drawn. */
  focusNext: (key: string) => void;
  /** Much has changed: show all of it. */
  fit: () => void;
}

/** Distance at which a copy is laid beside what it was made from. */
const copyShift = 40;
/** Before the canvas is there. */
const nowhere = { left: 0, top: 0, right: 0, bottom: 0 };

/** What toolbar, menu, keys and clipboard do to the drawing. */
export function useDrawingActions({ editor, canvas, defaults, focusNext, fit }: DrawingOptions) {
  const { topology } = editor.document;
  const { selection } = editor;

  function added(fragment: Topology) {
    editor.select({ nodes: [...fragment.vms, ...fragment.networks].map(({ key }) => key), edges: [] });
  }

  function addNode(kind: 'vm' | 'network', at?: CanvasPoint) {
    const spot = at ?? freePlace(topology, canvas.current?.visible() ?? nowhere);
    const key = newKey();
    if (kind === 'network') editor.run({ type: 'addNetwork', key, ...spot });
    else if (defaults !== null) editor.run({ type: 'addVm', key, ...spot, ...defaults });
    else return;
    editor.select({ nodes: [key], edges: [] });
    focusNext(key);
  }

  function insert(fragment: Topology) {
    editor.run({ type: 'insert', fragment });
    added(fragment);
  }

  function paste(text: string): boolean {
    const fragment = fromClipboardText(text);
    if (fragment === null) return false;
    const taken = new Set([...topology.vms, ...topology.networks].map(({ x, y }) => `${x} ${y}`));
    const nodes = [...fragment.vms, ...fragment.networks];
    const { dx, dy } = canvas.current === null ? { dx: 0, dy: 0 } : shiftIntoView(fragment, canvas.current.visible());
    let shift = 0;
    while (nodes.some(({ x, y }) => taken.has(`${x + dx + shift} ${y + dy + shift}`))) shift += copyShift;
    insert(withNewKeys(fragment, dx + shift, dy + shift));
    return true;
  }

  function copy(): string | null {
    return selection.nodes.length === 0 ? null : toClipboardText(copyOf(topology, selection.nodes));
  }

  function remove() {
    if (selection.nodes.length + selection.edges.length === 0) return;
    editor.run({ type: 'delete', ...selection });
    editor.select(nothingSelected);
  }

  return {
    canAddVm: defaults !== null && topology.vms.length < limits.vmsPerTopology,
    addNode,
    applyPreset: ({ kind, values, ...vm }: PresetChoice) => {
      const preset = presetTopology(kind, values, vm);
      const { dx, dy } = shiftBelow(topology, preset);
      insert(withNewKeys(preset, dx, dy));
      fit();
    },
    duplicate: () => {
      const text = copy();
      if (text !== null) paste(text);
    },
    remove,
    selectAll: () =>
      editor.select({
        nodes: [...topology.vms, ...topology.networks].map(({ key }) => key),
        edges: topology.edges.map(({ key }) => key),
      }),
    clipboard: {
      copy,
      cut: () => {
        const text = copy();
        if (text !== null) remove();
        return text;
      },
      paste,
    },
  };
}
