import '@xyflow/react/dist/base.css';
import { ActionIcon, Kbd, useComputedColorScheme } from '@mantine/core';
import {
  Background,
  ConnectionLineType,
  ConnectionMode,
  Panel,
  ReactFlow,
  ReactFlowProvider,
  getViewportForBounds,
  useReactFlow,
  useStore,
  useStoreApi,
  type Connection,
} from '@xyflow/react';
import { useReducedMotion } from '@mantine/hooks';
import { X } from 'lucide-react';
import {
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
  type CSSProperties,
  type FocusEvent,
  type MouseEvent,
  type PointerEvent,
} from 'react';
import { useTranslation } from 'react-i18next';
import classes from './canvas.module.css';
import { FarLayer } from './FarLayer';
import { Guides } from './Guides';
import { AnnotationNode } from './AnnotationNode';
import { ResizeContext } from './annotation-resize';
import { LinkEdge, type FlowEdge } from './LinkEdge';
import { NodeCard, type FlowNode } from './NodeCard';
import type { CanvasMenu, CanvasNode, TopologyCanvasProps } from './types';
import { nodeSize } from './geometry';
import { SmallMap } from './SmallMap';
import { cullAbove, useAfar } from './use-afar';
import { nodeKeyOf, useCanvasKeys } from './use-canvas-keys';
import { glideMs, useGlide } from './use-glide';
import { useFlowElements } from './use-flow-elements';
import { ZoomControls } from './ZoomControls';
import { useSteady } from '../../hooks/steady';

const nodeTypes = { card: NodeCard, annotation: AnnotationNode };
const edgeTypes = { link: LinkEdge };
const centred: [number, number] = [0.5, 0.5];
const grid: [number, number] = [10, 10];
/** Held while clicking, these add to the selection or take from it. */
const adding = ['Shift', 'Control', 'Meta'];
const minZoom = 0.02;
const fitOptions = { padding: 0.15, maxZoom: 1.1 };
/** Below this zoom only names are legible. */
const farZoom = 0.5;
const zoomSteps = [1, 0.75, 0.6, 0.5, 0.4, 0.3, 0.22, 0.15, 0.1, 0.07];

/**
 * A topology: a template being drawn (`editable`) or a slice being alive. Controlled: it shows what it is given and says
 * what the user wants; a drag is its own affair until it ends. It fills its parent, which must have a height.
 * Use it from a lazy page only: the drawing library is large.
 */
export function TopologyCanvas({ ref, ...props }: TopologyCanvasProps) {
  return (
    <ReactFlowProvider>
      <ResizeContext value={props.onResize ?? null}>
        <Canvas {...props} handle={ref} />
      </ResizeContext>
    </ReactFlowProvider>
  );
}

function Canvas({ handle, ...props }: Omit<TopologyCanvasProps, 'ref'> & { handle: TopologyCanvasProps['ref'] }) {
  const { t } = useTranslation('editor');
  const { nodes, editable = false, onSelectionChange, onConnect, onOpenNode, fitKey } = props;
  const colorMode = useComputedColorScheme('light');
  const flow = useReactFlow<FlowNode>();
  const store = useStoreApi();
  const frame = useRef<HTMLDivElement>(null);
  const far = useStore((state) => state.transform[2] < farZoom);
  // in steps, so that zooming styles a thousand labels anew a few times and not with every turn of the wheel
  const zoomStep = useStore((state) => zoomSteps.find((step) => step <= state.transform[2]) ?? 0.05);
  const zoomStyle: CSSProperties & Record<'--zoom', number> = { '--zoom': zoomStep };
  const [dragsLink, setDragsLink] = useState(false);
  const [connectFrom, setConnectFrom] = useState<string | null>(null);
  const drawn = useFlowElements(props);
  const afar = useAfar({ nodes: drawn.nodes, edges: drawn.edges, frame, onSelectionChange: drawn.select });
  const kinds = useMemo(
    () =>
      new Map(
        nodes.flatMap(({ key, kind, ghost }) =>
          ghost === true || (kind === 'annotation' && !editable) ? [] : [[key, kind] as const],
        ),
      ),
    [nodes, editable],
  );

  function connectable(source: string, target: string): boolean {
    if (![source, target].every((key) => kinds.has(key) && kinds.get(key) !== 'annotation')) return false;
    return source !== target && (kinds.get(source) === 'vm' || kinds.get(target) === 'vm');
  }
  function connect(source: string, target: string) {
    if (!connectable(source, target)) return;
    // an attachment begins at the VM, whichever end it was drawn from
    if (kinds.get(source) === 'vm') onConnect?.(source, target);
    else onConnect?.(target, source);
  }
  /** A node was clicked or taken with the keyboard. */
  function choose(key: string) {
    if (connectFrom !== null) {
      connect(connectFrom, key);
      setConnectFrom(null);
    } else if (kinds.has(key)) onSelectionChange({ nodes: [key], edges: [] });
  }
  /** Brings the node into view, and goes on when it is there: at once, if it was. */
  function reveal(key: string, goOn: () => void = () => undefined) {
    const node = nodes.find((item) => item.key === key);
    if (node === undefined) return;
    const bounds = frame.current?.getBoundingClientRect();
    const at = flow.flowToScreenPosition({ x: node.x, y: node.y });
    const inside =
      bounds !== undefined &&
      at.x > bounds.left + 40 &&
      at.x < bounds.right - 40 &&
      at.y > bounds.top + 20 &&
      at.y < bounds.bottom - 20;
    if (inside) goOn();
    else void flow.setCenter(node.x, node.y, { zoom: Math.max(flow.getZoom(), 0.8), duration: 200 }).then(goOn);
  }
  function focusNode(key: string) {
    const element = () => frame.current?.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(key)}"]`);
    // a node that is new, or that comes into view only now, is in the page a frame or two later
    const focus = (frames: number) => {
      const found = element();
      if (found != null) found.focus({ preventScroll: true });
      else if (frames > 0) requestAnimationFrame(() => focus(frames - 1));
    };
    if (!nodes.some((item) => item.key === key)) return;
    afar.hold(key);
    reveal(key, () => focus(10));
  }
  function startConnect(key: string | null) {
    setConnectFrom(key);
    if (key !== null) focusNode(key);
  }

  const keys = useCanvasKeys({
    ...props,
    drawn: drawn.nodes,
    place: drawn.place,
    commit: drawn.commit,
    connectFrom,
    choose,
    startConnect,
    focus: focusNode,
  });

  const still = useReducedMotion();
  const glide = useGlide(drawn, still);
  /** What shows all of these nodes. */
  function viewOf(shown: readonly CanvasNode[]) {
    const boxes = shown.map((node) => ({ x: node.x, y: node.y, ...nodeSize(node) }));
    const left = Math.min(...boxes.map(({ x, width }) => x - width / 2));
    const top = Math.min(...boxes.map(({ y, height }) => y - height / 2));
    const right = Math.max(...boxes.map(({ x, width }) => x + width / 2));
    const bottom = Math.max(...boxes.map(({ y, height }) => y + height / 2));
    const { width, height } = store.getState();
    const bounds = { x: left, y: top, width: right - left, height: bottom - top };
    return getViewportForBounds(bounds, width, height, minZoom, fitOptions.maxZoom, fitOptions.padding);
  }
  useImperativeHandle(handle, () => ({
    glide: (moves, fit) => {
      glide(moves);
      const to = new Map(moves.map((move) => [move.key, move]));
      const there = nodes.map((node) => ({ ...node, ...to.get(node.key) }));
      if (fit) void flow.setViewport(viewOf(there), { duration: still ? 0 : glideMs });
    },
    fit: (keys) => {
      const only = keys === undefined ? null : new Set(keys);
      const shown = only === null ? nodes : nodes.filter(({ key }) => only.has(key));
      if (shown.length > 0) void flow.setViewport(viewOf(shown), { duration: still ? 0 : 200 });
    },
    focusNode,
    reveal: (key) => reveal(key),
    startConnect,
    visible: () => {
      const bounds = frame.current?.getBoundingClientRect();
      if (bounds === undefined) return { left: 0, top: 0, right: 0, bottom: 0 };
      const from = flow.screenToFlowPosition({ x: bounds.left, y: bounds.top });
      const to = flow.screenToFlowPosition({ x: bounds.right, y: bounds.bottom });
      return { left: from.x, top: from.y, right: to.x, bottom: to.y };
    },
  }));

  const fitAll = useSteady((duration: number) => {
    if (nodes.length > 0) void flow.setViewport(viewOf(nodes), { duration });
  });
  const fitted = useRef(fitKey);
  useEffect(() => {
    if (fitted.current === fitKey) return;
    fitted.current = fitKey;
    fitAll(200);
  }, [fitKey, fitAll]);

  /**
   * A click without modifiers means this one node. The drawing library leaves the others selected, too, and what is
   * changed next would change all of them.
   */
  function click(event: MouseEvent, key: string) {
    if (connectFrom !== null) return choose(key);
    if (event.shiftKey || event.ctrlKey || event.metaKey) return;
    const { selection } = props;
    if (selection.nodes.includes(key) && selection.nodes.length + selection.edges.length > 1)
      onSelectionChange({ nodes: [key], edges: [] });
  }
  /** With Shift the browser would mark the page's text up to here; what was marked would be copied instead of nodes. */
  function keepTextUnmarked(event: MouseEvent) {
    if (!(event.target instanceof Element) || event.target.closest('input, textarea, button') !== null) return;
    document.getSelection()?.removeAllRanges();
    if (!event.shiftKey) return;
    event.preventDefault();
    // and with that the browser does not give the focus either
    event.target.closest<HTMLElement>('[tabindex]')?.focus({ preventScroll: true });
  }

  const report = (dragged: readonly FlowNode[]) =>
    drawn.drop(dragged.map((node) => ({ key: node.id, x: node.position.x, y: node.position.y })));

  function openMenu(event: MouseEvent | globalThis.MouseEvent, on: CanvasMenu['on'], key?: string) {
    if (props.onMenu === undefined || connectFrom !== null) return;
    event.preventDefault();
    // the menu is of what is chosen: of this, unless this is among it
    const { selection } = props;
    if (on === 'nodes' && key !== undefined && !selection.nodes.includes(key))
      onSelectionChange({ nodes: [key], edges: [] });
    if (on === 'edge' && key !== undefined && !selection.edges.includes(key))
      onSelectionChange({ nodes: [], edges: [key] });
    const at = { x: event.clientX, y: event.clientY };
    props.onMenu({ on, at, point: flow.screenToFlowPosition(at, { snapToGrid: true, snapGrid: grid }) });
  }
  // new functions would have every node and edge drawn again with each step of a drag
  const steady = {
    init: useSteady(() => fitAll(0)),
    fit: useSteady(() => fitAll(200)),
    isValid: useSteady(({ source, target }: Connection | FlowEdge) => connectable(source, target)),
    connect: useSteady(({ source, target }: Connection) => connect(source, target)),
    connectStart: useSteady(() => setDragsLink(true)),
    connectEnd: useSteady(() => setDragsLink(false)),
    nodeDragStop: useSteady((_event: unknown, _node: FlowNode, dragged: FlowNode[]) => report(dragged)),
    selectionDragStop: useSteady((_event: MouseEvent, dragged: FlowNode[]) => report(dragged)),
    nodeClick: useSteady((event: MouseEvent, node: FlowNode) => click(event, node.id)),
    nodeDoubleClick: useSteady((_event: MouseEvent, node: FlowNode) => onOpenNode?.(node.id)),
    nodeMenu: useSteady((event: MouseEvent, node: FlowNode) => openMenu(event, 'nodes', node.id)),
    edgeMenu: useSteady((event: MouseEvent, edge: FlowEdge) => openMenu(event, 'edge', edge.id)),
    paneMenu: useSteady((event: MouseEvent | globalThis.MouseEvent) => {
      const under = afar.under(event);
      if (under === null) openMenu(event, 'canvas');
      else if ('node' in under) openMenu(event, 'nodes', under.node);
      else openMenu(event, 'edge', under.edge);
    }),
    paneClick: useSteady((event: MouseEvent) => {
      const under = afar.under(event);
      // the drawing library lets go of everything when it has told of the click
      if (under === null) setConnectFrom(null);
      else if ('node' in under) queueMicrotask(() => choose(under.node));
      else queueMicrotask(() => onSelectionChange({ nodes: [], edges: [under.edge] }));
    }),
    focus: useSteady((event: FocusEvent) => {
      const key = nodeKeyOf(event.target);
      afar.hold(key);
      if (key !== null && event.target.matches(':focus-visible')) focusNode(key);
    }),
    enter: useSteady(() => {
      const key = afar.nearest();
      if (key !== null) focusNode(key);
    }),
  };
  const fromName = nodes.find((node) => node.key === connectFrom)?.name;

  function addAt(event: MouseEvent) {
    if (!(event.target instanceof Element) || !event.target.classList.contains('react-flow__pane')) return;
    const point = flow.screenToFlowPosition(
      { x: event.clientX, y: event.clientY },
      { snapToGrid: true, snapGrid: grid },
    );
    props.onAddAt?.(point);
  }

  function pointed(event: PointerEvent) {
    afar.onPointerMove(event);
    props.onPoint?.(flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }, { snapToGrid: false }));
  }

  return (
    // the keys are those of the nodes inside; the frame itself only takes the focus after a click on it
    <div
      ref={frame}
      className={classes.frame}
      data-far={far || undefined}
      style={zoomStyle}
      data-linking={dragsLink || connectFrom !== null || undefined}
      tabIndex={-1}
      onDoubleClick={addAt}
      onMouseDownCapture={keepTextUnmarked}
      onPointerMove={pointed}
      onPointerLeave={() => props.onPoint?.(null)}
      {...keys}
    >
      <ReactFlow
        aria-label={props.label}
        colorMode={colorMode}
        nodes={afar.nodes}
        edges={afar.edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={drawn.onNodesChange}
        onEdgesChange={drawn.onEdgesChange}
        nodeOrigin={centred}
        snapToGrid={editable}
        snapGrid={grid}
        // not the fitView property: it waits for nodes to be in the page, and those out of view are not
        onInit={steady.init}
        minZoom={minZoom}
        maxZoom={2}
        onlyRenderVisibleElements={nodes.length > cullAbove}
        nodesDraggable={editable}
        nodesConnectable={editable}
        edgesFocusable={false}
        selectNodesOnDrag={false}
        nodeDragThreshold={3}
        connectionMode={ConnectionMode.Loose}
        connectionLineType={ConnectionLineType.Straight}
        connectionRadius={10}
        isValidConnection={steady.isValid}
        onConnect={steady.connect}
        onConnectStart={steady.connectStart}
        onConnectEnd={steady.connectEnd}
        onNodeDragStop={steady.nodeDragStop}
        onSelectionDragStop={steady.selectionDragStop}
        onNodeClick={steady.nodeClick}
        multiSelectionKeyCode={adding}
        onNodeDoubleClick={steady.nodeDoubleClick}
        onPaneClick={steady.paneClick}
        connectOnClick={false}
        onNodeContextMenu={steady.nodeMenu}
        onEdgeContextMenu={steady.edgeMenu}
        onPaneContextMenu={steady.paneMenu}
        zoomOnDoubleClick={false}
        deleteKeyCode={null}
        disableKeyboardA11y
        onFocus={steady.focus}
      >
        {/* from afar its dots would be nearer to each other than the eye can tell */}
        {editable && !far && <Background gap={20} size={1} />}
        {afar.scene !== null && (
          <FarLayer scene={afar.scene} frame={frame} colorMode={colorMode} onEnter={steady.enter} />
        )}
        <ZoomControls onFit={steady.fit} />
        {props.overlay}
        <Guides guides={drawn.guides} />
        {props.minimap === true && <SmallMap nodes={drawn.nodes} colorMode={colorMode} />}
        {props.legend !== undefined && (
          <Panel position="top-right" className={classes.legend}>
            {props.legend}
          </Panel>
        )}
        <Panel position="top-center">
          <div role="status">
            {fromName !== undefined && (
              <span className={classes.hint}>
                {t('canvas.connecting', { name: fromName })} <Kbd size="sm">Esc</Kbd>
                <ActionIcon
                  variant="subtle"
                  size="sm"
                  color="gray"
                  aria-label={t('canvas.cancelConnecting')}
                  onClick={() => setConnectFrom(null)}
                >
                  <X size={14} />
                </ActionIcon>
              </span>
            )}
          </div>
        </Panel>
      </ReactFlow>
      {nodes.length === 0 && props.empty !== undefined && <div className={classes.empty}>{props.empty}</div>}
    </div>
  );
}
