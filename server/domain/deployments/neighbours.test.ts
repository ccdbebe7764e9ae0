import { expect, test } from 'vitest';
import { attachment, tiny, vmSpec, withNic } from '#server/providers/contract-fixtures';
import type { EdgeSpec } from '#server/providers/provider';
import { neighboursIn } from './neighbours';

test('who is on a network with a gateway has its default route there, but for that itself and who reaches the internet', () => {
  const [edge, web, db] = [vmSpec(1, tiny), vmSpec(2, tiny), vmSpec(3, tiny)];
  const inside = [attachment(11, edge, 7, 1), attachment(12, web, 7, 2), attachment(13, db, 7, 3)];
  // the gateway of the one network goes out by that of another, and so does whoever is on both with a lower NIC there
  const outside = [
    attachment(21, withNic(edge, attachment(11, edge, 7, 1).source.nic), 8, 1),
    attachment(22, withNic(web, attachment(12, web, 7, 2).source.nic), 8, 2),
  ];
  const told = neighboursIn([...outside, ...inside], {
    names: new Map(),
    routers: new Set(),
    online: new Set([3]),
    gateways: new Map([
      [7, { gateway: '10.200.7.1' }],
      [8, { gateway: '10.200.8.254' }],
    ]),
  });
  expect(told(1).routes).toEqual([{ to: '0.0.0.0/0', via: '10.200.8.254', edgeId: 21 }]);
  expect(told(2).routes).toEqual([{ to: '0.0.0.0/0', via: '10.200.7.1', edgeId: 12 }]);
  expect(told(3).routes).toEqual([]);
});

test('a gateway of IPv6 is the default route of who has an address of IPv6 there, beside that of IPv4 or without one', () => {
  const [edge, web, db] = [vmSpec(1, tiny), vmSpec(2, tiny), vmSpec(3, tiny)];
  const dual = ({ source, ...rest }: EdgeSpec, address6: string): EdgeSpec => ({
    ...rest,
    source: { ...source, nic: { ...source.nic, address6 } },
  });
  const edges = [
    dual(attachment(11, edge, 7, 1), 'fd00:7::1/64'),
    dual(attachment(12, web, 7, 2), 'fd00:7::2/64'),
    // of IPv4 only
    attachment(13, db, 7, 3),
  ];
  const told = (gateways: { gateway?: string; gateway6?: string }, online: number[] = []) =>
    neighboursIn(edges, {
      names: new Map(),
      routers: new Set(),
      online: new Set(online),
      gateways: new Map([[7, gateways]]),
    });
  const [four, six] = [
    { to: '0.0.0.0/0', via: '10.200.7.1', edgeId: 12 },
    { to: '::/0', via: 'fd00:7::1', edgeId: 12 },
  ];
  const both = told({ gateway: '10.200.7.1', gateway6: 'fd00:7::1' });
  expect(both(1).routes).toEqual([]);
  expect(both(2).routes).toEqual([four, six]);
  expect(both(3).routes).toEqual([{ ...four, edgeId: 13 }]);
  const only = told({ gateway6: 'fd00:7::1' });
  expect([1, 2, 3].map((id) => only(id).routes)).toEqual([[], [six], []]);
  expect(told({ gateway6: 'fd00:7::1' }, [2])(2).routes).toEqual([]);
});
