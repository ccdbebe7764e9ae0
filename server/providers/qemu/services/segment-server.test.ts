import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressBytes, addressText } from '#shared/capture/text';
import type { ServiceConfig } from './config';
import { dhcpKinds, dhcpOptions, readDhcp, writeDhcp, type DhcpMessage } from './dhcp';
import { dnsTypes, nameBytes, readDns, writeDns } from './dns';
import { arpReply, neighbourAdvertisement, readFrame, udpFrame, type Heard } from './frames';
import { leaseSeconds, Leases } from './leases';
import { SegmentServer } from './segment-server';

const [web, db, router] = ['02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:00:03'];
const stranger = '0a:00:00:00:00:63';
const hex = (byte: number) => byte.toString(16).padStart(2, '0');
const config: ServiceConfig = {
  mac: '52:54:03:00:00:01',
  address: '10.64.0.254/24',
  address6: 'fd00:1::fe/64',
  mtu: 1400,
  router: '10.64.0.3',
  hosts: [
    { mac: web, name: 'web', address: '10.64.0.1/24', internet: true },
    {
      ...{ mac: db, name: 'db', address: '10.64.0.2/24', internet: false, mtu: 1400 },
      routes: [{ to: '10.0.0.0/30', via: '10.64.0.3' }],
    },
    { mac: router, name: 'gate', address: '10.64.0.3/24', internet: false },
  ],
  names: [
    { name: 'web', address: '10.64.0.1' },
    { name: 'web', address: 'fd00:1::1' },
    { name: 'db', address: '10.64.0.2' },
    { name: 'far', address: '10.0.0.2' },
  ],
};

/** A server on a network of which all frames are kept, with a clock that stands. */
function started(own: ServiceConfig = config) {
  const clock = { seconds: 1_000 };
  const sent: Buffer[] = [];
  const elsewhere: { query: Buffer; onAnswer: (answer: Buffer) => void }[] = [];
  const server = new SegmentServer(own, {
    send: (frame) => void sent.push(frame),
    askElsewhere: (query, onAnswer) => void elsewhere.push({ query, onAnswer }),
    now: () => clock.seconds,
  });
  sent.splice(0);
  const told = (): Heard[] => sent.splice(0).flatMap((frame) => readFrame(frame) ?? []);
  const dhcp = (
    mac: string,
    kind: number,
    more: Partial<Omit<DhcpMessage, 'options'>> & { options?: [number, string][] } = {},
  ) => {
    const { options = [], ...fields } = more;
    const message: DhcpMessage = {
      ...{ op: 'request', transaction: 7, broadcast: false, mac },
      ...{ clientAddress: '0.0.0.0', yourAddress: '0.0.0.0', agentAddress: '0.0.0.0', ...fields },
      options: new Map([
        [dhcpOptions.kind, Uint8Array.of(kind)],
        ...options.map(([code, address]): [number, Uint8Array] => [code, addressBytes(address) ?? new Uint8Array()]),
      ]),
    };
    const ends = { fromMac: mac, toMac: 'ff:ff:ff:ff:ff:ff', from: '0.0.0.0', to: '255.255.255.255' };
    server.hear(udpFrame({ ...ends, fromPort: 68, toPort: 67, data: writeDhcp(message) }));
    const [answer] = told();
    return answer?.kind === 'datagram' ? readDhcp(answer.data) : null;
  };
  const ask = (mac: string, name: string, type: number, takes: number | null = null) => {
    const data = writeDns({ id: 5, flags: 0x100, questions: [{ name, type, class: 1 }], answers: [], takes });
    const ends = { fromMac: mac, toMac: own.mac, from: '10.64.0.9', to: '10.64.0.254' };
    server.hear(udpFrame({ ...ends, fromPort: 4000, toPort: 53, data }));
    return answered();
  };
  const answered = () => {
    const [answer] = told();
    return answer?.kind === 'datagram' ? readDns(answer.data) : null;
  };
  return { server, clock, sent, elsewhere, told, dhcp, ask, answered };
}

const kindOf = (message: DhcpMessage | null) => message?.options.get(dhcpOptions.kind)?.[0];
const said = (message: DhcpMessage | null, code: number) =>
  addressText(message?.options.get(code) ?? Uint8Array.of(0, 0, 0, 0));
/** What a client does that comes anew: the address that it has then. */
function bound({ dhcp }: Pick<ReturnType<typeof started>, 'dhcp'>, mac: string): string | null {
  const offer = dhcp(mac, dhcpKinds.discover);
  if (offer === null) return null;
  const ack = dhcp(mac, dhcpKinds.request, {
    options: [
      [dhcpOptions.requestedAddress, offer.yourAddress],
      [dhcpOptions.server, '10.64.0.254'],
    ],
  });
  return kindOf(ack) === dhcpKinds.ack ? (ack?.yourAddress ?? null) : null;
}

describe('addresses', () => {
  test('a NIC of the plan is given its address, with mask, router, routes, name server, domain, name and MTU', () => {
    const world = started();
    const offer = world.dhcp(db, dhcpKinds.discover);
    expect(offer).toMatchObject({ op: 'reply', transaction: 7, mac: db, yourAddress: '10.64.0.2' });
    expect(kindOf(offer)).toBe(dhcpKinds.offer);
    expect(said(offer, dhcpOptions.subnetMask)).toBe('255.255.255.0');
    expect(said(offer, dhcpOptions.router)).toBe('10.64.0.3');
    expect(said(offer, dhcpOptions.nameServer)).toBe('10.64.0.254');
    expect(said(offer, dhcpOptions.server)).toBe('10.64.0.254');
    const text = (code: number) => Buffer.from(offer?.options.get(code) ?? []).toString();
    expect([text(dhcpOptions.domain), text(dhcpOptions.hostName)]).toEqual(['internal', 'db']);
    expect(Buffer.from(offer?.options.get(dhcpOptions.mtu) ?? []).readUInt16BE()).toBe(1400);
    // who takes these looks at no other router
    expect([...(offer?.options.get(dhcpOptions.routes) ?? [])]).toEqual([
      ...[0, 10, 64, 0, 3],
      ...[30, 10, 0, 0, 0, 10, 64, 0, 3],
    ]);
    expect(bound(world, db)).toBe('10.64.0.2');
  });

  test('who asks twice, as one does that has heard no answer, is offered the same', () => {
    const { dhcp } = started();
    const offers = [stranger, stranger, db, stranger, db].map((mac) => dhcp(mac, dhcpKinds.discover)?.yourAddress);
    expect(new Set(offers)).toEqual(new Set([offers[0], '10.64.0.2']));
  });

  test('one that makes up MACs has nothing of the plan, and what it was offered is free again soon', () => {
    const world = started();
    const madeUp = Array.from({ length: 400 }, (_, n) => `0a:00:00:01:${hex(n >> 8)}:${hex(n & 255)}`);
    const offered = madeUp.flatMap((mac) => world.dhcp(mac, dhcpKinds.discover)?.yourAddress ?? []);
    expect(new Set(offered).size).toBe(offered.length);
    expect(offered).toHaveLength(254 - 4);
    expect(world.dhcp(stranger, dhcpKinds.discover)).toBeNull();
    // under the MAC of another it learns what that has, and takes nothing away from it
    expect(world.dhcp(db, dhcpKinds.discover)?.yourAddress).toBe('10.64.0.2');
    expect(world.dhcp(db, dhcpKinds.release, { clientAddress: '10.64.0.2' })).toBeNull();
    world.dhcp(db, dhcpKinds.decline, { options: [[dhcpOptions.requestedAddress, '10.64.0.2']] });
    expect(bound(world, db)).toBe('10.64.0.2');
    world.clock.seconds += 31;
    expect(bound(world, stranger)).not.toBeNull();
  });

  test('the router is told of no other, nor a VM that has its way out by internet access', () => {
    const { dhcp } = started();
    for (const mac of [router, web]) expect(dhcp(mac, dhcpKinds.discover)?.options.has(dhcpOptions.router)).toBe(false);
  });

  test('a NIC of the plan that asks for another address is told no', () => {
    const { dhcp } = started();
    const wrong = dhcp(db, dhcpKinds.request, { options: [[dhcpOptions.requestedAddress, '10.64.0.77']] });
    expect(kindOf(wrong)).toBe(dhcpKinds.nak);
    expect(kindOf(dhcp(db, dhcpKinds.request, { clientAddress: '10.64.0.2' }))).toBe(dhcpKinds.ack);
  });

  test('what is meant for another server, comes through an agent, or is an answer, has none', () => {
    const { dhcp } = started();
    const options: [number, string][] = [
      [dhcpOptions.requestedAddress, '10.64.0.2'],
      [dhcpOptions.server, '10.64.0.250'],
    ];
    expect(dhcp(db, dhcpKinds.request, { options })).toBeNull();
    expect(dhcp(db, dhcpKinds.discover, { agentAddress: '10.1.0.1' })).toBeNull();
    expect(dhcp(db, dhcpKinds.discover, { op: 'reply' })).toBeNull();
    expect(dhcp(db, 99)).toBeNull();
  });

  test('one that nobody has planned keeps what it got, also at a server that has begun anew', () => {
    const world = started();
    const address = bound(world, stranger);
    expect(address).toMatch(/^10\.64\.0\.\d+$/);
    expect(bound(world, stranger)).toBe(address);
    const next = started();
    const renewed = next.dhcp(stranger, dhcpKinds.request, { clientAddress: address ?? '' });
    expect([kindOf(renewed), renewed?.yourAddress]).toEqual([dhcpKinds.ack, address]);
  });

  test('an address that is found in use, or is seen with somebody, is given to nobody else', () => {
    const world = started();
    const { dhcp, server, clock } = world;
    const first = dhcp(stranger, dhcpKinds.discover)?.yourAddress ?? '';
    expect(dhcp(stranger, dhcpKinds.decline, { options: [[dhcpOptions.requestedAddress, first]] })).toBeNull();
    const second = bound(world, stranger) ?? '';
    expect(second).not.toBe(first);
    // somebody has set up the very next address by hand, and is heard with it
    const byHand = '0a:00:00:00:00:64';
    const next = started();
    next.server.hear(arpReply({ mac: byHand, address: first }, { mac: config.mac, address: '10.64.0.254' }));
    expect(bound(next, stranger)).not.toBe(first);
    server.hear(arpReply({ mac: byHand, address: '10.64.0.2' }, { mac: config.mac, address: '10.64.0.254' }));
    expect(bound(world, db)).toBe('10.64.0.2');
    clock.seconds += leaseSeconds + 1;
    const other = '0a:00:00:00:00:65';
    expect(kindOf(dhcp(other, dhcpKinds.request, { clientAddress: second }))).toBe(dhcpKinds.ack);
  });

  test('what is released is free; a plan that takes an address goes before who has it', () => {
    const world = started();
    const address = bound(world, stranger) ?? '';
    const other = '0a:00:00:00:00:65';
    const taken = { clientAddress: address };
    expect(kindOf(world.dhcp(other, dhcpKinds.request, taken))).toBe(dhcpKinds.nak);
    world.dhcp(stranger, dhcpKinds.release, taken);
    expect(kindOf(world.dhcp(other, dhcpKinds.request, taken))).toBe(dhcpKinds.ack);
    world.server.change({
      ...config,
      hosts: [...config.hosts, { mac: '02:00:00:00:00:04', name: 'new', address: `${address}/24`, internet: false }],
    });
    expect(kindOf(world.dhcp(other, dhcpKinds.request, taken))).toBe(dhcpKinds.nak);
    expect(bound(world, '02:00:00:00:00:04')).toBe(address);
  });

  test('a subnet that is used up has nothing to offer', () => {
    const small: ServiceConfig = {
      ...config,
      address: '10.64.0.6/29',
      hosts: config.hosts.map((host) => ({ ...host, address: host.address.replace('/24', '/29') })),
    };
    const leases = new Leases(small);
    const given = [1, 2, 3].map((n) => leases.offer(`0a:00:00:00:00:0${n}`, null, 0));
    expect(given).toEqual([expect.stringMatching(/\.[45]$/), expect.stringMatching(/\.[45]$/), null]);
    expect(new Set(given).size).toBe(3);
  });

  test('whatever clients ask for in whatever order, no two have one address, none that of the plan or the server', () => {
    const clients = fc.integer({ min: 1, max: 12 }).map((n) => `0a:00:00:00:01:${n.toString(16).padStart(2, '0')}`);
    const address = fc.integer({ min: 0, max: 17 }).map((n) => `10.64.0.${n}`);
    const act = fc.record({
      mac: clients,
      wanted: address,
      does: fc.constantFrom('offer', 'take', 'release', 'avoid', 'see'),
    });
    const block = { ...config, address: '10.64.0.14/28' };
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const leases = new Leases(block);
        const has = new Map<string, string>();
        for (const { mac, wanted, does } of acts) {
          if (does === 'avoid') leases.avoid(wanted, 0);
          else if (does === 'see') leases.see(mac, wanted, 0);
          else if (does === 'release') {
            leases.release(mac, wanted);
            if (has.get(wanted) === mac) has.delete(wanted);
          } else if (does === 'offer') {
            const offered = leases.offer(mac, wanted, 0);
            if (offered === null) continue;
            expect(has.get(offered) ?? mac).toBe(mac);
            expect(['10.64.0.0', '10.64.0.1', '10.64.0.2', '10.64.0.3', '10.64.0.14', '10.64.0.15']).not.toContain(
              offered,
            );
          } else if (leases.take(mac, wanted, 0)) {
            expect(has.get(wanted) ?? mac).toBe(mac);
            for (const [old, owner] of has) if (owner === mac) has.delete(old);
            has.set(wanted, mac);
          }
        }
      }),
    );
  });
});

describe('names', () => {
  const addressesOf = (answer: ReturnType<typeof readDns>) => answer?.answers.map(({ data }) => addressText(data));

  test('a VM is known with its domain and without, in any letters, and by its address', () => {
    const { ask } = started();
    expect(addressesOf(ask(db, 'web', dnsTypes.A))).toEqual(['10.64.0.1']);
    expect(addressesOf(ask(db, 'WEB.Internal', dnsTypes.AAAA))).toEqual(['fd00:1::1']);
    expect(addressesOf(ask(db, 'far', dnsTypes.A))).toEqual(['10.0.0.2']);
    const owner = ask(db, '1.0.64.10.in-addr.arpa', dnsTypes.PTR)?.answers[0]?.data;
    expect(owner).toEqual(nameBytes('web.internal'));
  });

  test('a known name has no error for what there is nothing of, an unknown one is not there', () => {
    const { ask } = started();
    const codeOf = (answer: ReturnType<typeof ask>) => (answer?.flags ?? -1) & 15;
    expect(codeOf(ask(db, 'db', dnsTypes.AAAA))).toBe(0);
    for (const name of ['nobody', 'nobody.internal', 'web.db.internal', '99.0.64.10.in-addr.arpa'])
      expect(codeOf(ask(db, name, dnsTypes.A))).toBe(3);
  });

  test('what is elsewhere is asked for those whose VM reaches the internet, and refused to others', () => {
    const { ask, elsewhere, answered } = started();
    expect((ask(db, 'example.org', dnsTypes.A)?.flags ?? 0) & 15).toBe(5);
    expect((ask(stranger, 'example.org', dnsTypes.A)?.flags ?? 0) & 15).toBe(5);
    expect(elsewhere).toEqual([]);
    expect(ask(web, 'example.org', dnsTypes.A)).toBeNull();
    const [asked] = elsewhere;
    const query = readDns(asked?.query ?? Buffer.alloc(0));
    if (query === null) throw new Error('no question');
    const [question] = query.questions;
    const record = { name: 'example.org', type: dnsTypes.A, class: 1, ttl: 9, data: Uint8Array.of(192, 0, 2, 1) };
    asked?.onAnswer(writeDns({ ...query, flags: 0x8180, answers: [record] }));
    expect(answered()).toMatchObject({ id: 5, questions: [question], answers: [{ ttl: 9 }] });
    // what is too long says so
    ask(web, 'example.org', dnsTypes.A);
    const long = Array.from({ length: 60 }, () => record);
    elsewhere[1]?.onAnswer(writeDns({ ...query, flags: 0x8180, answers: long }));
    const cut = answered();
    expect([(cut?.flags ?? 0) & 0x200, cut?.answers]).toEqual([0x200, []]);
  });
});

describe('the host that it is', () => {
  test('it answers for its own addresses, and for no other', () => {
    const { server, told } = started();
    const asking = (asked: string) => {
      const frame = arpReply({ mac: db, address: '10.64.0.2' }, { mac: 'ff:ff:ff:ff:ff:ff', address: asked });
      frame[21] = 1;
      return frame;
    };
    server.hear(asking('10.64.0.254'));
    expect(told()).toEqual([{ kind: 'arp', mac: config.mac, address: '10.64.0.254', asked: null }]);
    server.hear(asking('10.64.0.1'));
    expect(told()).toEqual([]);
    const soliciting = (target: string) => {
      const frame = neighbourAdvertisement(
        { mac: db, address: target },
        { mac: '33:33:ff:00:00:fe', address: 'ff02::1:ff00:fe' },
      );
      frame[54] = 135;
      return frame;
    };
    const { sent, server: six } = started();
    six.hear(soliciting('fd00:1::fe'));
    expect(sent.map((frame) => frame[54])).toEqual([136]);
    six.hear(soliciting('fd00:1::2'));
    expect(sent).toHaveLength(1);
    // what is for another host is none of its business
    const { server: deaf, sent: none } = started();
    const frame = asking('10.64.0.254');
    frame.set([2, 0, 0, 0, 0, 1]);
    deaf.hear(frame);
    expect(none).toEqual([]);
  });

  test('whatever it hears, it goes on', () => {
    const { server, told, dhcp } = started();
    const own = fc.uint8Array({ maxLength: 400 }).map((data) => Buffer.concat([Buffer.alloc(6, 0xff), data]));
    const ports = fc.constantFrom(53, 67);
    const ends = { fromMac: db, toMac: config.mac, from: '10.64.0.2', to: '10.64.0.254' };
    const payload = fc
      .tuple(ports, fc.uint8Array({ maxLength: 400 }))
      .map(([toPort, data]) => udpFrame({ ...ends, fromPort: 68, toPort, data: Buffer.from(data) }));
    // what is nearly a question gets farther
    const question = writeDns({
      ...{ id: 5, flags: 0x100, answers: [], takes: 1_232 },
      questions: [{ name: 'web.internal', type: dnsTypes.A, class: 1 }],
    });
    const bent = fc.array(fc.tuple(fc.nat(question.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 6 });
    const nearly = bent.map((changes) => {
      const data = Buffer.from(question);
      for (const [at, value] of changes) data[at] = value;
      return udpFrame({ ...ends, fromPort: 4_000, toPort: 53, data });
    });
    fc.assert(fc.property(fc.oneof(own, payload, nearly), (frame) => server.hear(frame)));
    // what it has answered is as it may be
    expect(told()).not.toEqual([]);
    expect(dhcp(db, dhcpKinds.discover)?.yourAddress).toBe('10.64.0.2');
  });
});
