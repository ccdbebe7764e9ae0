import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withAddresses } from './addresses';
import { newVm, type Topology } from './schema';
import { settled } from './settle';

const nodes = ['a', 'b', 'c', 'd'] as const;
const ends = fc
  .tuple(fc.constantFrom(...nodes), fc.constantFrom(...nodes, 'lan'))
  .filter(([source, target]) => source !== target);
/** Of four VMs and a network, some edges; the key of an edge says what it joins. */
const drawings = fc.uniqueArray(ends, { maxLength: 8, selector: ([a, b]) => `${a}-${b}` }).map((pairs): Topology => ({
  vms: nodes.map((key) => newVm({ key, name: key, flavourId: 1, imageId: 1, x: 0, y: 0 })),
  networks: [{ key: 'lan', name: 'lan', x: 0, y: 0 }],
  edges: pairs.map(([source, target]) => ({ key: `${source}-${target}`, source, target })),
}));

test('NICs and addresses of what stays never change, whatever comes or goes, and none is given twice', () => {
  fc.assert(
    fc.property(drawings, drawings, fc.boolean(), (first, second, placedElsewhere) => {
      const base = withAddresses(first);
      // as a template's newest revision has its own address plan
      const after = settled(placedElsewhere ? withAddresses(second) : second, base);
      const before = new Map(base.edges.map((edge) => [edge.key, edge]));
      for (const edge of after.edges) {
        const old = before.get(edge.key);
        if (old !== undefined) expect(edge).toEqual(old);
      }
      expect(after.edges.map(({ key }) => key)).toEqual(second.edges.map(({ key }) => key));
      expect(after.networks[0]?.subnets).toEqual(base.networks[0]?.subnets);
      const addresses = after.edges.flatMap(({ sourceNic, targetNic }) => [
        ...(sourceNic?.addresses ?? []),
        ...(targetNic?.addresses ?? []),
      ]);
      expect(new Set(addresses).size).toBe(addresses.length);
      const nics = after.edges.flatMap(({ source, target, sourceNic, targetNic }) => [
        `${source} ${sourceNic?.index}`,
        ...(targetNic === undefined ? [] : [`${target} ${targetNic.index}`]),
      ]);
      expect(new Set(nics).size).toBe(nics.length);
    }),
  );
});
