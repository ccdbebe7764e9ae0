import { forEachDiagnostic } from '@codemirror/lint';
import { EditorView } from '@codemirror/view';
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { testCatalogue } from '#shared/topology/formats/testing';
import { newVm, type Topology } from '#shared/topology/schema';
import { chooseLanguage } from '../../i18n/i18n';
import { renderDrawing } from '../../testing/drawing';
import type { EditorState } from '../use-editor';
import type { EditorCatalogue } from '../use-catalogue';

vi.mock('./in-worker', async () => {
  const { textEngineHere } = await import('../../testing/text-engine');
  return { openTextWorker: () => textEngineHere(), TextError: class extends Error {} };
});
// what jsdom lacks of a browser that lays out text
Range.prototype.getClientRects = () => document.createElement('div').getClientRects();
Range.prototype.getBoundingClientRect = () => new DOMRect();

const created = { createdAt: '2026-01-01T00:00:00.000Z', inUse: 0 };
const catalogue: EditorCatalogue = {
  flavours: testCatalogue.flavours.map((flavour) => ({ ...flavour, ...created })),
  images: [
    {
      ...{ id: 1, name: 'tiny', description: '', kind: 'kernel', source: 'builtin:tiny', sha256: null, sizeMb: null },
      ...{ minRamMb: 96, minDiskGb: 0, readyMarker: null, consoles: [], login: null, retiredAt: null },
      ...{ owner: null, visibility: 'all', zones: [], ...created },
    },
  ],
  zones: [],
};
const vm = (name: string, at: number) => newVm({ key: name, name, flavourId: 1, imageId: 1, x: at * 300, y: 0 });
const topology: Topology = {
  vms: [vm('web', 0), vm('db', 1)],
  networks: [],
  edges: [{ key: 'link', source: 'web', target: 'db' }],
};

let editor: () => EditorState;

const key = (name: string) => fireEvent.keyDown(window, { key: name });
const content = () => screen.findByRole('textbox', { name: 'The drawing as YAML' });
async function openText(): Promise<EditorView> {
  const view = EditorView.findFromDOM(await content());
  if (view === null) throw new Error('no text');
  return view;
}
/** As if `is` had been typed in place of `was`. */
function type(view: EditorView, was: string, is: string): void {
  const from = view.state.doc.toString().indexOf(was);
  expect(from).toBeGreaterThanOrEqual(0);
  act(() => view.dispatch({ changes: { from, to: from + was.length, insert: is }, userEvent: 'input.type' }));
}
function messages(view: EditorView): string[] {
  const found: string[] = [];
  forEachDiagnostic(view.state, ({ message }) => found.push(message));
  return found;
}

beforeEach(async () => {
  localStorage.clear();
  sessionStorage.clear();
  await chooseLanguage('en');
  editor = renderDrawing(topology, catalogue);
  await screen.findByRole('button', { name: /^VM web/ });
});

describe('the text beside the drawing', () => {
  test('comes and goes by a key, and has the keyboard when it comes', async () => {
    key('y');
    const text = await content();
    await waitFor(() => expect(document.activeElement).toBe(text));
    expect(text.textContent).toContain('name: web');
    expect(screen.getByRole('separator', { name: 'Size of the text' })).toBeTruthy();
    // a letter that is typed in it is no shortcut
    fireEvent.keyDown(text, { key: 'y' });
    expect(text.isConnected).toBe(true);
    // and Tab goes on in the page
    expect(fireEvent.keyDown(text, { key: 'Tab', keyCode: 9 })).toBe(true);
    key('y');
    await waitFor(() => expect(screen.queryByRole('textbox', { name: 'The drawing as YAML' })).toBeNull());
    // for the next time
    expect(localStorage.getItem('trama.text')).toBe('false');
  });

  test('draws what is typed, in one step', async () => {
    key('y');
    const view = await openText();
    type(view, 'name: web', 'name: front');
    await screen.findByRole('button', { name: /^VM front/ });
    act(() => editor().undo());
    await waitFor(() => expect(view.state.doc.toString()).toContain('name: web'));
  });

  test('writes what is drawn', async () => {
    key('y');
    const view = await openText();
    type(view, 'vms:', '# mine\nvms:');
    act(() => editor().run({ type: 'move', moves: [{ key: 'db', x: 500, y: 40 }] }));
    await waitFor(() => expect(view.state.doc.toString()).toContain('x: 500'));
    expect(view.state.doc.toString()).toContain('# mine');
  });

  test('tells of an error at its line and on its node, and keeps the text', async () => {
    key('y');
    const view = await openText();
    type(view, 'flavour: nano', 'flavour: huge');
    const status = await screen.findByText('1 error: the drawing waits for the text');
    expect(messages(view)).toEqual(['There is no flavour “huge” here.']);
    await screen.findByRole('button', { name: /^VM web.*There is no flavour “huge” here\./ });
    expect(editor().document.topology).toBe(topology);
    fireEvent.click(status);
    expect(view.state.sliceDoc(view.state.selection.main.head).split('\n', 1)).toEqual(['flavour: huge']);
    type(view, 'flavour: huge', 'flavour: small');
    await screen.findByText('In step with the drawing');
    expect(messages(view)).toEqual([]);
    expect(editor().document.topology.vms[0]?.flavourId).toBe(4);
  });

  test('marks what is wrong with the drawing where it says it', async () => {
    key('y');
    const view = await openText();
    type(view, 'name: web', 'name: db');
    await waitFor(() => expect(messages(view)).toHaveLength(1));
    expect(editor().problems).toHaveLength(1);
    await screen.findByText('In step with the drawing');
  });

  test('chooses the part in which the cursor is, and goes to what is chosen', async () => {
    key('y');
    const view = await openText();
    await waitFor(() => expect(view.hasFocus).toBe(true));
    const at = (text: string) => view.state.doc.toString().indexOf(text);
    act(() => view.dispatch({ selection: { anchor: at('name: db') }, userEvent: 'select.pointer' }));
    expect(editor().selection).toEqual({ nodes: ['db'], edges: [] });
    act(() => view.dispatch({ selection: { anchor: at('source: web') }, userEvent: 'select.pointer' }));
    expect(editor().selection).toEqual({ nodes: [], edges: ['link'] });
    act(() => view.contentDOM.blur());
    act(() => editor().select({ nodes: ['web'], edges: [] }));
    await waitFor(() => expect(view.state.doc.lineAt(view.state.selection.main.head).text).toContain('key: web'));
  });

  test('Escape leads back to the drawing', async () => {
    key('y');
    const text = await content();
    await waitFor(() => expect(document.activeElement).toBe(text));
    act(() => editor().select({ nodes: ['db'], edges: [] }));
    fireEvent.keyDown(text, { key: 'Escape' });
    await waitFor(() => expect(document.activeElement?.getAttribute('data-id')).toBe('db'));
  });
});
