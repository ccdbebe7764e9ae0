import { createHash } from 'node:crypto';
import { bootIndex, diskArgs } from './disk-args';
import { environmentFiles } from './images/environment';
import { guestConfigName, guestPortName } from './images/tiny-guest';
import { ProviderError } from '#server/lib/provider-error';
import { say } from '#shared/sentence';
import { forwardKey, forwardText, type ForwardKey } from '#shared/topology/forward';
import { nicName } from '#shared/topology/nic-name';
import type { NicSpec, VmSpec } from '../provider';

/*
 * All paths that QEMU gets are relative to the slice's folder, its working directory: short enough for unix sockets,
 * without commas, and independent of whether its user may walk the folders above.
 */

export const qemuProgram = 'qemu-system-x86_64';
export type Accelerator = 'tcg' | 'kvm';

/** The folder of a VM, a network, the relay or the gateway to the internet inside its slice's folder: `v5`, `n7`, `relay`, `gw`. */
export type MachineName = TopologyMachine | typeof relayName | typeof gatewayName;
/** Of what is drawn. */
export type TopologyMachine = `v${number}` | `n${number}`;
export const relayName = 'relay';
export const gatewayName = 'gw';

/** The socket on which `owner` receives the edge's frames. */
export function edgeSocket(owner: MachineName, edgeId: number): string {
  return `${owner}/e${edgeId}`;
}

/** The socket on which a network receives what comes over a join with one of another slice. */
export function joinSocket(owner: MachineName, joinId: number): string {
  return `${owner}/j${joinId}`;
}

/** Beside the slices' folders: what each end of a join sends to. See `join-sockets.ts`. */
export const joinsFolder = 'joins';
export const joinOut = 'out';

/** What `owner` sends the edge's frames to: a symbolic link to the socket where they go, see `wires.ts`. */
export function wireOf(owner: MachineName, edgeId: number): string {
  return `${owner}/o${edgeId}`;
}

/** The socket on which the relay receives what `owner` sends into the edge. */
export function relaySocket(owner: MachineName, edgeId: number): string {
  return `${relayName}/${owner}.e${edgeId}`;
}

/** Where the relay is told what to do. By it its process is found again. */
export const relayControl = `${relayName}/control.sock`;

/** The port of a network's hub at which its server of addresses and names is: where each of the two receives. */
export function servicePort(networkId: number) {
  return { hub: `n${networkId}/svc`, server: `${relayName}/n${networkId}.svc` };
}

/** That port of the hub as `netdev_add` takes it, in the order in which it comes; it goes in the opposite one. */
export function serviceNetdevs(networkId: number) {
  const { hub, server } = servicePort(networkId);
  const ends = { local: { type: 'unix', path: hub }, remote: { type: 'unix', path: server } } as const;
  return [
    { type: 'dgram', id: 'svc', ...ends },
    { type: 'hubport', id: 'svcport', hubid: 0, netdev: 'svc' },
  ] as const;
}

/** QEMU's monitor. Every machine has it on its command line, by which a machine is found again. */
export function monitorSocket(name: MachineName): string {
  return `${name}/qmp.sock`;
}

/** The socket of the VM's port for what the server has to tell its guest: see {@link guestPortName}. */
export function guestSocket(name: MachineName): string {
  return `${name}/guest.sock`;
}

/** The socket of the port of the guest agent, in a VM with a disk. */
export function agentSocket(name: MachineName): string {
  return `${name}/agent.sock`;
}

/** By it the guest agent finds its port. */
const agentPortName = 'org.qemu.guest_agent.0';

/** What a NIC is connected to: the machine that holds the other end. */
export function peerOf(nic: NicSpec): MachineName {
  return 'vmId' in nic.peer ? `v${nic.peer.vmId}` : `n${nic.peer.networkId}`;
}

/** One end of an edge as `netdev_add` takes it; {@link netdevOption} writes the same for the command line. */
export function dgramNetdev(owner: MachineName, edgeId: number) {
  return {
    type: 'dgram',
    id: `net${edgeId}`,
    local: { type: 'unix', path: edgeSocket(owner, edgeId) },
    remote: { type: 'unix', path: wireOf(owner, edgeId) },
  } as const;
}

/*
 * PCI slots. The guest numbers its interfaces along them, so that each NIC has the slot of its number, wherever it was added and
 * whatever was removed before. 0 and 1 are the board's, 2 to 4 are taken by the devices on the command line that name none, 5 is that of disks, 6 that
 * of a screen; the NICs of forwards and of the internet come last.
 */
const firstNicSlot = 7;
const diskSlot = 5;
const lastSlot = 31;
/** NICs that a VM has room for, besides those. */
export const nicSlots = lastSlot - firstNicSlot;
const slot = (number: number) => `0x${number.toString(16)}`;

/** Where a guest finds the NIC of each number, as Linux writes it. */
export function nicPlaces(): string[] {
  return Array.from(
    { length: nicSlots },
    (_, index) => `0000:00:${(firstNicSlot + index).toString(16).padStart(2, '0')}.0`,
  );
}

export const nicId = (edgeId: number) => `nic${edgeId}`;

/** A NIC of a VM, with a ROM that boots from its network where the VM is to be booted from that, too. */
export function nicDevice(nic: NicSpec, vm: Pick<VmSpec, 'image' | 'boot'>) {
  if (nic.index >= nicSlots) throw new ProviderError('UNSUPPORTED', say('VM_NIC_TOO_MANY'), false);
  const bootindex = bootIndex(vm, 'network', nic.index);
  return {
    driver: 'virtio-net-pci',
    id: nicId(nic.edgeId),
    netdev: `net${nic.edgeId}`,
    mac: nic.mac,
    // virtio tells the guest, whose driver has it from the start and sends nothing larger (virtio 1.2, 5.1.4)
    ...(nic.mtu !== undefined && { host_mtu: nic.mtu }),
    addr: slot(firstNicSlot + nic.index),
    ...(bootindex === null ? { romfile: '' } : { bootindex }),
  } as const;
}

/** The chardev of a VM's console. */
export const consoleDevice = 'ser0';

/** Where a VM receives what comes from the internet. */
export const internetSocket = 'inet';

/** The two ends of the way between a VM and its slice's gateway: the VM's, and the gateway's. */
export function internetNetdevs(vmId: number) {
  const own = { type: 'unix', path: `v${vmId}/${internetSocket}` } as const;
  const far = { type: 'unix', path: `${gatewayName}/v${vmId}` } as const;
  const vm = { type: 'dgram', id: 'inet', local: own, remote: far } as const;
  return { vm, gateway: { type: 'dgram', id: `vm${vmId}`, local: far, remote: own } as const };
}

function netdevOption(netdev: { id: string; local: { path: string }; remote: { path: string } }): string {
  return `dgram,id=${netdev.id},local.type=unix,local.path=${netdev.local.path},remote.type=unix,remote.path=${netdev.remote.path}`;
}

/** The MAC of the NIC that carries forwards, made from the VM's uuid (locally administered, unicast). */
export function forwardMac(uuid: string): string {
  return macOf('52:54:01', `forward ${uuid}`);
}

/** The same of a network's server, made from the uuid of the network's process. */
export function serviceMac(uuid: string): string {
  return macOf('52:54:03', `service ${uuid}`);
}

/** The same of the NIC that leads to the internet. */
export function internetMac(uuid: string): string {
  return macOf('52:54:02', `internet ${uuid}`);
}

function macOf(maker: string, name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${maker}:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4, 6)}`;
}

/** MACs of the NICs that are of no edge, of which a guest asks for its address itself, by what their interfaces are called there. */
export function macsByDhcp({ uuid, forwards, internet }: VmSpec): { forwards: string | null; internet: string | null } {
  return {
    forwards: forwards.length > 0 ? forwardMac(uuid) : null,
    internet: internet ? internetMac(uuid) : null,
  };
}

/** Of the network of the NIC that carries forwards: QEMU's own address there, and the one that its guest is given. */
export const forwardHost = '198.18.0.2';
export const forwardGuest = '198.18.0.15';

/**
 * That network, as `netdev_add` takes it: reserved for benchmarks (RFC 2544), so that no edge's subnet meets it. Restricted: the guest reaches
 * nothing through it, neither the host's own ports nor the internet.
 */
export const forwardNetdev = {
  ...{ type: 'user', id: 'fwd', restrict: true, ipv6: false },
  ...{ net: '198.18.0.0/24', host: forwardHost, dhcpstart: forwardGuest },
} as const;

export const forwardNicId = 'fwdnic';
/** Where it is in a process that has been given it later, beside the NIC that leads to the internet: a function can be added to no slot that is in use. That of the last NIC that there may be. */
const spareSlot = lastSlot - 1;

/** The NIC that carries forwards, as a process that runs is given it; `beside` that which leads to the internet. */
export function forwardNicDevice(uuid: string, { beside }: { beside: boolean }) {
  const addr = slot(beside ? spareSlot : lastSlot);
  const mac = forwardMac(uuid);
  return { driver: 'virtio-net-pci', id: forwardNicId, netdev: forwardNetdev.id, mac, addr, romfile: '' } as const;
}

/** The uuid of a process without a machine, made from its folder. */
export function uuidOf(path: string): string {
  const hex = createHash('sha256').update(path).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Without privileges, without children, without anything that is not on the command line. */
function base(name: MachineName, uuid: string): string[] {
  return [
    '-uuid',
    uuid,
    '-nodefaults',
    '-no-user-config',
    '-display',
    'none',
    '-sandbox',
    'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny',
    '-chardev',
    `socket,id=qmp,path=${monitorSocket(name)},server=on,wait=off`,
    '-mon',
    'chardev=qmp,mode=control',
  ];
}

export interface VmBoot {
  accelerator: Accelerator;
  /** Relative to the slice's folder. */
  files: { kind: 'kernel'; kernel: string; initrd: string } | { kind: 'disk' };
  hostPorts: ReadonlyMap<ForwardKey, number>;
  /** Address of the host on which they listen. */
  forwardAddress: string;
  /** The PCI slot that the NIC of forwards has, also where there are none any more; null: it is not there. Not told: the usual, where there are forwards. */
  forwardNic?: number | null | undefined;
}

/**
 * What the kernel of a guest is told. `no_timer_check`: at its start it waits for a few ticks of the timer and panics when none comes
 * ("IO-APIC + timer doesn't work"), as on a busy machine without KVM one boot in some hundreds did. QEMU's timer works.
 */
const kernelArguments = 'console=ttyS0 quiet no_timer_check';

/** MiB that a screen has of its own, as QEMU has it by default; a guest that shows text touches a few of them. */
export const screenRamMb = 16;

/** Where a VM's RFB server listens. */
export function screenSocket(name: MachineName): string {
  return `${name}/vnc.sock`;
}

/**
 * A screen, and a pointer that knows places instead of moves, in two functions of the last slot before the NICs'. Who connects says nothing of
 * others ("share"): many look at once.
 */
function graphicsArgs(name: MachineName): string[] {
  const at = slot(firstNicSlot - 1);
  return [
    '-device',
    `VGA,id=screen,addr=${at}.0,multifunction=on`,
    '-device',
    `qemu-xhci,id=usb,addr=${at}.1`,
    '-device',
    'usb-tablet,bus=usb.0',
    '-vnc',
    `unix:${screenSocket(name)},share=ignore`,
  ];
}

/**
 * MiB at most of what TCG keeps of the guest's code, translated. A small guest's fits; a distribution's, with its Python, would be thrown away
 * and translated anew all the time: in 16 MiB Debian's first boot takes more than twice the processor's time that it takes in 64.
 */
const translatedMb = { kernel: 16, disk: 64 };

/** The argument vector of a VM's QEMU. */
export function vmArgs(vm: VmSpec, boot: VmBoot): string[] {
  const name: MachineName = `v${vm.id}`;
  const accelerator =
    boot.accelerator === 'kvm'
      ? ['-accel', 'kvm', '-cpu', 'host']
      : ['-accel', `tcg,tb-size=${translatedMb[boot.files.kind]},thread=multi`];
  const args = [
    '-name',
    // a comma would begin another option: doubled, it is one of the name
    `guest=${vm.name.replaceAll(',', ',,')},process=trama-${name}`,
    ...base(name, vm.uuid),
    '-machine',
    'pc',
    ...accelerator,
    '-m',
    String(vm.ramMb),
    '-smp',
    String(vm.vcpus),
    // a guest that panicked stays to be seen, also by a server that was not there when it happened
    '-action',
    'panic=pause',
    '-device',
    'pvpanic-pci',
    '-device',
    'virtio-rng-pci',
    // appended to, so that the server can cut the log while QEMU writes it
    '-chardev',
    `socket,id=${consoleDevice},path=${name}/ser.sock,server=on,wait=off,logfile=${name}/ser.log,logappend=on`,
    '-serial',
    `chardev:${consoleDevice}`,
    '-device',
    'virtio-serial-pci,id=ports,max_ports=3',
    '-chardev',
    `socket,id=guest,path=${guestSocket(name)},server=on,wait=off`,
    '-device',
    `virtserialport,bus=ports.0,chardev=guest,name=${guestPortName}`,
  ];
  args.push(...diskArgs(vm, slot(diskSlot)));
  if (boot.files.kind === 'kernel') {
    args.push('-kernel', boot.files.kernel, '-initrd', boot.files.initrd, '-append');
    // of several consoles the last one is that of the kernel's first program
    args.push(vm.graphics ? `console=tty0 ${kernelArguments}` : kernelArguments);
    args.push('-fw_cfg', `name=${guestConfigName},file=${name}/config`);
  } else {
    args.push('-chardev', `socket,id=agent,path=${agentSocket(name)},server=on,wait=off`);
    args.push('-device', `virtserialport,bus=ports.0,chardev=agent,name=${agentPortName}`);
    args.push('-drive', `file=${name}/seed.iso,format=raw,if=ide,media=cdrom,readonly=on`);
  }
  if (vm.graphics) args.push(...graphicsArgs(name));
  return [...args, ...nicArgs(vm, boot)];
}

type ForwardBoot = Pick<VmBoot, 'hostPorts' | 'forwardAddress' | 'forwardNic'>;

/** NICs, and what their frames go to. Each has the slot of its number, whatever its place on the command line. */
function nicArgs(vm: VmSpec, boot: ForwardBoot): string[] {
  const name: MachineName = `v${vm.id}`;
  const args: string[] = [];
  for (const nic of vm.nics.toSorted((a, b) => a.index - b.index)) {
    const { driver, ...device } = nicDevice(nic, vm);
    args.push('-netdev', netdevOption(dgramNetdev(name, nic.edgeId)));
    args.push('-device', [driver, ...Object.entries(device).map(([name, value]) => `${name}=${value}`)].join(','));
  }
  const { forwardNic = vm.forwards.length > 0 ? lastSlot : null } = boot;
  const shared = forwardNic === lastSlot && vm.internet;
  if (forwardNic !== null) {
    // those of UDP are not QEMU's, see `vm-forwards.ts`
    const forwards = vm.forwards.flatMap((forward) => {
      const hostPort = boot.hostPorts.get(forwardKey(forward));
      if (hostPort === undefined) throw new Error(`No host port for guest port ${forwardText(forward)}`);
      return forward.protocol === 'tcp'
        ? [`,hostfwd=tcp:${boot.forwardAddress}:${hostPort}-:${forward.guestPort}`]
        : [];
    });
    const { id, net, host, dhcpstart } = forwardNetdev;
    const network = `net=${net},host=${host},dhcpstart=${dhcpstart}`;
    args.push('-netdev', `user,id=${id},restrict=on,ipv6=off,${network}${forwards.join('')}`);
    const addr = `${slot(forwardNic)}${shared ? ',multifunction=on' : ''}`;
    args.push(
      '-device',
      `virtio-net-pci,id=${forwardNicId},netdev=${id},mac=${forwardMac(vm.uuid)},addr=${addr},romfile=`,
    );
  }
  if (vm.internet) {
    // two NICs in the last slot are two functions of it
    const addr = shared ? `${slot(lastSlot)}.1` : slot(lastSlot);
    const mac = internetMac(vm.uuid);
    args.push('-netdev', netdevOption(internetNetdevs(vm.id).vm));
    args.push('-device', `virtio-net-pci,id=inetnic,netdev=inet,mac=${mac},addr=${addr},romfile=`);
  }
  return args;
}

/** The two netdevs of a join in a network's hub: what its frames go through, and the hub's port. */
export function joinNetdevs(owner: MachineName, sliceId: number, joinId: number) {
  const local = { type: 'unix', path: joinSocket(owner, joinId) } as const;
  const remote = { type: 'unix', path: `../${joinsFolder}/${joinId}/s${sliceId}/${joinOut}` } as const;
  return [
    { type: 'dgram', id: `join${joinId}`, local, remote },
    { type: 'hubport', id: `joinport${joinId}`, hubid: 0, netdev: `join${joinId}` },
  ] as const;
}

/** Where the hub's drain receives nothing. */
export function drainSocket(name: MachineName): string {
  return `${name}/drain`;
}

/** The argument vector of a gateway's QEMU: no machine, and no guest yet. */
export function gatewayArgs(uuid: string): string[] {
  return ['-name', 'guest=trama-gateway', ...base(gatewayName, uuid), '-machine', 'none'];
}

/**
 * The argument vector of a network's QEMU: no machine, only a hub that every attachment is a port of, and a drain. A hub of which no other
 * port takes a frame stops reading, and who sends to it asks without a pause whether its socket has room again (to `poll` an unconnected
 * one always has): the one VM on a network used up a processor, and its guest could send nothing more. What the drain is given goes to
 * a socket that nobody has.
 */
export function networkArgs(
  { sliceId, id: networkId }: { sliceId: number; id: number },
  uuid: string,
  {
    attachments,
    joins,
    dhcp = false,
  }: { attachments: readonly Attachment[]; joins: readonly { id: number }[]; dhcp?: boolean },
): string[] {
  const name: MachineName = `n${networkId}`;
  const drain = `dgram,id=drain,local.type=unix,local.path=${drainSocket(name)},remote.type=unix,remote.path=${name}/nobody`;
  const ports = attachments.flatMap(({ edgeId }) => [
    '-netdev',
    netdevOption(dgramNetdev(name, edgeId)),
    '-netdev',
    `hubport,id=port${edgeId},hubid=0,netdev=net${edgeId}`,
  ]);
  const drained = ['-netdev', drain, '-netdev', 'hubport,id=drainport,hubid=0,netdev=drain'];
  const plugged = ([netdev, port]: ReturnType<typeof serviceNetdevs | typeof joinNetdevs>) => [
    ...['-netdev', netdevOption(netdev)],
    ...['-netdev', `hubport,id=${port.id},hubid=0,netdev=${port.netdev}`],
  ];
  const joined = joins.flatMap((join) => plugged(joinNetdevs(name, sliceId, join.id)));
  const served = dhcp ? plugged(serviceNetdevs(networkId)) : [];
  const own = ['-name', `guest=trama-${name}`, ...base(name, uuid), '-machine', 'none'];
  return [...own, ...drained, ...ports, ...joined, ...served];
}

export interface Attachment {
  edgeId: number;
  vmId: number;
}

/** What the tiny guest, or any kernel image that reads `opt/trama/config`, is told: one statement a line. */
export function guestConfig(vm: VmSpec): string {
  const others = Object.entries(macsByDhcp(vm)).flatMap(([name, mac]) => (mac === null ? [] : [[name, mac] as const]));
  const macs = new Map(vm.nics.map(({ edgeId, mac }) => [edgeId, mac]));
  const lines = [
    `hostname ${vm.hostname || vm.name}`,
    ...(vm.router ? ['router'] : []),
    ...vm.nics.flatMap(({ mac, address, address6, dhcp: asks }) => [
      `nic ${mac} ${asks === true ? 'dhcp' : address}`,
      ...(address6 === undefined ? [] : [`nic ${mac} ${address6}`]),
    ]),
    ...others.map(([, mac]) => `nic ${mac} dhcp`),
    ...vm.nics.map(({ mac, index }) => `call ${mac} ${nicName(index)}`),
    ...others.map(([name, mac]) => `call ${mac} ${name}`),
    ...vm.routes.map(({ to, via, edgeId }) => `route ${macs.get(edgeId) ?? ''} ${to} ${via}`),
    ...vm.hosts.map(({ address, name }) => `host ${address} ${name}`),
    ...[...environmentFiles(vm), ...vm.files].map(
      ({ path, content, mode }) => `file ${mode} ${path} ${Buffer.from(content).toString('base64')}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** Options that only a process that reads a memory at its start has, with or without a value. */
const incoming = new Map([
  ['-incoming', 2],
  ['-S', 1],
]);

/**
 * The command line of a process that shall go on with the memory of another one, which had `args`: the same devices in the same
 * places, NICs that came or went while it ran too, and forwards where they can listen now.
 */
export function argsToResume(args: readonly string[], vm: VmSpec, boot: ForwardBoot): string[] {
  const kept: string[] = [];
  for (let at = 0; at < args.length;) {
    const option = args[at] ?? '';
    const value = args[at + 1] ?? '';
    const isNic =
      (option === '-netdev' && /^(dgram,id=(net\d+|inet)|user,id=fwd),/.test(value)) ||
      (option === '-device' && /^virtio-net-pci,id=(nic\d+|fwdnic|inetnic),/.test(value));
    const skipped = incoming.get(option) ?? (isNic ? 2 : 0);
    if (skipped === 0) kept.push(option);
    at += Math.max(1, skipped);
  }
  return [...kept, ...nicArgs(vm, boot)];
}
