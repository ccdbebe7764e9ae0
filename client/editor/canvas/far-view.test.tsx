import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { useState } from 'react';
import { beforeEach, expect, test } from 'vitest';
import { chooseLanguage } from '../../i18n/i18n';
import { renderApp } from '../../testing/render';
import { TopologyCanvas } from './TopologyCanvas';
import { nothingSelected, type CanvasEdge, type CanvasMenu, type CanvasNode } from './types';

// two hundred in a grid, each linked with the next in its row
const columns = 20;
const nodes: CanvasNode[] = Array.from({ length: 200 }, (_, at) => ({
  ...{ key: `vm${at}`, kind: 'vm', name: `vm${at}` },
  x: (at % columns) * 400,
  y: Math.floor(at / columns) * 400,
}));
const edges: CanvasEdge[] = nodes
  .filter((_, at) => at % columns > 0)
  .map(({ key }, at) => ({ key: `link${at}`, source: key, target: `vm${Number(key.slice(2)) - 1}` }));

// jsdom paints nothing, and says so each time
HTMLCanvasElement.prototype.getContext = () => null;
Object.defineProperty(UIEvent.prototype, 'view', { configurable: true, get: () => window });
// as large as the drawing library takes what has no size to be
Element.prototype.getBoundingClientRect = () => new DOMRect(0, 0, 500, 500);
HTMLElement.prototype.setPointerCapture = () => undefined;
HTMLElement.prototype.releasePointerCapture = () => undefined;

const menus: CanvasMenu[] = [];

function Drawing() {
  const [selection, select] = useState(nothingSelected);
  return (
    <>
      <output>{[...selection.nodes, ...selection.edges].join(' ')}</output>
      <TopologyCanvas
        editable
        label="lab"
        {...{ nodes, edges, selection }}
        onSelectionChange={select}
        onMenu={(menu) => menus.push(menu)}
      />
    </>
  );
}
const chosen = () => document.querySelector('output')?.textContent;
const cards = () => Array.from(document.querySelectorAll('.react-flow__node'), (node) => node.getAttribute('data-id'));
function pane(): Element {
  const found = document.querySelector('.react-flow__pane');
  if (found === null) throw new Error('no pane');
  return found;
}

/** Where a place of the drawing is on the page. */
function at(x: number, y: number): { clientX: number; clientY: number } {
  const style = document.querySelector<HTMLElement>('.react-flow__viewport')?.style.transform ?? '';
  const [left = 0, top = 0, zoom = 1] = Array.from(style.matchAll(/-?[\d.]+/g), ([number]) => Number(number));
  return { clientX: left + x * zoom, clientY: top + y * zoom };
}
const whole = () => screen.findByRole('button', { name: /^200 nodes, seen from afar/ });

/** The whole drawing is in view. */
async function open() {
  renderApp(<Drawing />);
  await whole();
  await waitFor(() => expect(at(0, 0).clientX).toBeGreaterThan(10));
}

beforeEach(() => chooseLanguage('en'));

test('two hundred nodes from afar are no elements of the page, but the one that the pointer is on', async () => {
  await open();
  expect(cards()).toEqual([]);
  expect(document.querySelectorAll('.react-flow__edge')).toHaveLength(0);
  fireEvent.pointerMove(pane(), at(800, 400));
  expect(cards()).toEqual(['vm22']);
  expect(screen.getByRole('button', { name: 'VM vm22' }).tabIndex).toBe(0);
  fireEvent.pointerMove(pane(), at(200, 200));
  expect(cards()).toEqual([]);
});

test('a click on what is only painted chooses it: a node, a link, and nothing beside them', async () => {
  await open();
  const click = async (x: number, y: number) => {
    fireEvent.click(pane(), at(x, y));
    await act(async () => undefined);
  };
  await click(400, 400);
  expect(chosen()).toBe('vm21');
  await click(600, 800);
  expect(chosen()).toBe('link39');
  await click(200, 200);
  expect(chosen()).toBe('');
});

test('a finger need not hit a node that is a few px large', async () => {
  await open();
  const tap = new PointerEvent('click', { ...at(400, 540), pointerType: 'touch', bubbles: true });
  await act(async () => void pane().dispatchEvent(tap));
  expect(chosen()).toBe('vm21');
});

test('a menu is asked for of what is painted under the finger', async () => {
  await open();
  menus.length = 0;
  fireEvent.contextMenu(pane(), at(400, 400));
  expect(chosen()).toBe('vm21');
  fireEvent.contextMenu(pane(), at(600, 800));
  fireEvent.contextMenu(pane(), at(200, 200));
  expect(menus.map(({ on }) => on)).toEqual(['nodes', 'edge', 'canvas']);
});

test('a marquee chooses nodes that are only painted', async () => {
  await open();
  const shift = { key: 'Shift', code: 'ShiftLeft', shiftKey: true };
  fireEvent.keyDown(document, shift);
  const init = { button: 0, isPrimary: true, pointerType: 'mouse', pointerId: 1, shiftKey: true };
  fireEvent.pointerDown(pane(), { ...init, ...at(-200, -200) });
  fireEvent.pointerMove(pane(), { ...init, buttons: 1, ...at(200, 200) });
  fireEvent.pointerMove(pane(), { ...init, buttons: 1, ...at(600, 200) });
  fireEvent.pointerUp(pane(), { ...init, ...at(600, 200) });
  fireEvent.keyUp(document, { ...shift, shiftKey: false });
  expect(chosen()).toBe('vm0 vm1 link0 link1');
});

test('by keyboard Enter leads from the whole to the node in its middle, which then has the focus', async () => {
  await open();
  const layer = await whole();
  layer.focus();
  fireEvent.keyDown(layer, { key: 'Enter' });
  await waitFor(() => expect(document.activeElement?.getAttribute('data-id')).toMatch(/^vm(89|90|109|110)$/));
  expect(cards()).toHaveLength(1);
});
