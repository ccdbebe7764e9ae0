import { expect, test } from 'vitest';
import { newVm, type Topology } from '#shared/topology/schema';
import { withKeysOf } from './document-keys';

const vm = (key: string, name: string) => newVm({ key, name, flavourId: 1, imageId: 1, x: 0, y: 0 });
const base: Topology = {
  vms: [vm('k1', 'web'), vm('k2', 'db')],
  networks: [{ key: 'k3', name: 'lan', x: 0, y: 0 }],
  edges: [
    { key: 'e1', source: 'k1', target: 'k2' },
    { key: 'e2', source: 'k1', target: 'k3' },
  ],
};

test('a document that names its parts anew means those of the same names', () => {
  const document: Topology = {
    vms: [vm('one', 'WEB'), vm('two', 'db'), { ...vm('three', 'app'), startAfter: ['two', 'three'] }],
    networks: [{ key: 'net', name: 'lan', x: 0, y: 0 }],
    edges: [
      { key: 'x', source: 'one', target: 'net' },
      { key: 'y', source: 'one', target: 'two' },
      { key: 'z', source: 'one', target: 'two' },
    ],
  };
  const { vms, networks, edges } = withKeysOf(base, document);
  expect(vms.map(({ key }) => key)).toEqual(['k1', 'k2', 'three']);
  expect(vms[2]?.startAfter).toEqual(['k2', 'three']);
  expect(networks.map(({ key }) => key)).toEqual(['k3']);
  expect(edges.map(({ key, source, target }) => [key, source, target])).toEqual([
    ['e2', 'k1', 'k3'],
    ['e1', 'k1', 'k2'],
    ['z', 'k1', 'k2'],
  ]);
});

test('a key that means something else in the slice does not make one part another', () => {
  const document: Topology = { ...base, vms: [vm('k2', 'web'), vm('k1', 'new')], networks: [], edges: [] };
  expect(withKeysOf(base, document).vms.map(({ key, name }) => [key, name])).toEqual([
    ['k1', 'web'],
    ['k1-2', 'new'],
  ]);
});

test('what was exported from the slice itself comes back as it was', () => {
  expect(withKeysOf(base, base)).toEqual(base);
});
