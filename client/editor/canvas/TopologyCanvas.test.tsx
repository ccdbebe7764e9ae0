import { fireEvent, screen } from '@testing-library/react';
import { useState } from 'react';
import { beforeEach, expect, test } from 'vitest';
import { chooseLanguage } from '../../i18n/i18n';
import { renderApp } from '../../testing/render';
import { TopologyCanvas } from './TopologyCanvas';
import { nothingSelected, type CanvasNode, type CanvasSelection } from './types';

const nodes: CanvasNode[] = ['web', 'db', 'lb'].map((name, at) => ({ key: name, kind: 'vm', name, x: at * 300, y: 0 }));

function Drawing({ chosen, shown = nodes }: { chosen: CanvasSelection; shown?: readonly CanvasNode[] }) {
  const [selection, select] = useState(chosen);
  return (
    <>
      <output>{selection.nodes.join(' ')}</output>
      <p>Words of the page</p>
      <div style={{ width: 1000, height: 600 }}>
        <TopologyCanvas
          editable
          label="lab"
          nodes={shown}
          edges={[]}
          selection={selection}
          onSelectionChange={select}
        />
      </div>
    </>
  );
}
const show = (chosen: CanvasSelection = nothingSelected) => renderApp(<Drawing chosen={chosen} />);
const vm = (name: string) => screen.findByRole('button', { name: `VM ${name}` });
// the drawing library asks events for their window, which events that a test makes do not have
Object.defineProperty(UIEvent.prototype, 'view', { configurable: true, get: () => window });

/** As a mouse does it. */
function click(target: Element, held: { shiftKey?: boolean } = {}): void {
  const init = { ...held, button: 0, isPrimary: true, pointerType: 'mouse' };
  fireEvent.pointerDown(target, init);
  fireEvent.mouseDown(target, init);
  fireEvent.pointerUp(target, init);
  fireEvent.mouseUp(target, init);
  fireEvent.click(target, init);
}
const shift = { key: 'Shift', code: 'ShiftLeft' };
const chosen = () => document.querySelector('output')?.textContent;

beforeEach(() => chooseLanguage('en'));

test('a plain click on one of several chosen nodes left the others chosen', async () => {
  show({ nodes: ['web', 'db', 'lb'], edges: [] });
  click(await vm('db'));
  expect(chosen()).toBe('db');
});

test('Shift and click began a marquee instead of adding the node', async () => {
  show({ nodes: ['web'], edges: [] });
  const db = await vm('db');
  fireEvent.keyDown(document, { ...shift, shiftKey: true });
  click(db, { shiftKey: true });
  expect(chosen()).toBe('web db');
  click(await vm('web'), { shiftKey: true });
  expect(chosen()).toBe('db');
  fireEvent.keyUp(document, shift);
  click(await vm('lb'));
  expect(chosen()).toBe('lb');
});

test('a marquee marked the text of the page, which was copied instead of the nodes', async () => {
  show();
  await vm('web');
  document.getSelection()?.selectAllChildren(screen.getByText('Words of the page'));
  expect(document.getSelection()?.isCollapsed).toBe(false);
  const pane = document.querySelector('.react-flow__pane');
  if (pane === null) throw new Error('no pane');
  // the browser marks text only where this is not prevented
  expect(fireEvent.mouseDown(pane, { shiftKey: true })).toBe(false);
  expect(document.getSelection()?.toString()).toBe('');
  // a plain click goes on giving the focus by itself
  expect(fireEvent.mouseDown(pane)).toBe(true);
});

test('a ghost is told of, and neither a click nor Tab takes it', async () => {
  const gone: CanvasNode = { key: 'gone', kind: 'vm', name: 'gone', x: 0, y: 200, ghost: true };
  renderApp(<Drawing chosen={nothingSelected} shown={[...nodes, gone]} />);
  await vm('web');
  const ghost = screen.getByRole('img', { name: 'VM gone' });
  expect(ghost.tabIndex).toBe(-1);
  click(ghost);
  expect(chosen()).toBe('');
});
