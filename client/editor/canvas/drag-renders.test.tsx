import { act, fireEvent, screen } from '@testing-library/react';
import { useState } from 'react';
import { expect, test } from 'vitest';
import { rendersDuring } from '../../testing/count-renders';
import { renderApp } from '../../testing/render';
import { TopologyCanvas } from './TopologyCanvas';
import { nothingSelected, type CanvasEdge, type CanvasMove, type CanvasNode, type CanvasSelection } from './types';

// a row of twelve, each linked with the next: all of it is in the page
const names = Array.from({ length: 12 }, (_, at) => `r${at}`);
const nodes: CanvasNode[] = names.map((name, at) => ({ key: name, kind: 'vm', name, x: at * 300, y: 100 }));
const edges: CanvasEdge[] = names.slice(1).map((name, at) => ({ key: `l${at}`, source: `r${at}`, target: name }));
Object.defineProperty(UIEvent.prototype, 'view', { configurable: true, get: () => window });

function Drawing({ chosen, onMove }: { chosen: CanvasSelection; onMove: (moves: CanvasMove[]) => void }) {
  const [selection, select] = useState(chosen);
  return (
    <TopologyCanvas
      editable
      label="lab"
      // new functions and a new element at each render, as a page gives them
      {...{ nodes, edges, selection }}
      onSelectionChange={(next) => select(next)}
      onMove={(moves) => onMove(moves)}
      onMenu={() => undefined}
      legend={<p>legend</p>}
    />
  );
}

/** What renders with one step of a drag of this node, after the drag has begun. */
async function stepOfDrag(name: string, chosen: CanvasSelection) {
  const moves: CanvasMove[][] = [];
  renderApp(<Drawing chosen={chosen} onMove={(moved) => moves.push(moved)} />);
  const node = await screen.findByRole('button', { name: `VM ${name}` });
  const to = (clientX: number) => fireEvent.mouseMove(window, { clientX, clientY: 100, buttons: 1 });
  fireEvent.mouseDown(node, { clientX: 10, clientY: 100, button: 0, buttons: 1 });
  act(() => void to(40));
  act(() => void to(80));
  const renders = rendersDuring(() => act(() => void to(130)));
  fireEvent.mouseUp(window, { clientX: 130, clientY: 100 });
  return { renders, moves };
}

test('a step of a drag rendered every node and edge: it renders the one and its edges', async () => {
  const { renders, moves } = await stepOfDrag('r5', nothingSelected);
  expect(moves.map((moved) => moved.map(({ key }) => key))).toEqual([['r5']]);
  expect(renders.get('NodeWrapper')).toBe(1);
  expect(renders.get('EdgeWrapper')).toBe(2);
  expect(renders.get('LinkEdge')).toBe(2);
  // where it stands is the affair of what is around it
  expect(renders.get('NodeCard') ?? 0).toBeLessThanOrEqual(1);
  expect(renders.get('ZoomControls')).toBeUndefined();
});

test('a drag of three renders three and the edges that end at them', async () => {
  const chosen = { nodes: ['r1', 'r5', 'r9'], edges: [] };
  const { renders, moves } = await stepOfDrag('r5', chosen);
  expect(moves[0]?.map(({ key }) => key).toSorted()).toEqual(['r1', 'r5', 'r9']);
  expect(renders.get('NodeWrapper')).toBe(3);
  expect(renders.get('EdgeWrapper')).toBe(6);
});
