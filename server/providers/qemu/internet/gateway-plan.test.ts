import { expect, test } from 'vitest';
import { qemuDefaults } from '#shared/zone-settings';
import { guestNetwork, pastaArgs, planGateway, shapingOf, shutInArgs } from './gateway-plan';
import type { HostNetwork } from './host-network';

const host: HostNetwork = {
  addresses: [
    { family: 4, address: '127.0.0.1', prefix: 8 },
    { family: 4, address: '203.0.113.5', prefix: 24 },
    { family: 6, address: '2001:db8::5', prefix: 64 },
    { family: 6, address: 'fe80::5', prefix: 64 },
  ],
  leadsOut: { 4: true, 6: true },
};
const none = { internetDenied: '', internetAllowed: '' };
const routes = (settings: object, of = host) => planGateway(of, { ...none, ...settings })?.routes ?? [];

test('a host without a way out has no gateway; one without IPv6 a gateway without', () => {
  expect(planGateway({ ...host, leadsOut: { 4: false, 6: true } }, qemuDefaults)).toBeNull();
  const four = planGateway({ ...host, leadsOut: { 4: true, 6: false } }, qemuDefaults);
  if (four === null) throw new Error('No gateway');
  expect(pastaArgs(four)).toContain('-4');
  expect(guestNetwork(four.ipv6)).not.toHaveProperty('ipv6-prefix');
});

test('the host’s addresses and the networks that it is in are denied whatever the zone says', () => {
  const all = routes({});
  for (const range of ['127.0.0.0/8', '127.0.0.1/32', '203.0.113.0/24', '203.0.113.5/32'])
    expect(all).toContain(`route replace blackhole ${range}`);
  expect(all).toContain('route replace blackhole 2001:db8:0:0:0:0:0:0/64 metric 1');
  expect(all).toContain('route replace blackhole fe80:0:0:0:0:0:0:5/128 metric 1');
  // over its own link the namespace reaches its gateway
  expect(all.some((route) => route.includes('fe80:0:0:0:0:0:0:0/64'))).toBe(false);
  const open = routes({ internetAllowed: '203.0.113.5, 2001:db8::5' });
  expect(open.filter((route) => route.includes('203.0.113.5'))).toEqual(['route replace blackhole 203.0.113.5/32']);
  expect(open.filter((route) => route.includes('2001:db8:0:0:0:0:0:5'))).toEqual([
    'route replace blackhole 2001:db8:0:0:0:0:0:5/128 metric 1',
  ]);
});

test('what is allowed counts where it is as narrow as what is denied, a neighbour of the host too', () => {
  const settings = { internetDenied: '10.0.0.0/8', internetAllowed: '10.0.0.0/8 203.0.113.0/24 10.1.1.1 fd00::1' };
  const all = routes(settings);
  expect(all).toContain('route replace 10.0.0.0/8 via 198.19.255.1 dev inet');
  expect(all).toContain('route replace 203.0.113.0/24 via 198.19.255.1 dev inet');
  expect(all).toContain('route replace fd00:0:0:0:0:0:0:1/128 via fe80::1 dev inet metric 1');
  expect(all.filter((route) => route.includes('10.0.0.0/8'))).toHaveLength(1);
  const without6 = routes(settings, { ...host, leadsOut: { 4: true, 6: false } });
  expect(without6.some((route) => route.includes('fd00'))).toBe(false);
});

test('by default nothing but the internet is left, and nothing is passed on to the host', () => {
  const plan = planGateway(host, qemuDefaults);
  if (plan === null) throw new Error('No gateway');
  expect(plan.routes).toContain('route replace blackhole 169.254.0.0/16');
  expect(plan.routes).toContain('route replace blackhole fc00:0:0:0:0:0:0:0/7 metric 1');
  expect(plan.routes.filter((route) => !route.includes('blackhole'))).toEqual([
    'route replace 198.19.255.3/32 dev inet',
  ]);
  expect(pastaArgs(plan).join(' ')).toContain('--no-map-gw -t none -u none -T none -U none');
});

test('a gateway is slowed down in both directions before guests come, and one without a limit by nothing', () => {
  const way = planGateway(host, qemuDefaults);
  if (way === null) throw new Error('No gateway');
  expect(shutInArgs({ ...way, kbps: null })).toEqual([way.routes.join('\n'), '', '']);
  const [links, queues, buffers] = shutInArgs({ ...way, kbps: 2_000 });
  expect(links?.split('\n').slice(0, 4)).toEqual([
    'link set dev inet mtu 1500',
    'link add name shaper type ifb',
    'link set dev shaper up',
    way.routes[0],
  ]);
  for (const device of ['inet', 'shaper'])
    expect(queues).toContain(`qdisc replace dev ${device} root tbf rate 2000kbit burst 16384 limit 2097152`);
  expect(queues).toContain('action mirred egress redirect dev shaper');
  // a tenth of a second of 2 Mbit/s, of which the kernel advertises half
  expect(buffers).toBe('4096 50000 50000');
});

test.each([64, 2_000, 1_000_000, 100_000_000])('at %i kbit/s the bucket takes a packet, the queue TCP', (kbps) => {
  const { queues, buffers } = shapingOf(kbps);
  const [, burst = 0, limit = 0] = /burst (\d+) limit (\d+)$/.exec(queues[0] ?? '')?.map(Number) ?? [];
  const most = Number(buffers.split(' ')[2]);
  expect(burst).toBeGreaterThan(1_514);
  expect(most).toBeGreaterThanOrEqual(16_384);
  // as many connections as that lose nothing
  expect(limit / (most / 2)).toBeGreaterThanOrEqual(64);
});
