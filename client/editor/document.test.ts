import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '#shared/limits';
import type { AnnotationFields } from '#shared/topology/annotations';
import { parameterSchema } from '#shared/topology/parameters/schema';
import { presetTopology } from '#shared/topology/presets';
import { emptyTopology, topologySchema, vmDefaults } from '#shared/topology/schema';
import { validateTopology } from '#shared/topology/validate';
import { addressingProblemCodes } from '#shared/topology/validate-addressing';
import { annotationTools, drawnBy } from './annotate';
import { applyCommand, historyReducer, startHistory, type Command, type Document } from './document';
import { copyOf, freePlace, shiftIntoView, fromClipboardText, toClipboardText, withNewKeys } from './fragment';
import { takenNames, uniqueName } from './names';

const start: Document = {
  name: 'lab',
  description: '',
  topology: presetTopology('line', { size: 3 }, { flavourId: 1, imageId: 1 }),
};

const key = fc.constantFrom('vm1', 'vm2', 'vm3', 'a', 'b', 'c', 'n', 'e1', 'e2', 'x', 'nowhere');
const coordinate = fc.oneof(fc.integer({ min: -500, max: 500 }), fc.double(), fc.constantFrom(2e6, -2e6));
const name = fc.oneof(fc.constantFrom('web', 'vm1', 'VM2', '-', '', 'a b', 'x'.repeat(70)), fc.string());
const some = (arbitrary: fc.Arbitrary<string>) => fc.array(arbitrary, { maxLength: 4 });
const port = fc.integer({ min: 1, max: 65535 });
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({
    type: fc.constant('addVm' as const),
    key,
    x: coordinate,
    y: coordinate,
    flavourId: fc.constantFrom(1, 2),
    imageId: fc.constant(1),
  }),
  fc.record({
    type: fc.constant('setParameters' as const),
    parameters: fc.array(
      fc.constantFrom(
        parameterSchema.parse({ kind: 'count', name: 'n' }),
        parameterSchema.parse({ kind: 'secret', name: 's' }),
        { kind: 'secret' as const, name: 'no name', label: '' },
      ),
      { maxLength: 2 },
    ),
  }),
  fc.record({ type: fc.constant('addNetwork' as const), key, x: coordinate, y: coordinate }),
  fc.record({ type: fc.constant('connect' as const), key, source: key, target: key }),
  fc.record({
    type: fc.constant('move' as const),
    moves: fc.array(fc.record({ key, x: coordinate, y: coordinate }), { maxLength: 4 }),
  }),
  fc.record({
    type: fc.constant('setVms' as const),
    keys: some(key),
    fields: fc.record(
      {
        name,
        flavourId: fc.constantFrom(1, 2, 3),
        internet: fc.boolean(),
        forwards: fc.array(fc.record({ protocol: fc.constant('tcp' as const), guestPort: port }), { maxLength: 10 }),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({
    type: fc.constant('setNetwork' as const),
    key,
    fields: fc.record(
      { name, ownSubnet: fc.constantFrom('192.168.1.0/24', '192.168.1', undefined), mtu: fc.constantFrom(1400, 1) },
      { requiredKeys: [] },
    ),
  }),
  fc.record({
    type: fc.constant('setEdge' as const),
    key,
    fields: fc.record(
      {
        sourceInterface: fc.oneof(name, fc.constant(undefined)),
        targetInterface: name,
        sourceOwnAddress: fc.constantFrom('192.168.1.1', '192.168.1.1/24'),
        targetMac: fc.constantFrom('0a:00:00:00:00:01', '0a-00', undefined),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({
    type: fc.constant('setEdges' as const),
    edges: fc.array(fc.record({ key, fields: fc.record({ sourceOwnNic: fc.constantFrom(0, 1, 1.5, undefined) }) }), {
      maxLength: 3,
    }),
  }),
  fc.record({
    type: fc.constant('setDrawn' as const),
    keys: some(key),
    fields: fc.record(
      {
        locked: fc.boolean(),
        location: fc.constantFrom({ latitude: 40.4, longitude: -3.7 }, { latitude: 400, longitude: 0 }),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({ type: fc.constant('rename' as const), names: fc.array(fc.record({ key, name }), { maxLength: 4 }) }),
  fc.record({ type: fc.constant('delete' as const), nodes: some(key), edges: some(key) }),
  fc.constant({ type: 'insert' as const, fragment: withNewKeys(start.topology, 10, 10) }),
  fc
    .record({ key, x: coordinate, y: coordinate, tool: fc.constantFrom(...annotationTools), chosen: some(key) })
    .map(({ key: itsKey, x, y, tool, chosen }) => {
      const at = { x: Number.isFinite(x) ? Math.max(-1e6, Math.min(x, 1e6)) : 0, y: Math.abs(y) <= 1e6 ? y : 0 };
      const annotation = drawnBy(tool, { key: itsKey, at, text: 'Label', topology: start.topology, chosen });
      return { type: 'insert' as const, fragment: { ...emptyTopology, annotations: [annotation] } };
    }),
  fc.record({
    type: fc.constant('setAnnotations' as const),
    keys: some(key),
    fields: fc.record(
      {
        text: fc.oneof(fc.string(), fc.constantFrom('', '\u0000', 'x'.repeat(3000))),
        name,
        colour: fc.constantFrom('red' as const, 'blue' as const),
        width: coordinate,
        x: coordinate,
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({
    type: fc.constant('stack' as const),
    keys: some(key),
    to: fc.constantFrom('front' as const, 'back' as const),
  }),
  fc.record({ type: fc.constant('setDetails' as const), name, description: fc.string() }),
);

describe('commands', () => {
  it('keep the topology valid, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const end = commands.reduce(applyCommand, start);
        expect(topologySchema.safeParse(end.topology).error).toBeUndefined();
        // two VMs of one name, and addresses that cannot be, can be typed and are shown as a problem; nothing else can be wrong
        const typed = new Set<string>(['DUPLICATE_VM_NAME', 'DUPLICATE_NETWORK_NAME', 'DUPLICATE_FORWARD']);
        for (const code of addressingProblemCodes) typed.add(code);
        const codes = validateTopology(end.topology).map(({ code }) => code);
        expect(codes.filter((code) => !typed.has(code))).toEqual([]);
      }),
    );
  });

  it('are all undone by undo, and done again by redo', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(command, fc.option(fc.constantFrom('j', 'k'))), { maxLength: 40 }), (steps) => {
        const begin = startHistory(start);
        let history = begin;
        for (const [next, join] of steps)
          history = historyReducer(history, { type: 'do', command: next, join: join ?? undefined });
        const end = history.present;
        const count = history.past.length;
        for (let step = 0; step < count; step++) history = historyReducer(history, { type: 'undo' });
        expect(history.present).toBe(start);
        for (let step = 0; step < count; step++) history = historyReducer(history, { type: 'redo' });
        expect(history.present).toBe(end);
      }),
    );
  });

  it('neither move nor delete what is locked, until it is unlocked', () => {
    const locked = applyCommand(start, { type: 'setDrawn', keys: ['vm1'], fields: { locked: true } });
    const move: Command = { type: 'move', moves: [{ key: 'vm1', x: 5, y: 5 }] };
    expect(applyCommand(locked, move)).toBe(locked);
    const after = applyCommand(locked, { type: 'delete', nodes: ['vm1', 'vm2'], edges: [] });
    expect(after.topology.vms.map(({ key }) => key)).toEqual(['vm1', 'vm3']);
    const unlocked = applyCommand(locked, { type: 'setDrawn', keys: ['vm1'], fields: { locked: false } });
    expect(applyCommand(unlocked, move).topology.vms[0]).toMatchObject({ x: 5, y: 5 });
  });

  it('rename many in one step, and leave what would be no name', () => {
    const names = [
      { key: 'vm1', name: 'web' },
      { key: 'vm2', name: 'not a host' },
      { key: 'vm3', name: 'db' },
    ];
    const after = applyCommand(start, { type: 'rename', names });
    expect(after.topology.vms.map((vm) => vm.name)).toEqual(['web', 'vm2', 'db']);
  });

  it('that change nothing are no step', () => {
    const history = startHistory(start);
    const still = { key: 'vm1', x: start.topology.vms[0]?.x ?? 0, y: start.topology.vms[0]?.y ?? 0 };
    expect(historyReducer(history, { type: 'do', command: { type: 'move', moves: [still] } })).toBe(history);
    expect(historyReducer(history, { type: 'do', command: { type: 'delete', nodes: ['no'], edges: [] } })).toBe(
      history,
    );
  });

  it('join into one step while one types', () => {
    let history = startHistory(start);
    for (const text of ['w', 'we', 'web'])
      history = historyReducer(history, {
        type: 'do',
        command: { type: 'setVms', keys: ['vm1'], fields: { name: text } },
        join: 'name vm1',
      });
    expect(history.past).toHaveLength(1);
    expect(historyReducer(history, { type: 'undo' }).present).toBe(start);
  });

  it('delete a node with its edges, and an attachment begins at a VM', () => {
    const after = applyCommand(start, { type: 'delete', nodes: ['vm2'], edges: [] });
    expect(after.topology.edges).toEqual([]);
    const withNetwork = applyCommand(start, { type: 'addNetwork', key: 'n', x: 0, y: 0 });
    expect(applyCommand(withNetwork, { type: 'connect', key: 'e', source: 'n', target: 'vm1' })).toBe(withNetwork);
    expect(
      applyCommand(withNetwork, { type: 'connect', key: 'e', source: 'vm1', target: 'n' }).topology.edges,
    ).toHaveLength(3);
  });

  it('refuse more VMs than a topology may have', () => {
    const many = presetTopology('ring', { size: limits.vmsPerTopology }, { flavourId: 1, imageId: 1 });
    const full: Document = { ...start, topology: many };
    expect(applyCommand(full, { type: 'addVm', key: 'one-more', x: 0, y: 0, flavourId: 1, imageId: 1 })).toBe(full);
  });
});

describe('copies', () => {
  it('have new keys, free names and the edges among them', () => {
    const fragment = withNewKeys(copyOf(start.topology, ['vm1', 'vm2']), 20, 20);
    const { topology } = applyCommand(start, { type: 'insert', fragment });
    expect(topology.vms.map((vm) => vm.name)).toEqual(['vm1', 'vm2', 'vm3', 'vm4', 'vm5']);
    expect(topology.edges).toHaveLength(3);
    expect(validateTopology(topology)).toEqual([]);
  });

  it('wait for the copies of what was copied with them, and for what is there besides', () => {
    const waits = applyCommand(start, { type: 'setVms', keys: ['vm3'], fields: { startAfter: ['vm1', 'vm2'] } });
    const renamed = applyCommand(waits, { type: 'setVms', keys: ['vm1'], fields: { name: 'db' } });
    const { topology } = renamed;
    expect(topology.vms[2]?.startAfter).toEqual(['vm1', 'vm2']);
    const both = withNewKeys(copyOf(topology, ['vm2', 'vm3']), 0, 0);
    const again = applyCommand(renamed, { type: 'insert', fragment: both }).topology.vms;
    expect(again[4]?.startAfter).toEqual(['vm1', again[3]?.key]);
    // elsewhere there may be no such VM
    const empty = { ...start, topology: emptyTopology };
    expect(applyCommand(empty, { type: 'insert', fragment: both }).topology.vms[1]?.startAfter).toEqual([
      both.vms[0]?.key,
    ]);
    expect(applyCommand(renamed, { type: 'delete', nodes: ['vm1'], edges: [] }).topology.vms[1]?.startAfter).toEqual([
      'vm2',
    ]);
  });

  it('survive the clipboard, and other texts are no copies', () => {
    expect(fromClipboardText(toClipboardText(start.topology))).toEqual(start.topology);
    for (const text of ['', 'hello', '{}', '{"trama":"fragment"}', 'null']) expect(fromClipboardText(text)).toBeNull();
  });
});

describe('what is drawn beside', () => {
  const annotation = (tool: (typeof annotationTools)[number], itsKey: string, chosen: string[] = []) =>
    drawnBy(tool, { key: itsKey, at: { x: 0, y: 0 }, text: 'Label', topology: start.topology, chosen });
  const drawn = applyCommand(start, {
    type: 'insert',
    fragment: { ...emptyTopology, annotations: [annotation('note', 'n1'), annotation('group', 'g1', ['vm1', 'vm2'])] },
  });

  it('is copied, cut, moved, locked and deleted as nodes are, with the links and VMs beside it left alone', () => {
    const copy = withNewKeys(copyOf(drawn.topology, ['n1', 'vm1']), 40, 40);
    expect(fromClipboardText(toClipboardText(copy))).toEqual(copy);
    const pasted = applyCommand(drawn, { type: 'insert', fragment: copy });
    expect(pasted.topology.annotations?.map(({ kind, x }) => [kind, x])).toMatchObject([
      ['note', 0],
      ['group', expect.any(Number)],
      ['note', 40],
    ]);
    expect(validateTopology(pasted.topology)).toEqual([]);
    const locked = applyCommand(drawn, { type: 'setDrawn', keys: ['n1', 'vm1'], fields: { locked: true } });
    const emptied = applyCommand(locked, { type: 'delete', nodes: ['n1', 'g1'], edges: [] });
    expect(emptied.topology.annotations?.map(({ key: left }) => left)).toEqual(['n1']);
    expect(emptied.topology).toMatchObject({ vms: locked.topology.vms, edges: locked.topology.edges });
    const moved = applyCommand(drawn, { type: 'move', moves: [{ key: 'n1', x: 7.4, y: 5 }] });
    expect(moved.topology.annotations?.[0]).toMatchObject({ x: 7, y: 5 });
    expect(applyCommand(locked, { type: 'move', moves: [{ key: 'n1', x: 7, y: 5 }] })).toBe(locked);
  });

  it('is nothing that a link could end at, whether drawn before it or pasted with it', () => {
    const link = { key: 'e', source: 'vm1', target: 'n1' };
    expect(applyCommand(drawn, { type: 'connect', ...link })).toBe(drawn);
    const pasted = { ...emptyTopology, edges: [link], annotations: [annotation('note', 'n1')] };
    expect(applyCommand(start, { type: 'insert', fragment: pasted })).toBe(start);
  });

  it('was lost when something else was inserted or deleted', () => {
    const { annotations } = drawn.topology;
    const added = applyCommand(drawn, { type: 'addNetwork', key: 'n', x: 0, y: 0 });
    expect(applyCommand(added, { type: 'delete', nodes: ['n'], edges: [] }).topology.annotations).toEqual(annotations);
  });

  it('takes what its kind has and what may be, of several each what it can', () => {
    const set = (fields: AnnotationFields) =>
      applyCommand(drawn, { type: 'setAnnotations', keys: ['n1', 'g1'], fields });
    expect(set({ colour: 'red' }).topology.annotations?.map(({ colour }) => colour)).toEqual(['red', 'red']);
    expect(set({ text: 'Hi' }).topology.annotations).toMatchObject([{ text: 'Hi' }, { name: 'group1' }]);
    expect(set({ text: '\u0000' })).toBe(drawn);
    expect(set({ width: -1 })).toBe(drawn);
  });

  it('of a group is a frame around what is chosen, with room for its name', () => {
    const frame = annotation('group', 'g2', ['vm1', 'vm2', 'vm3']);
    if (frame.kind !== 'group') throw new Error('no group');
    for (const vm of start.topology.vms) {
      expect(Math.abs(vm.x - frame.x) + 90).toBeLessThan(frame.width / 2);
      expect(Math.abs(vm.y - frame.y) + 30).toBeLessThan(frame.height / 2);
    }
    expect(applyCommand(drawn, { type: 'insert', fragment: { ...emptyTopology, annotations: [frame] } }).topology
      .annotations).toHaveLength(3); // prettier-ignore
  });

  it('has no more of it than a topology may have', () => {
    const many = Array.from({ length: limits.annotationsPerTopology }, (_, at) => annotation('note', `k${at}`));
    const full = applyCommand(start, { type: 'insert', fragment: { ...emptyTopology, annotations: many } });
    expect(full.topology.annotations).toHaveLength(limits.annotationsPerTopology);
    const more = { ...emptyTopology, annotations: [annotation('note', 'one-more')] };
    expect(applyCommand(full, { type: 'insert', fragment: more })).toBe(full);
  });
});

describe('names and places', () => {
  it('are never those of another', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, maxLength: 63 })),
        fc.string({ minLength: 1, maxLength: 63 }),
        (names, wish) => {
          const taken = takenNames(names.map((text) => ({ name: text })));
          const got = uniqueName(wish, taken);
          expect(taken.has(got.toLowerCase())).toBe(false);
          expect(got.length).toBeLessThanOrEqual(limits.nameLength);
        },
      ),
    );
    expect(uniqueName('vm3', new Set(['vm3', 'vm4']))).toBe('vm5');
    expect(uniqueName('web', new Set(['web']))).toBe('web2');
  });

  const visible = { left: -600, top: -350, right: 600, bottom: 350 };
  const isVisible = ({ x, y }: { x: number; y: number }) => Math.abs(x) <= 500 && Math.abs(y) <= 300;

  it('are found beside what is there', () => {
    expect(freePlace(emptyTopology, { left: -97, top: -46, right: 103, bottom: 54 })).toEqual({ x: 0, y: 0 });
    const spot = freePlace(start.topology, visible);
    expect(start.topology.vms.every((vm) => Math.abs(vm.x - spot.x) >= 200 || Math.abs(vm.y - spot.y) >= 80)).toBe(
      true,
    );
  });

  it('new VMs landed upon others or out of sight while there was room', () => {
    let document: Document = { ...start, topology: emptyTopology };
    const places: { x: number; y: number }[] = [];
    for (let count = 0; count < 25; count++) {
      const place = freePlace(document.topology, visible);
      places.push(place);
      document = applyCommand(document, { type: 'addVm', key: `k${count}`, ...place, flavourId: 1, imageId: 1 });
    }
    expect(places.filter((place) => !isVisible(place))).toEqual([]);
    for (const [at, place] of places.entries())
      expect(places.slice(0, at).every(({ x, y }) => Math.abs(x - place.x) >= 200 || Math.abs(y - place.y) >= 80)).toBe(
        true,
      );
  });

  it('are out of sight when all that is visible is taken', () => {
    const full = {
      ...emptyTopology,
      vms: Array.from({ length: 81 }, (_, at) => ({
        ...vmDefaults(),
        key: `k${at}`,
        name: `vm${at}`,
        flavourId: 1,
        imageId: 1,
        x: ((at % 9) - 4) * 180,
        y: (Math.floor(at / 9) - 4) * 70,
      })),
    };
    expect(isVisible(freePlace(full, visible))).toBe(false);
  });

  it('a copy was pasted where nobody looked', () => {
    const fragment = copyOf(start.topology, ['vm1']);
    const far = { left: 10_000, top: 10_000, right: 11_000, bottom: 10_600 };
    const { dx, dy } = shiftIntoView(fragment, far);
    const [vm] = withNewKeys(fragment, dx, dy).vms;
    expect(vm).toMatchObject({ x: 10_500, y: 10_300 });
    expect(shiftIntoView(fragment, visible)).toEqual({ dx: 0, dy: 0 });
  });
});

describe('a property that the editor has no field for', () => {
  it('stays with its VM, network or edge whatever is done to them', () => {
    const extra = <Part extends object>(part: Part) => ({ ...part, extra: 'kept' });
    const { vms, networks, edges } = presetTopology('bus', { size: 3 }, { flavourId: 1, imageId: 1 });
    const drawn = { vms: vms.map(extra), networks: networks.map(extra), edges: edges.map(extra) };
    const commands: Command[] = [
      { type: 'setVms', keys: ['vm1', 'vm2'], fields: { internet: true } },
      { type: 'setVms', keys: ['vm1'], fields: { name: 'web' } },
      { type: 'setNetwork', key: 'bus', fields: { name: 'lan' } },
      { type: 'move', moves: [{ key: 'vm1', x: 1, y: 1 }] },
      { type: 'delete', nodes: ['vm3'], edges: [] },
      { type: 'insert', fragment: withNewKeys(copyOf(drawn, ['vm1', 'vm2', 'bus']), 9, 9) },
    ];
    const { topology } = commands.reduce(applyCommand, { ...start, topology: drawn });
    const all = [...topology.vms, ...topology.networks, ...topology.edges];
    expect(all).toHaveLength(4 + 2 + 4);
    expect(all).toEqual(all.map(() => expect.objectContaining({ extra: 'kept' })));
  });
});

it('what is drawn beside lies over or under the rest of it, in the order that it had', () => {
  const drawn = ['a', 'b', 'c', 'd'].map((key) =>
    drawnBy('note', { key, at: { x: 0, y: 0 }, text: '', topology: emptyTopology, chosen: [] }),
  );
  const document = { ...start, topology: { ...start.topology, annotations: drawn } };
  const order = (to: 'front' | 'back', ...keys: string[]) =>
    applyCommand(document, { type: 'stack', keys, to })
      .topology.annotations?.map(({ key }) => key)
      .join('');
  expect(order('front', 'c', 'a', 'vm1')).toBe('bdac');
  expect(order('back', 'd', 'b')).toBe('bdac');
  // what lies there already, or is no annotation, changes nothing
  expect(applyCommand(document, { type: 'stack', keys: ['d', 'vm1'], to: 'front' })).toBe(document);
});
