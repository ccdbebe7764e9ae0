import { expect, test } from 'vitest';
import { attachment, link, tiny, vmSpec, withNic } from '../../contract-fixtures';
import { serviceOf } from './service-of';

const here = { networkId: 7, mac: '52:54:03:00:00:01' };

test('a network has the highest address for its server, which knows who is on it and whom they reach', () => {
  const [a, b, far] = [vmSpec(1, tiny, { internet: true }), vmSpec(2, tiny, { router: true }), vmSpec(3, tiny)];
  const [first, second] = [attachment(11, a, 7, 1), attachment(12, b, 7, 2)];
  const away = link(13, withNic(b, second.source.nic), far);
  const nic = { ...first.source.nic, address6: 'fd00:1::1/64', mtu: 1400, mac: '0A:00:00:00:00:01' };
  const reached = [
    { address: '10.200.7.2', name: 'vm-2' },
    { address: '10.0.13.2', name: 'vm-3' },
  ];
  const guests = [
    {
      ...withNic(a, nic),
      hosts: reached,
      routes: [
        { to: '10.0.13.0/30', via: '10.200.7.2', edgeId: 11 },
        { to: '10.0.99.0/30', via: '10.0.98.2', edgeId: 98 },
      ],
    },
    {
      ...withNic(withNic(b, { ...second.source.nic, mtu: 1400 }), away.source.nic),
      hosts: [{ address: '10.0.13.2', name: 'vm-3' }],
    },
    withNic(far, away.target.nic),
  ];
  expect(serviceOf(here, guests)).toEqual({
    mac: here.mac,
    address: '10.200.7.254/24',
    address6: 'fd00:1::fe/64',
    mtu: 1400,
    router: '10.200.7.2',
    hosts: [
      {
        ...{ mac: '0a:00:00:00:00:01', name: 'vm-1', address: '10.200.7.1/24', internet: true, mtu: 1400 },
        routes: [{ to: '10.0.13.0/30', via: '10.200.7.2' }],
      },
      { mac: second.source.nic.mac, name: 'vm-2', address: '10.200.7.2/24', internet: false, mtu: 1400 },
    ],
    names: [
      { name: 'vm-1', address: '10.200.7.1' },
      { name: 'vm-1', address: 'fd00:1::1' },
      { name: 'vm-2', address: '10.200.7.2' },
      { name: 'vm-3', address: '10.0.13.2' },
    ],
  });
});

test('the gateway that a network has goes before a VM there that routes', () => {
  const [a, b] = [vmSpec(1, tiny), vmSpec(2, tiny, { router: true })];
  const [first, second] = [attachment(11, a, 7, 1), attachment(12, b, 7, 2)];
  const routes = [{ to: '0.0.0.0/0', via: '10.200.7.9', edgeId: 11 }];
  const config = serviceOf(here, [{ ...withNic(a, first.source.nic), routes }, withNic(b, second.source.nic)]);
  expect(config).toMatchObject({ router: '10.200.7.9' });
  // a client has it in an option of its own
  expect(config?.hosts.map((host) => 'routes' in host)).toEqual([false, false]);
});

test('where nobody is, nobody is served', () => {
  expect(serviceOf(here, [])).toBeNull();
  const alone = vmSpec(1, tiny);
  expect(serviceOf(here, [withNic(alone, attachment(11, alone, 8, 1).source.nic)])).toBeNull();
});
