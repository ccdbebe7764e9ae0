import type { Problem } from '../errors';
import { limits } from '../limits';
import { hostnameSchema, isReservedHostname, nameSchema } from '../primitives';
import { addressingProblemCodes, addressingProblems } from './validate-addressing';
import { annotationsOf } from './annotations';
import type { Catalogue } from './catalogue';
import { bootDevices } from './disk';
import { forwardKey, forwardText } from './forward';
import { drawnProblemCodes } from './parameters/problems';
import { expansionProblems, parameterProblems } from './parameters/validate';
import type { Topology, TopologyVm } from './schema';
import { sizeOf } from './size';
import { cyclesOf } from './start-order';
import { fillVariables, hasVariables, variablesOf } from './variables';

/** Everything that `validateTopology` may find. Stable: the client translates by them. */
export const topologyProblemCodes = [
  'DUPLICATE_KEY',
  'VM_NAME_INVALID',
  'VM_NAME_RESERVED',
  'DUPLICATE_VM_NAME',
  'NETWORK_NAME_INVALID',
  'DUPLICATE_NETWORK_NAME',
  'DUPLICATE_FORWARD',
  'DUPLICATE_DISK',
  'DUPLICATE_BOOT',
  'BOOT_UNKNOWN',
  'BOOT_OF_KERNEL',
  'DUPLICATE_FILE',
  'DUPLICATE_VARIABLE',
  'VARIABLE_UNKNOWN',
  'USER_DATA_NOT_TAKEN',
  'PASSWORD_NOT_TAKEN',
  'USER_DATA_NOT_YAML',
  'USER_DATA_NOT_CONFIG',
  'START_AFTER_UNKNOWN',
  'START_AFTER_CYCLE',
  'READY_PORT_NOT_FORWARDED',
  'EDGE_DANGLING',
  'EDGE_SELF_LOOP',
  'EDGE_SOURCE_NOT_VM',
  'TOO_MANY_NICS',
  'FLAVOUR_UNKNOWN',
  'FLAVOUR_RETIRED',
  'IMAGE_UNKNOWN',
  'IMAGE_RETIRED',
  'IMAGE_NEEDS_RAM',
  'IMAGE_NEEDS_DISK',
  'SIZE_NEEDS_RAM',
  'SIZE_NOT_ALLOWED',
  ...addressingProblemCodes,
  ...drawnProblemCodes,
] as const;
export type TopologyProblemCode = (typeof topologyProblemCodes)[number];
export type TopologyProblem = Problem & { code: TopologyProblemCode };

/** Names and keys are compared as the database compares them: without regard to case. */
const folded = (text: string) => text.toLowerCase();

/**
 * Everything that is wrong with a drawing, in the order VMs, networks, edges, addresses; an empty list says that it can be saved.
 * Pure: the server refuses with it (INVALID_TOPOLOGY), the editor shows it while one draws.
 *
 * Without `catalogue` flavours and images are not looked at. A retired flavour or image is refused only where it is
 * newly chosen: a VM that had it already in `base` (the revision that the drawing started from, found by the VM's key)
 * keeps it, so that retiring something never makes an existing drawing impossible to save, to duplicate or to deploy.
 *
 * A drawing with parameters or replicas is checked as it is drawn, and if nothing is wrong with that, as what its defaults make of it.
 *
 * Allowed on purpose: parallel links between two VMs, two attachments of one VM to one network, VMs without any link.
 */
export function validateTopology(topology: Topology, catalogue?: Catalogue, base?: Topology): TopologyProblem[] {
  const drawn = [...problemsOf(topology, catalogue, base), ...parameterProblems(topology)];
  // flavours and images are as drawn
  return drawn.length > 0 ? drawn : expansionProblems(topology, (expanded) => problemsOf(expanded));
}

function problemsOf(topology: Topology, catalogue?: Catalogue, base?: Topology): TopologyProblem[] {
  return [
    ...duplicateKeys(topology),
    ...vmNameProblems(topology),
    ...networkNameProblems(topology),
    ...forwardProblems(topology),
    ...diskProblems(topology),
    ...fileProblems(topology),
    ...environmentProblems(topology),
    ...variableProblems(topology),
    ...orderProblems(topology),
    ...(catalogue === undefined ? [] : catalogueProblems(topology, catalogue, base)),
    ...edgeProblems(topology),
    ...nicProblems(topology),
    ...addressingProblems(topology),
  ];
}

/** Calls `report` for each item whose `text` an earlier one has, without regard to case unless it is `exact`. */
function repeats<Item>(
  items: readonly Item[],
  text: (item: Item) => string,
  report: (item: Item) => void,
  { exact = false } = {},
): void {
  const seen = new Set<string>();
  for (const item of items) {
    const value = exact ? text(item) : folded(text(item));
    if (seen.has(value)) report(item);
    seen.add(value);
  }
}

function duplicateKeys(topology: Topology): TopologyProblem[] {
  const problems: TopologyProblem[] = [];
  // VMs and networks share one name space: an edge names its target by the key alone; annotations are chosen as they are
  repeats<{ key: string }>(
    [...topology.vms, ...topology.networks, ...annotationsOf(topology)],
    (node) => node.key,
    ({ key }) =>
      problems.push({
        code: 'DUPLICATE_KEY',
        message: `Two nodes have the key ${key}.`,
        node: key,
        field: 'key',
        params: { key },
      }),
  );
  repeats(
    topology.edges,
    (edge) => edge.key,
    ({ key }) =>
      problems.push({
        code: 'DUPLICATE_KEY',
        message: `Two edges have the key ${key}.`,
        edge: key,
        field: 'key',
        params: { key },
      }),
  );
  return problems;
}

function vmNameProblems(topology: Topology): TopologyProblem[] {
  const problems: TopologyProblem[] = [];
  for (const vm of topology.vms) {
    if (isReservedHostname(vm.name))
      problems.push({
        code: 'VM_NAME_RESERVED',
        message: `“${vm.name}” is what every machine calls itself or its network. Choose another name.`,
        node: vm.key,
        field: 'name',
        params: { name: vm.name },
      });
    if (!hostnameSchema.safeParse(vm.name).success)
      problems.push({
        code: 'VM_NAME_INVALID',
        message: `“${vm.name}” is not a host name: letters, digits and hyphens, at most ${limits.nameLength} characters.`,
        node: vm.key,
        field: 'name',
        params: { name: vm.name, max: limits.nameLength },
      });
  }
  repeats(
    topology.vms,
    (vm) => vm.name,
    (vm) =>
      problems.push({
        code: 'DUPLICATE_VM_NAME',
        message: `Two VMs are called ${vm.name}.`,
        node: vm.key,
        field: 'name',
        params: { name: vm.name },
      }),
  );
  return problems;
}

function networkNameProblems(topology: Topology): TopologyProblem[] {
  const problems: TopologyProblem[] = [];
  for (const network of topology.networks)
    if (!nameSchema.safeParse(network.name).success)
      problems.push({
        code: 'NETWORK_NAME_INVALID',
        message: `“${network.name}” cannot be the name of a network.`,
        node: network.key,
        field: 'name',
        params: { name: network.name },
      });
  repeats(
    topology.networks,
    (network) => network.name,
    (network) =>
      problems.push({
        code: 'DUPLICATE_NETWORK_NAME',
        message: `Two networks are called ${network.name}.`,
        node: network.key,
        field: 'name',
        params: { name: network.name },
      }),
  );
  return problems;
}

function forwardProblems(topology: Topology): TopologyProblem[] {
  const problems: TopologyProblem[] = [];
  for (const vm of topology.vms)
    repeats(vm.forwards, forwardKey, (forward) =>
      problems.push({
        code: 'DUPLICATE_FORWARD',
        message: `${vm.name} forwards its port ${forwardText(forward)} twice.`,
        node: vm.key,
        field: 'forwards',
        params: { vm: vm.name, port: forwardText(forward) },
      }),
    );
  return problems;
}

/** Extra disks, and what a VM is booted from. */
function diskProblems(topology: Topology): TopologyProblem[] {
  return topology.vms.flatMap((vm) => {
    const problems: TopologyProblem[] = [];
    const report = (code: TopologyProblemCode, field: keyof TopologyVm, label: string, message: string) =>
      problems.push({ code, message, node: vm.key, field, params: { vm: vm.name, label } });
    const labels = vm.disks.map(({ label }) => label);
    const same = (text: string) => text;
    repeats(labels, same, (label) =>
      report('DUPLICATE_DISK', 'disks', label, `${vm.name} has two extra disks called ${label}.`),
    );
    repeats(vm.boot, same, (label) =>
      report('DUPLICATE_BOOT', 'boot', label, `${vm.name} is to be booted twice from ${label}.`),
    );
    const known = new Set<string>([...bootDevices, ...labels]);
    for (const label of new Set(vm.boot))
      if (!known.has(label))
        report(
          'BOOT_UNKNOWN',
          'boot',
          label,
          `${vm.name} is to be booted from the extra disk ${label}, which it does not have.`,
        );
    return problems;
  });
}

function fileProblems(topology: Topology): TopologyProblem[] {
  const problems: TopologyProblem[] = [];
  for (const vm of topology.vms)
    repeats(
      vm.files,
      ({ path }) => path,
      ({ path }) =>
        problems.push({
          code: 'DUPLICATE_FILE',
          message: `${vm.name} has the start-up file ${path} twice.`,
          node: vm.key,
          field: 'files',
          params: { vm: vm.name, path },
        }),
    );
  return problems;
}

function environmentProblems(topology: Topology): TopologyProblem[] {
  const problems: TopologyProblem[] = [];
  for (const vm of topology.vms)
    repeats(
      vm.environment,
      ({ name }) => name,
      ({ name }) =>
        problems.push({
          code: 'DUPLICATE_VARIABLE',
          message: `${vm.name} has the environment variable ${name} twice.`,
          node: vm.key,
          field: 'environment',
          params: { vm: vm.name, name },
        }),
      { exact: true },
    );
  return problems;
}

/** Variables that there are not, in start-up files, environment, user-data and commands. */
function variableProblems(topology: Topology): TopologyProblem[] {
  return topology.vms.flatMap((vm) => {
    const texts = [
      ...vm.files.map(({ path, content }) => ({ field: 'files', place: path, text: content })),
      { field: 'userData', place: 'user-data', text: vm.userData },
      ...vm.environment.map(({ name, value }) => ({ field: 'environment', place: name, text: value })),
      { field: 'exec', place: 'exec', text: vm.exec.join('\n') },
    ].filter(({ text }) => hasVariables(text));
    if (texts.length === 0) return [];
    const lookup = variablesOf(topology, vm, null);
    return texts.flatMap(({ field, place, text }) =>
      fillVariables(text, lookup).unknown.map(({ variable, line }): TopologyProblem => ({
        code: 'VARIABLE_UNKNOWN',
        message: `${vm.name}: there is no {{ ${variable} }}, in line ${line} of ${place}. Written as \\{{ ${variable} }} it stays as it is.`,
        node: vm.key,
        field,
        params: { vm: vm.name, variable, line, place },
      })),
    );
  });
}

/** VMs that wait for what is not there or, over others, for themselves, and gates that can never open. */
function orderProblems(topology: Topology): TopologyProblem[] {
  const vms = new Map(topology.vms.map((vm) => [vm.key, vm]));
  const inCycles = cyclesOf(topology.vms);
  return topology.vms.flatMap((vm): TopologyProblem[] => {
    const problems: TopologyProblem[] = [];
    for (const key of new Set(vm.startAfter))
      if (!vms.has(key))
        problems.push({
          code: 'START_AFTER_UNKNOWN',
          message: `${vm.name} is to be started after ${key}, which does not exist.`,
          node: vm.key,
          field: 'startAfter',
          params: { vm: vm.name, key },
        });
    const cycle = inCycles.get(vm.key);
    if (cycle !== undefined) {
      const names = cycle.map((key) => vms.get(key)?.name ?? key);
      const path = (names.length > 8 ? [...names.slice(0, 4), '…', ...names.slice(-3)] : names).join(' → ');
      problems.push({
        code: 'START_AFTER_CYCLE',
        message: `${vm.name} waits for itself: ${path}.`,
        node: vm.key,
        field: 'startAfter',
        params: { vm: vm.name, path },
      });
    }
    const port = vm.ready?.tcpPort;
    if (port !== undefined && !vm.forwards.some(({ protocol, guestPort }) => protocol === 'tcp' && guestPort === port))
      problems.push({
        code: 'READY_PORT_NOT_FORWARDED',
        message: `${vm.name} is ready when its port ${port} answers, which is not forwarded by TCP.`,
        node: vm.key,
        field: 'ready',
        params: { vm: vm.name, port },
      });
    return problems;
  });
}

function catalogueProblems(topology: Topology, catalogue: Catalogue, base: Topology | undefined): TopologyProblem[] {
  const flavours = new Map(catalogue.flavours.map((flavour) => [flavour.id, flavour]));
  const images = new Map(catalogue.images.map((image) => [image.id, image]));
  const before = new Map((base?.vms ?? []).map((vm) => [folded(vm.key), vm]));
  return topology.vms.flatMap((vm) => {
    const old = before.get(folded(vm.key));
    const flavour = flavours.get(vm.flavourId);
    const image = images.get(vm.imageId);
    const problems: TopologyProblem[] = [];
    const report = (
      code: TopologyProblemCode,
      field: keyof TopologyVm,
      message: string,
      params: Record<string, string | number> = {},
    ) => problems.push({ code, message, node: vm.key, field, params: { vm: vm.name, ...params } });

    if (flavour === undefined) report('FLAVOUR_UNKNOWN', 'flavourId', `${vm.name} has a flavour that does not exist.`);
    else if (flavour.retiredAt !== null && old?.flavourId !== flavour.id)
      report('FLAVOUR_RETIRED', 'flavourId', `${vm.name} cannot take the flavour ${flavour.name}: it was retired.`, {
        flavour: flavour.name,
      });
    if (image === undefined) report('IMAGE_UNKNOWN', 'imageId', `${vm.name} has an image that does not exist.`);
    else if (image.retiredAt !== null && old?.imageId !== image.id)
      report('IMAGE_RETIRED', 'imageId', `${vm.name} cannot take the image ${image.name}: it was retired.`, {
        image: image.name,
      });

    if (image?.kind === 'kernel' && vm.userData.trim() !== '')
      report('USER_DATA_NOT_TAKEN', 'userData', `${vm.name}: the image ${image.name} takes no user-data.`, {
        image: image.name,
      });
    if (image?.kind === 'kernel' && vm.boot.length > 0)
      report('BOOT_OF_KERNEL', 'boot', `${vm.name}: the image ${image.name} boots its own kernel, in no other order.`, {
        image: image.name,
      });
    if (image?.kind === 'kernel' && vm.password !== 'builtin')
      report('PASSWORD_NOT_TAKEN', 'password', `${vm.name}: the image ${image.name} asks nobody for a password.`, {
        image: image.name,
      });
    if (flavour === undefined || image === undefined) return problems;
    const pair = { image: image.name, flavour: flavour.name };
    const { ramMb } = sizeOf(vm, flavour);
    if (image.minRamMb > ramMb && vm.ownSize?.ramMb !== undefined)
      report(
        'SIZE_NEEDS_RAM',
        'ownSize',
        `${vm.name}: the image ${image.name} needs ${image.minRamMb} MiB of RAM, its own size has ${ramMb}.`,
        { image: image.name, needed: image.minRamMb, given: ramMb },
      );
    else if (image.minRamMb > ramMb)
      report(
        'IMAGE_NEEDS_RAM',
        'flavourId',
        `${vm.name}: the image ${image.name} needs ${image.minRamMb} MiB of RAM, ${flavour.name} has ${flavour.ramMb}.`,
        { ...pair, needed: image.minRamMb, given: flavour.ramMb },
      );
    if (image.minDiskGb > flavour.diskGb)
      report(
        'IMAGE_NEEDS_DISK',
        'flavourId',
        `${vm.name}: the image ${image.name} needs ${image.minDiskGb} GiB of disk, ${flavour.name} has ${flavour.diskGb}.`,
        { ...pair, needed: image.minDiskGb, given: flavour.diskGb },
      );
    return problems;
  });
}

function edgeProblems(topology: Topology): TopologyProblem[] {
  const vms = new Map(topology.vms.map((vm) => [vm.key, vm]));
  const networks = new Map(topology.networks.map((network) => [network.key, network]));
  return topology.edges.flatMap((edge): TopologyProblem[] => {
    const dangling = (['source', 'target'] as const).filter((end) => !vms.has(edge[end]) && !networks.has(edge[end]));
    if (dangling.length > 0)
      return dangling.map((end) => ({
        code: 'EDGE_DANGLING',
        message: `The edge ${edge.key} leads to ${edge[end]}, which does not exist.`,
        edge: edge.key,
        field: end,
        params: { edge: edge.key, node: edge[end] },
      }));
    if (edge.source === edge.target) {
      const name = vms.get(edge.source)?.name ?? networks.get(edge.source)?.name ?? edge.source;
      return [
        {
          code: 'EDGE_SELF_LOOP',
          message: `The edge ${edge.key} connects ${name} with itself.`,
          edge: edge.key,
          field: 'target',
          params: { edge: edge.key, name },
        },
      ];
    }
    const source = networks.get(edge.source);
    if (source === undefined) return [];
    return [
      {
        code: 'EDGE_SOURCE_NOT_VM',
        message: `The edge ${edge.key} begins at the network ${source.name}: edges begin at a VM.`,
        edge: edge.key,
        field: 'source',
        params: { edge: edge.key, network: source.name },
      },
    ];
  });
}

function nicProblems(topology: Topology): TopologyProblem[] {
  const nics = new Map<string, number>();
  for (const edge of topology.edges)
    for (const key of [edge.source, edge.target]) nics.set(key, (nics.get(key) ?? 0) + 1);
  return topology.vms.flatMap((vm): TopologyProblem[] => {
    const count = nics.get(vm.key) ?? 0;
    if (count <= limits.nicsPerVm) return [];
    return [
      {
        code: 'TOO_MANY_NICS',
        message: `${vm.name} has ${count} links; a VM has at most ${limits.nicsPerVm}.`,
        node: vm.key,
        params: { vm: vm.name, count, max: limits.nicsPerVm },
      },
    ];
  });
}
