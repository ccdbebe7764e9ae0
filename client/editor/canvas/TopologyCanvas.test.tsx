import { fireEvent, screen, within } from '@testing-library/react';
import { useState } from 'react';
import { beforeEach, describe, expect, test } from 'vitest';
import { chooseLanguage } from '../../i18n/i18n';
import { renderApp } from '../../testing/render';
import { annotationSchema } from '#shared/topology/annotations';
import { annotationNode } from '../drawing';
import { TopologyCanvas } from './TopologyCanvas';
import { nothingSelected, type CanvasNode, type CanvasSelection } from './types';

const nodes: CanvasNode[] = ['web', 'db', 'lb'].map((name, at) => ({ key: name, kind: 'vm', name, x: at * 300, y: 0 }));

interface DrawingProps {
  chosen: CanvasSelection;
  shown?: readonly CanvasNode[];
  editable?: boolean;
}

function Drawing({ chosen, shown = nodes, editable = true }: DrawingProps) {
  const [selection, select] = useState(chosen);
  return (
    <>
      <output>{selection.nodes.join(' ')}</output>
      <p>Words of the page</p>
      <div style={{ width: 1000, height: 600 }}>
        <TopologyCanvas
          editable={editable}
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

describe('what is drawn beside', () => {
  const beside = [
    annotationSchema.parse({ kind: 'note', key: 'n1', x: 0, y: 200, text: 'Look here,\nand there' }),
    annotationSchema.parse({ kind: 'shape', key: 's1', x: 0, y: 300, form: 'ellipse', locked: true }),
    annotationSchema.parse({ kind: 'group', key: 'g1', x: 0, y: 0, name: 'dc1' }),
  ].map(annotationNode);
  const drawing = (editable: boolean) =>
    renderApp(<Drawing chosen={nothingSelected} shown={[...nodes, ...beside]} editable={editable} />);

  test('is called by its text and what it is, and chosen as nodes are', async () => {
    drawing(true);
    const note = await screen.findByRole('button', { name: /Look here,\s+and there/ });
    expect(note.getAttribute('aria-roledescription')).toBe('note');
    expect(screen.getByRole('button', { name: 'Ellipse, locked' })).toBeTruthy();
    click(within(note).getByText(/Look here/));
    expect(chosen()).toBe('n1');
    click(await screen.findByText('dc1'));
    expect(chosen()).toBe('g1');
  });

  test('can be read and is in nobody’s way where nothing is drawn', async () => {
    drawing(false);
    const note = await screen.findByRole('img', { name: /Look here/ });
    expect(note.tabIndex).toBe(-1);
    click(within(note).getByText(/Look here/));
    expect(chosen()).toBe('');
    click(await vm('db'));
    expect(chosen()).toBe('db');
  });

  test('is nothing that a link could lead to', async () => {
    drawing(true);
    const db = await vm('db');
    fireEvent.keyDown(db, { key: 'c' });
    expect(await screen.findByText(/Connect db with/)).toBeTruthy();
    const note = screen.getByRole('button', { name: /Look here/ });
    fireEvent.keyDown(note, { key: 'Escape' });
    fireEvent.keyDown(note, { key: 'c' });
    expect(screen.queryByText(/Connect .* with/)).toBeNull();
  });
});
