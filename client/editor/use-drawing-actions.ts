import type { RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import { annotationsOf } from '#shared/topology/annotations';
import { presetTopology } from '#shared/topology/presets';
import { emptyTopology, type Topology } from '#shared/topology/schema';
import { drawnBy, type AnnotationTool } from './annotate';
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
  /** Its text is to be written next, where there is a field for it. */
  writeNext: (key: string) => void;
  /** Much has changed: show all of it. */
  fit: () => void;
}

/** Distance at which a copy is laid beside what it was made from. */
const copyShift = 40;
/** Before the canvas is there. */
const nowhere = { left: 0, top: 0, right: 0, bottom: 0 };

/** All that has a place of its own. */
const allOf = (topology: Topology) => [...topology.vms, ...topology.networks, ...annotationsOf(topology)];

/** What toolbar, menu, keys and clipboard do to the drawing. */
export function useDrawingActions({ editor, canvas, defaults, focusNext, writeNext, fit }: DrawingOptions) {
  const { t } = useTranslation('editor');
  const { topology } = editor.document;
  const { selection } = editor;

  function added(fragment: Topology) {
    editor.select({ nodes: allOf(fragment).map(({ key }) => key), edges: [] });
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

  function annotate(tool: AnnotationTool, point?: CanvasPoint) {
    const at = point ?? freePlace(topology, canvas.current?.visible() ?? nowhere);
    const annotation = drawnBy(tool, {
      ...{ key: newKey(), at, text: t('annotation.newLabel'), topology },
      chosen: point === undefined ? selection.nodes : [],
    });
    insert({ ...emptyTopology, annotations: [annotation] });
    if (tool === 'note' || tool === 'label') writeNext(annotation.key);
    else focusNext(annotation.key);
  }

  function insert(fragment: Topology) {
    editor.run({ type: 'insert', fragment });
    added(fragment);
  }

  function paste(text: string): boolean {
    const fragment = fromClipboardText(text);
    if (fragment === null) return false;
    const taken = new Set(allOf(topology).map(({ x, y }) => `${x} ${y}`));
    const nodes = allOf(fragment);
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
    annotate,
    applyPreset: ({ kind, values, routers, ...vm }: PresetChoice) => {
      const preset = presetTopology(kind, values, vm, { routers });
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
        nodes: allOf(topology).map(({ key }) => key),
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
