import fc from 'fast-check';
import { expect, test } from 'vitest';
import { waysIn, type Segment } from './routes';

/** Links and networks between eight VMs, of which some route. Addresses are `SEGMENT.VM`. */
const labs = fc
  .record({
    joins: fc.array(fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 4 }), { maxLength: 10 }),
    routers: fc.uniqueArray(fc.nat(7)),
  })
  .map(({ joins, routers }) => ({
    segments: joins.map((vms, at): Segment => ({
      subnet: `s${at}`,
      ends: vms.map((vmId, end) => ({ vmId, edgeId: at * 10 + end, address: `s${at}.${vmId}` })),
    })),
    routers: new Set(routers),
  }));

test('a packet comes by the routes that VMs are told to every address that can be reached, without going round', () => {
  fc.assert(
    fc.property(labs, ({ segments, routers }) => {
      const ways = waysIn(segments, routers);
      const isOn = (vmId: number, segment: Segment) => segment.ends.some((end) => end.vmId === vmId);
      for (let from = 0; from < 8; from++) {
        // all that can be reached at all, with how many routers are between
        const reachable = new Map<Segment, number>();
        let edge = segments.filter((segment) => isOn(from, segment));
        for (let hops = 0; edge.length > 0; hops++) {
          for (const segment of edge) reachable.set(segment, hops);
          const there = new Set(edge.flatMap(({ ends }) => ends.map(({ vmId }) => vmId)));
          edge = segments.filter(
            (segment) =>
              !reachable.has(segment) && segment.ends.some(({ vmId }) => routers.has(vmId) && there.has(vmId)),
          );
        }
        for (const target of segments) {
          const needed = reachable.get(target);
          let at = from;
          let hops = 0;
          while (!isOn(at, target)) {
            const route = ways(at).routes.find(({ to }) => to === target.subnet);
            if (route === undefined) break;
            const [subnet, next] = route.via.split('.');
            const segment = segments.find((one) => one.subnet === subnet);
            // the next one is beside this one, at the NIC that it says
            expect(segment?.ends).toContainEqual({ vmId: at, edgeId: route.edgeId, address: `${subnet}.${at}` });
            at = Number(next);
            expect(routers.has(at)).toBe(true);
            hops += 1;
            expect(hops).toBeLessThan(9);
          }
          expect(isOn(at, target)).toBe(needed !== undefined);
          if (needed !== undefined) expect(hops).toBe(needed);
        }
        const { beside, beyond } = ways(from);
        const told = new Set([...beside, ...beyond].map(({ vmId }) => vmId));
        expect(new Set(beyond.map(({ vmId }) => vmId)).size).toBe(beyond.length);
        const others = new Set([...reachable.keys()].flatMap(({ ends }) => ends.map(({ vmId }) => vmId)));
        others.delete(from);
        expect(told).toEqual(others);
      }
    }),
  );
});

test('without routers there is no way beyond', () => {
  fc.assert(
    fc.property(labs, ({ segments }) => {
      const ways = waysIn(segments, new Set());
      for (let vmId = 0; vmId < 8; vmId++) expect(ways(vmId).routes).toEqual([]);
    }),
  );
});
