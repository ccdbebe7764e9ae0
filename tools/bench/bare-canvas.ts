import { ReactFlow, useEdgesState, useNodesState, type Edge, type Node } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';

/** What `bench:editor` holds our canvas against: the drawing library with its own nodes, and nothing of ours. */
declare global {
  interface Window {
    graph: { nodes: Node[]; edges: Edge[] };
  }
}

function Bare() {
  const [nodes, , onNodesChange] = useNodesState(window.graph.nodes);
  const [edges, , onEdgesChange] = useEdgesState(window.graph.edges);
  return createElement(ReactFlow, {
    ...{ nodes, edges, onNodesChange, onEdgesChange, minZoom: 0.02, fitView: true },
    onlyRenderVisibleElements: true,
  });
}
const root = document.getElementById('root');
if (root !== null) createRoot(root).render(createElement(Bare));
