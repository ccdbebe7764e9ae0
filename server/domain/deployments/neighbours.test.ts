import { expect, test } from 'vitest';
import { attachment, tiny, vmSpec, withNic } from '#server/providers/contract-fixtures';
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
      [7, '10.200.7.1'],
      [8, '10.200.8.254'],
    ]),
  });
  expect(told(1).routes).toEqual([{ to: '0.0.0.0/0', via: '10.200.8.254', edgeId: 21 }]);
  expect(told(2).routes).toEqual([{ to: '0.0.0.0/0', via: '10.200.7.1', edgeId: 12 }]);
  expect(told(3).routes).toEqual([]);
});
