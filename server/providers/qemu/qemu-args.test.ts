import { expect, test } from 'vitest';
import { attachment, pair, vmSpec, withNic } from '../contract-fixtures';
import { hostnameSchema } from '#shared/primitives';
import type { ImageSpec, VmSpec } from '../provider';
import {
  argsToResume,
  forwardMac,
  guestConfig,
  internetMac,
  networkArgs,
  nicDevice,
  nicPlaces,
  nicSlots,
  vmArgs,
} from './qemu-args';

const image: ImageSpec = {
  id: 1,
  name: 'tiny',
  kind: 'kernel',
  source: 'builtin:tiny',
  sha256: null,
  readyMarker: 'R',
};
const kernel = { kind: 'kernel', kernel: '../images/k/vmlinuz', initrd: '../images/k/initrd.gz' } as const;
const after = (args: string[], option: string) => args.flatMap((arg, i) => (args[i - 1] === option ? [arg] : []));

test('a VM gets its size, its links as socket pairs, a sandbox and no privileges', () => {
  const { a, b } = pair({ a: 5, b: 6, edge: 3 }, image);
  const args = vmArgs(
    { ...a, ramMb: 256, vcpus: 2 },
    { accelerator: 'tcg', files: kernel, hostPorts: new Map(), forwardAddress: '127.0.0.1' },
  );
  expect(after(args, '-m')).toEqual(['256']);
  expect(after(args, '-smp')).toEqual(['2']);
  expect(after(args, '-netdev')).toEqual([
    'dgram,id=net3,local.type=unix,local.path=v5/e3,remote.type=unix,remote.path=v5/o3',
  ]);
  expect(
    after(
      vmArgs(b, { accelerator: 'tcg', files: kernel, hostPorts: new Map(), forwardAddress: '127.0.0.1' }),
      '-netdev',
    ),
  ).toEqual(['dgram,id=net3,local.type=unix,local.path=v6/e3,remote.type=unix,remote.path=v6/o3']);
  expect(after(args, '-sandbox')[0]).toContain('spawn=deny');
  expect(args).toContain('-nodefaults');
  expect(args.filter((arg) => arg.startsWith('/'))).toEqual([]);
});

test('forwards listen where the zone says and give the guest no way out', () => {
  const vm = vmSpec(1, image, { forwards: [{ protocol: 'tcp', guestPort: 22 }] });
  const boot = {
    accelerator: 'tcg',
    files: kernel,
    hostPorts: new Map([['tcp:22' as const, 20_022]]),
    forwardAddress: '127.0.0.1',
  } as const;
  const [netdev] = after(vmArgs(vm, boot), '-netdev');
  expect(netdev).toMatch(/^user,id=fwd,restrict=on,.*hostfwd=tcp:127\.0\.0\.1:20022-:22$/);
  const [elsewhere] = after(vmArgs(vm, { ...boot, forwardAddress: '192.0.2.7' }), '-netdev');
  expect(elsewhere).toMatch(/^user,id=fwd,restrict=on,.*hostfwd=tcp:192\.0\.2\.7:20022-:22$/);
  expect(() => vmArgs(vm, { ...boot, hostPorts: new Map() })).toThrow('22');
  // QEMU drops the answers of UDP there: it has no part in that
  const names = { ...vm, forwards: [{ protocol: 'udp' as const, guestPort: 53 }] };
  const [plain] = after(vmArgs(names, { ...boot, hostPorts: new Map([['udp:53' as const, 20_053]]) }), '-netdev');
  expect(plain).toBe('user,id=fwd,restrict=on,ipv6=off,net=198.18.0.0/24,host=198.18.0.2,dhcpstart=198.18.0.15');
});

test('a screen has a slot of its own, and its socket beside the others; without one nothing is different', () => {
  const boot = { accelerator: 'tcg', files: kernel, hostPorts: new Map(), forwardAddress: '127.0.0.1' } as const;
  const plain = vmArgs(vmSpec(5, image), boot);
  const args = vmArgs(vmSpec(5, image, { graphics: true }), boot);
  expect(after(plain, '-vnc')).toEqual([]);
  expect(after(args, '-vnc')).toEqual(['unix:v5/vnc.sock,share=ignore']);
  expect(after(args, '-device').filter((device) => !after(plain, '-device').includes(device))).toEqual([
    'VGA,id=screen,addr=0x6.0,multifunction=on',
    'qemu-xhci,id=usb,addr=0x6.1',
    'usb-tablet,bus=usb.0',
  ]);
  // the guest's first program stays at the serial line, by which it says that it is ready
  expect(after(args, '-append')).toEqual([`console=tty0 ${after(plain, '-append')[0]}`]);
  expect(after(plain, '-append')[0]).toMatch(/^console=ttyS0 /);
});

test('the way to the internet is a NIC behind all others, beside that of forwards', () => {
  const boot = {
    accelerator: 'tcg',
    files: kernel,
    hostPorts: new Map([['tcp:22' as const, 20_022]]),
    forwardAddress: '127.0.0.1',
  } as const;
  const vm = vmSpec(5, image, { internet: true });
  const devices = (of: typeof vm) =>
    after(vmArgs(of, boot), '-device').filter((device) => device.includes('virtio-net'));
  expect(after(vmArgs(vm, boot), '-netdev')).toEqual([
    'dgram,id=inet,local.type=unix,local.path=v5/inet,remote.type=unix,remote.path=gw/v5',
  ]);
  expect(devices(vm)).toEqual([
    expect.stringMatching(/^virtio-net-pci,id=inetnic,netdev=inet,mac=52:54:02:.*,addr=0x1f,/),
  ]);
  const both = { ...vm, forwards: [{ protocol: 'tcp' as const, guestPort: 22 }] };
  expect(devices(both)).toEqual([
    expect.stringMatching(/id=fwdnic,.*addr=0x1f,multifunction=on,/),
    expect.stringMatching(/id=inetnic,.*addr=0x1f\.1,/),
  ]);
  expect(
    guestConfig(both)
      .split('\n')
      .filter((line) => line.endsWith(' dhcp')),
  ).toHaveLength(2);
  // a process that goes on with a memory has each of them once
  expect(argsToResume(vmArgs(both, boot), both, boot)).toEqual(vmArgs(both, boot));
  // and where it was in the process before: it came to that while it ran, or lost its last forward there
  const resumed = (of: typeof vm, forwardNic: number | null) =>
    after(argsToResume(vmArgs(of, boot), of, { ...boot, forwardNic }), '-device').filter((one) =>
      one.includes('virtio-net'),
    );
  expect(resumed(both, 30)).toEqual([
    expect.stringMatching(/id=fwdnic,.*addr=0x1e,romfile/),
    expect.stringMatching(/id=inetnic,.*addr=0x1f,/),
  ]);
  expect(resumed(vm, 31)).toEqual(devices(both));
  expect(resumed(both, null)).toEqual(devices(vm));
});

test('a NIC has the place of its number, and there is none beyond the last', () => {
  const { nic } = pair({ a: 5, b: 6, edge: 3 }, image).edge.source;
  const device = (index: number) => nicDevice({ ...nic, index }, vmSpec(1, image));
  const places = Array.from({ length: nicSlots }, (_, index) => device(index).addr);
  expect(new Set(places).size).toBe(24);
  expect([places[0], places.at(-1)]).toEqual(['0x7', '0x1e']);
  expect(() => device(nicSlots)).toThrow('no room for another NIC');
});

test('a NIC tells its guest the MTU that is chosen, and none where none is', () => {
  const { nic } = pair({ a: 5, b: 6, edge: 3 }, image).edge.source;
  const device = (one: typeof nic) => {
    const boot = { accelerator: 'tcg', files: kernel, hostPorts: new Map(), forwardAddress: '127.0.0.1' } as const;
    return after(vmArgs(vmSpec(5, image, { nics: [one] }), boot), '-device').filter((text) => text.includes('id=nic3'));
  };
  expect(device({ ...nic, mtu: 9000, mac: '0a:00:00:00:00:01' })).toEqual([
    'virtio-net-pci,id=nic3,netdev=net3,mac=0a:00:00:00:00:01,host_mtu=9000,addr=0x7,romfile=',
  ]);
  expect(device(nic).join()).not.toContain('mtu');
});

test('disk images have their overlay and seed, KVM its processor', () => {
  const args = vmArgs(vmSpec(1, { ...image, kind: 'disk' }), {
    accelerator: 'kvm',
    files: { kind: 'disk' },
    hostPorts: new Map(),
    forwardAddress: '127.0.0.1',
  });
  expect(after(args, '-drive').map((drive) => drive.split(',')[0])).toEqual(['file=v1/disk.qcow2', 'file=v1/seed.iso']);
  expect(after(args, '-cpu')).toEqual(['host']);
  expect(args).not.toContain('-kernel');
});

test('extra disks are functions of one slot, beside the disk that is booted, which stays what it was without them', () => {
  const disks = Array.from({ length: 7 }, (_, n) => ({ label: `d${n}`, sizeGb: 1 }));
  const boot = { accelerator: 'tcg', hostPorts: new Map(), forwardAddress: '127.0.0.1' } as const;
  const own = (args: string[]) => after(args, '-device').filter((device) => device.startsWith('virtio-blk'));
  const kernels = vmArgs(vmSpec(1, image, { disks }), { ...boot, files: kernel });
  expect(own(kernels)[0]).toBe('virtio-blk-pci,drive=disk-d0,addr=0x5.0,multifunction=on,serial=d0');
  const booted = vmArgs(vmSpec(1, { ...image, kind: 'disk' }, { disks }), { ...boot, files: { kind: 'disk' } });
  expect(after(booted, '-drive').slice(0, 2)).toEqual([
    'file=v1/disk.qcow2,format=qcow2,if=none,id=virtio0,discard=unmap',
    'file=v1/disk-d0.qcow2,format=qcow2,if=none,id=disk-d0,discard=unmap',
  ]);
  expect(own(booted).at(0)).toBe('virtio-blk-pci,drive=virtio0,addr=0x5.0,multifunction=on,bootindex=0');
  expect(own(booted).at(-1)).toBe('virtio-blk-pci,drive=disk-d6,addr=0x5.7,serial=d6');
  const without = vmArgs(vmSpec(1, { ...image, kind: 'disk' }), { ...boot, files: { kind: 'disk' } });
  expect([own(without), after(without, '-drive')[0]]).toEqual([
    [],
    'file=v1/disk.qcow2,format=qcow2,if=virtio,discard=unmap',
  ]);
});

test('a VM is booted from what its order says, and by default from its image, whatever is on other disks', () => {
  const disks = ['data', 'logs'].map((label) => ({ label, sizeGb: 1 }));
  const { a, edge } = pair({ a: 5, b: 6, edge: 3 }, { ...image, kind: 'disk' });
  const boot = { accelerator: 'tcg', files: { kind: 'disk' }, hostPorts: new Map(), forwardAddress: '::1' } as const;
  const orderOf = (order: string[], more: Partial<VmSpec> = {}) =>
    after(vmArgs({ ...a, disks, boot: order, ...more }, boot), '-device')
      .flatMap((device) => {
        const index = Number(/,bootindex=(\d+)/.exec(device)?.[1] ?? Number.NaN);
        return Number.isNaN(index) ? [] : [{ index, name: /(?:drive|netdev)=([^,]+)/.exec(device)?.[1] }];
      })
      .toSorted((one, other) => one.index - other.index)
      .map(({ name }) => name);
  expect(orderOf([])).toEqual(['virtio0']);
  expect(orderOf(['data'])).toEqual(['disk-data', 'virtio0']);
  expect(orderOf(['network', 'logs', 'image', 'data'])).toEqual(['net3', 'disk-logs', 'virtio0', 'disk-data']);
  expect(orderOf(['network'], { disks: [] })).toEqual(['net3', 'virtio0']);
  // what is not booted from has no ROM; a kernel is QEMU's own to boot
  expect(nicDevice(edge.source.nic, a)).toMatchObject({ romfile: '' });
  expect(nicDevice(edge.source.nic, { ...a, boot: ['network'] })).not.toHaveProperty('romfile');
  expect(orderOf(['data'], { image })).toEqual([]);
});

test('a network is a hub without a machine', () => {
  const ports = { attachments: [{ edgeId: 3, vmId: 5 }], joins: [{ id: 4 }] };
  const args = networkArgs({ sliceId: 2, id: 7 }, 'uuid', ports);
  expect(after(args, '-machine')).toEqual(['none']);
  expect(after(args, '-netdev')).toEqual([
    'dgram,id=drain,local.type=unix,local.path=n7/drain,remote.type=unix,remote.path=n7/nobody',
    'hubport,id=drainport,hubid=0,netdev=drain',
    'dgram,id=net3,local.type=unix,local.path=n7/e3,remote.type=unix,remote.path=n7/o3',
    'hubport,id=port3,hubid=0,netdev=net3',
    'dgram,id=join4,local.type=unix,local.path=n7/j4,remote.type=unix,remote.path=../joins/4/s2/out',
    'hubport,id=joinport4,hubid=0,netdev=join4',
  ]);
  // and a port for its server, where it has one
  expect(after(networkArgs({ sliceId: 2, id: 7 }, 'uuid', { ...ports, dhcp: true }), '-netdev')).toEqual([
    ...after(args, '-netdev'),
    'dgram,id=svc,local.type=unix,local.path=n7/svc,remote.type=unix,remote.path=relay/n7.svc',
    'hubport,id=svcport,hubid=0,netdev=svc',
  ]);
});

test('the guest is told its name, addresses and neighbours', () => {
  const vm = vmSpec(1, image, { name: 'web', hosts: [{ address: '10.0.0.2', name: 'db' }] });
  const full = withNic({ ...vm, forwards: [{ protocol: 'tcp', guestPort: 22 }] }, attachment(9, vm, 7, 4).source.nic);
  expect(guestConfig(full)).toBe(
    `hostname web\nnic 52:54:00:00:09:01 10.200.7.4/24\nnic ${forwardMac(vm.uuid)} dhcp\n` +
      `call 52:54:00:00:09:01 eth0\ncall ${forwardMac(vm.uuid)} forwards\nhost 10.0.0.2 db\n`,
  );
  const script = Buffer.from("export STAGE='it'\\''s'\n").toString('base64');
  expect(guestConfig({ ...full, environment: [{ name: 'STAGE', value: "it's" }] })).toContain(
    `\nfile 0644 /etc/profile.d/trama-environment.sh ${script}\n`,
  );
  const routes = [{ to: '10.0.9.0/30', via: '10.200.7.1', edgeId: 9 }];
  expect(guestConfig({ ...full, router: true, routes })).toMatch(
    /^hostname web\nrouter\nnic [^]*\nroute 52:54:00:00:09:01 10\.0\.9\.0\/30 10\.200\.7\.1\nhost /,
  );
  const both = { ...full, nics: full.nics.map((nic) => ({ ...nic, address6: 'fd00:1::4/64' })) };
  expect(guestConfig(both)).toContain('\nnic 52:54:00:00:09:01 10.200.7.4/24\nnic 52:54:00:00:09:01 fd00:1::4/64\n');
  const asking = { ...both, nics: both.nics.map((nic) => ({ ...nic, dhcp: true })) };
  expect(guestConfig(asking)).toContain('\nnic 52:54:00:00:09:01 dhcp\nnic 52:54:00:00:09:01 fd00:1::4/64\n');
  expect(forwardMac(vm.uuid)).toMatch(/^52:54:01(:[0-9a-f]{2}){3}$/);
});

test('the guest calls each NIC what is drawn, whatever numbers are missing, and those that are not drawn otherwise', () => {
  const vm = vmSpec(1, image, { internet: true, forwards: [{ protocol: 'tcp', guestPort: 22 }] });
  const [first, fifth] = [attachment(9, vm, 7, 4), attachment(10, vm, 7, 5)].map(({ source: { nic } }) => nic);
  if (!first || !fifth) throw new Error('no NICs');
  const lines = guestConfig({
    ...vm,
    nics: [
      { ...fifth, index: 5 },
      { ...first, index: 1 },
    ],
  }).split('\n');
  expect(lines.filter((line) => line.startsWith('call '))).toEqual([
    'call 52:54:00:00:0a:01 eth5',
    'call 52:54:00:00:09:01 eth1',
    `call ${forwardMac(vm.uuid)} forwards`,
    `call ${internetMac(vm.uuid)} internet`,
  ]);
  // where Linux finds them
  const places = nicPlaces();
  expect(places).toHaveLength(nicSlots);
  expect(nicDevice({ ...fifth, index: 5 }, vm).addr).toBe('0xc');
  expect(places[5]).toBe('0000:00:0c.0');
});

test('names and ids never become options: what a person may write adds no argument and ends none', () => {
  const { a } = pair({ a: 5, b: 6, edge: 3 }, image);
  const boot = {
    accelerator: 'tcg',
    files: kernel,
    hostPorts: new Map([['tcp:22' as const, 20_022]]),
    forwardAddress: '127.0.0.1',
  } as const;
  const forwards = [{ protocol: 'tcp' as const, guestPort: 22 }];
  const plain = vmArgs({ ...a, name: 'web', forwards }, boot);
  const evil = [
    '-device',
    'a,process=evil',
    'a,debug-threads=on',
    '-drive file=/etc/passwd',
    '$(id)',
    '`id`',
    '\n-S',
    '',
  ];
  for (const name of evil) {
    // the schema is what keeps them out: the name stands in `-name guest=…`
    expect(hostnameSchema.safeParse(name).success, name).toBe(false);
    // an image's source and name are read by the server and never reach QEMU
    const args = vmArgs({ ...a, name: 'web', forwards, image: { ...image, name, source: name } }, boot);
    expect(args).toEqual(plain);
  }
  for (const name of ['a', 'x'.repeat(63), '0-0', 'device', 'process']) {
    const args = vmArgs({ ...a, name, forwards }, boot);
    expect(args).toHaveLength(plain.length);
    expect(args.filter((arg, index) => arg !== plain[index])).toEqual([`guest=${name},process=trama-v5`]);
  }
});

test('a name that slipped past its schema still adds no option', () => {
  const { a } = pair({ a: 5, b: 6, edge: 3 }, image);
  const [name = ''] = after(
    vmArgs(
      { ...a, name: 'a,debug-threads=on' },
      { accelerator: 'tcg', files: kernel, hostPorts: new Map(), forwardAddress: '127.0.0.1' },
    ),
    '-name',
  );
  // QEMU reads `,,` as a comma of the value
  expect(name.replaceAll(',,', '').split(',')).toHaveLength(2);
});

test('what the guest is told is one statement a line, whatever its neighbours are called and its files say', () => {
  const files = [{ path: '/etc/motd', content: 'hostname evil\nnic \u00e9', mode: '0600' }];
  const vm = vmSpec(1, image, { name: 'web', hosts: [{ address: '10.0.0.2', name: 'db' }], files });
  expect(guestConfig(vm)).toContain(
    `\nfile 0600 /etc/motd ${Buffer.from(files[0]?.content ?? '').toString('base64')}\n`,
  );
  expect(
    guestConfig(vm)
      .split('\n')
      .filter((line) => line !== ''),
  ).toHaveLength(3);
  expect(guestConfig({ ...vm, hostname: 'web.example.org' })).toContain('hostname web.example.org\n');
});
