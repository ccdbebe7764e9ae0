import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withAnnotations } from '#shared/topology/annotations';
import { anyTopology } from '#shared/topology/formats/testing';
import { applyCommand, historyReducer, startHistory, type Document } from './document';
import { overPresent, sharing, writingCommand } from './written';

const named = (topology: Document['topology']): Document => ({ name: 'lab', description: '', topology });
const copy = (document: Document): Document => structuredClone(document);

test('what was written is drawn by one command, and what it leaves as it is stays the very same', () => {
  fc.assert(
    fc.property(anyTopology, anyTopology, fc.nat(11), (before, other, at) => {
      const from = named(before);
      expect(writingCommand(from, copy(from))).toBeNull();
      const written = copy({ ...from, topology: { ...before, networks: other.networks } });
      const [vm] = written.topology.vms.slice(at);
      if (vm !== undefined) vm.label = `${vm.label}.`;
      const command = writingCommand(from, written);
      if (command === null) return;
      const drawn = applyCommand(from, command);
      expect(drawn).toEqual({ ...written, topology: withAnnotations(written.topology, []) });
      for (const [index, one] of drawn.topology.vms.entries())
        if (one.key !== vm?.key) expect(one).toBe(before.vms[index]);
      expect(drawn.topology.edges).toBe(before.edges);
    }),
  );
});

test('it is one step of undo, and typing on joins it', () => {
  const from = named({ vms: [], networks: [{ key: 'n', name: 'lan', x: 0, y: 0 }], edges: [] });
  const renamed = (document: Document, name: string) => {
    const command = writingCommand(document, named({ vms: [], networks: [{ key: 'n', name, x: 0, y: 0 }], edges: [] }));
    if (command === null) throw new Error('Nothing differs.');
    return { type: 'do' as const, command, join: 'text 1' };
  };
  const once = historyReducer(startHistory(from), renamed(from, 'lan1'));
  const twice = historyReducer(once, renamed(once.present, 'lan12'));
  expect(twice.past).toHaveLength(1);
  expect(historyReducer(twice, { type: 'undo' }).present).toBe(from);
});

test('what was drawn while it was written stays', () => {
  const node = { key: 'n', name: 'lan', x: 0, y: 0 };
  const other = { key: 'm', name: 'dmz', x: 0, y: 0 };
  const from = named({ vms: [], networks: [node, other], edges: [] });
  const document = sharing(from, named({ vms: [], networks: [{ ...node, name: 'wan' }, other], edges: [] }));
  const present = { ...named({ vms: [], networks: [node, { ...other, x: 90 }], edges: [] }), name: 'lab 2' };
  const both = overPresent(present, { type: 'write', from, document });
  expect(both.name).toBe('lab 2');
  expect(both.topology.networks).toEqual([
    { ...node, name: 'wan' },
    { ...other, x: 90 },
  ]);
  // where both have changed the same, what was written counts
  const clash = overPresent(named({ vms: [], networks: [{ ...node, name: 'van' }, other], edges: [] }), {
    ...{ type: 'write', from, document },
  });
  expect(clash.topology.networks[0]?.name).toBe('wan');
});
