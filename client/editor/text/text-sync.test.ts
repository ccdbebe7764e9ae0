import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { anyTopology, testCatalogue as catalogue } from '#shared/topology/formats/testing';
import { writeOwnText } from '#shared/topology/formats/rewrite-text';
import { withAnnotations } from '#shared/topology/annotations';
import { newVm } from '#shared/topology/schema';
import { historyReducer, startHistory, type Document, type History } from '../document';
import type { WriteCommand } from '../written';
import { textEngineHere } from '../../testing/text-engine';
import type { TextEdit } from './line-edits';
import { answerText } from './text-engine';
import { TextSync } from './text-sync';

const web = newVm({ key: 'a', name: 'web', flavourId: 1, imageId: 1, x: 0, y: 0 });
const db = newVm({ key: 'b', name: 'db', flavourId: 1, imageId: 1, x: 300, y: 0 });
const lab: Document = { name: 'lab', description: '', topology: { vms: [web, db], networks: [], edges: [] } };

/** A text, a drawing and what keeps them in step; whatever takes long takes as long as it is let. */
function bench(document: Document = lab) {
  let { text } = writeOwnText(document, catalogue);
  let history: History = startHistory(document);
  const edits: TextEdit[] = [];
  const waiting: (() => void)[] = [];
  let held = false;
  const answer = async <Answer>(work: () => Answer): Promise<Answer> => {
    if (held) await new Promise<void>((resolve) => waiting.push(resolve));
    return work();
  };
  const engine = textEngineHere(answer);
  const states: { text: string; problems: readonly { problem: { message: string } }[] }[] = [];
  const failures: unknown[] = [];
  const draw = (command: WriteCommand, join: string) => {
    history = historyReducer(history, { type: 'do', command, join });
    sync.documentChanged(history.present);
  };
  const sync = new TextSync({
    ...{ engine, catalogue, fixedDetails: false, agreed: { text, document }, document, write: draw },
    side: {
      text: () => text,
      edit: (made) => {
        for (const { from, to, insert } of [...made].toReversed()) text = text.slice(0, from) + insert + text.slice(to);
        edits.push(...made);
      },
      place: () => undefined,
    },
    onState: (state) => states.push(state),
    onFailure: (error) => failures.push(error),
    now: () => Date.now(),
  });
  return {
    type: (was: string, is: string) => {
      expect(text).toContain(was);
      text = text.replace(was, is);
      sync.typed();
    },
    drawn: (change: (document: Document) => Document) => {
      const topology = change(history.present);
      history = historyReducer(history, { type: 'do', command: { type: 'replace', topology: topology.topology } });
      sync.documentChanged(history.present);
    },
    undo: () => {
      history = historyReducer(history, { type: 'undo' });
      sync.documentChanged(history.present);
    },
    hold: () => (held = true),
    release: () => {
      held = false;
      for (const resolve of waiting.splice(0)) resolve();
    },
    settled: () => vi.advanceTimersByTimeAsync(1_000),
    ...{ sync, edits, failures, states },
    text: () => text,
    history: () => history,
    names: () => history.present.topology.vms.map(({ name }) => name),
  };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const moved = (document: Document): Document => ({
  ...document,
  topology: { ...document.topology, vms: document.topology.vms.map((vm) => (vm.key === 'b' ? { ...vm, x: 40 } : vm)) },
});

describe('a text and a drawing', () => {
  test('what is typed is drawn once nobody types, as one step for a run of it', async () => {
    const { type, settled, names, history } = bench();
    type('name: web', 'name: web1');
    await vi.advanceTimersByTimeAsync(100);
    expect(names()).toEqual(['web', 'db']);
    type('name: web1', 'name: web12');
    await settled();
    expect(names()).toEqual(['web12', 'db']);
    type('name: web12', 'name: web123');
    await settled();
    expect(history().past).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(5_000);
    type('name: db', 'name: store');
    await settled();
    expect(history().past).toHaveLength(2);
  });

  test('what is drawn is written, and nothing else of the text is touched', async () => {
    const { type, drawn, settled, text, edits, undo } = bench();
    type('vms:', '# mine\nvms:');
    await settled();
    drawn(moved);
    await settled();
    expect(text()).toContain('x: 40');
    expect(text()).toContain('# mine');
    expect(edits).toHaveLength(1);
    undo();
    await settled();
    expect(text()).toContain('x: 300');
    expect(text()).toContain('# mine');
  });

  test('a text with an error changes nothing, is kept, and is drawn when it has none', async () => {
    const { type, drawn, settled, names, states, text, history } = bench();
    type('name: web', 'name: we b');
    await settled();
    expect(names()).toEqual(['web', 'db']);
    expect(states.at(-1)?.problems).toHaveLength(1);
    // one goes on drawing meanwhile
    drawn(moved);
    await settled();
    expect(text()).toContain('name: we b');
    type('name: we b', 'name: front');
    await settled();
    expect(states.at(-1)?.problems).toEqual([]);
    expect(names()).toEqual(['front', 'db']);
    expect(history().present.topology.vms[1]?.x).toBe(40);
    expect(text()).toContain('x: 40');
  });

  test('who saves has what was typed last, unless it has an error', async () => {
    const { type, names, sync, drawn } = bench();
    type('name: web', 'name: front');
    await expect(sync.settle()).resolves.toBe(true);
    expect(names()).toEqual(['front', 'db']);
    type('name: front', 'name: [');
    await expect(sync.settle()).resolves.toBe(false);
    drawn(moved);
    await expect(sync.settle()).resolves.toBe(false);
  });

  test('what was typed can be given up', async () => {
    const { type, drawn, settled, text, sync, states } = bench();
    const before = text();
    type('name: web', 'name: [');
    await settled();
    drawn(moved);
    await settled();
    sync.restore();
    await settled();
    expect(text()).toBe(before.replace('x: 300', 'x: 40'));
    expect(states.at(-1)?.problems).toEqual([]);
  });

  test('what is drawn while a text is read stays', async () => {
    const { type, drawn, settled, hold, release, text, names, history } = bench();
    hold();
    type('name: web', 'name: front');
    await settled();
    drawn(moved);
    release();
    await settled();
    expect(names()).toEqual(['front', 'db']);
    expect(history().present.topology.vms[1]?.x).toBe(40);
    expect(text()).toContain('x: 40');
  });

  test('what is typed while a drawing is written stays', async () => {
    const { type, drawn, settled, hold, release, text, names, history } = bench();
    hold();
    drawn(moved);
    await settled();
    type('name: web', 'name: front');
    release();
    await settled();
    expect(names()).toEqual(['front', 'db']);
    expect(history().present.topology.vms[1]?.x).toBe(40);
    expect(text()).toContain('x: 40');
    expect(text()).toContain('name: front');
  });

  test('a text that nobody sees is written when somebody does', async () => {
    const { drawn, settled, text, sync, type, names } = bench();
    sync.rest(true);
    drawn(moved);
    await settled();
    expect(text()).toContain('x: 300');
    type('name: web', 'name: front');
    await settled();
    expect(names()).toEqual(['front', 'db']);
    sync.rest(false);
    await settled();
    expect(text()).toContain('x: 40');
  });

  test('end up saying the same, whatever is drawn', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyTopology, { minLength: 1, maxLength: 4 }), async (topologies) => {
        const { drawn, settled, text, history, failures } = bench();
        for (const topology of topologies) drawn((document) => ({ ...document, topology }));
        await settled();
        expect(failures).toEqual([]);
        const reply = answerText({ ask: 'read', text: text(), base: history().present, catalogue });
        if (!('document' in reply)) throw new Error('It has an error.');
        expect(reply.document).toEqual({
          ...history().present,
          topology: withAnnotations(history().present.topology, []),
        });
      }),
      { numRuns: 30 },
    );
  });
});
