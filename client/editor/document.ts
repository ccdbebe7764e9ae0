import type { z } from 'zod';
import { limits } from '#shared/limits';
import { hostnameSchema, nameSchema } from '#shared/primitives';
import {
  annotationSchema,
  annotationsOf,
  withAnnotations,
  type Annotation,
  type AnnotationFields,
} from '#shared/topology/annotations';
import { parametersOf, withParameters } from '#shared/topology/parameters/parameters';
import { parametersSchema, type Parameter } from '#shared/topology/parameters/schema';
import { canonical } from '#shared/topology/properties';
import {
  newVm,
  topologyEdgeSchema,
  topologyNetworkSchema,
  topologyVmSchema,
  type Topology,
  type TopologyEdge,
  type TopologyNetwork,
  type TopologyVm,
} from '#shared/topology/schema';
import { withFreeAddresses } from './free-addresses';
import { countedName, takenNames, uniqueName } from './names';
import { overPresent, type WriteCommand } from './written';

/** What the editor edits. The topology always satisfies its schema; the name may be empty until it is saved. */
export interface Document {
  name: string;
  description: string;
  topology: Topology;
}

/** What a panel may change of VMs: everything but which one it is and where it stands. */
export type VmFields = Partial<Omit<TopologyVm, 'key' | 'x' | 'y'>>;
const vmFieldsSchema = topologyVmSchema.omit({ key: true, x: true, y: true }).partial();
/** What a panel may change of an edge; undefined: as of any cable. */
export type EdgeFields = Partial<
  Omit<TopologyEdge, 'key' | 'source' | 'target' | 'subnets' | 'sourceNic' | 'targetNic'>
>;
const edgeFieldsSchema = topologyEdgeSchema
  .omit({ key: true, source: true, target: true, subnets: true, sourceNic: true, targetNic: true })
  .partial();
/** Of a network, besides what VMs have alike. */
export type NetworkFields = Partial<
  Pick<TopologyNetwork, 'name' | 'ownSubnet' | 'ownRange' | 'ipv6' | 'mtu' | 'dhcp' | 'gateway' | 'gateway6'>
>;
const networkFieldsSchema = topologyNetworkSchema
  .pick({
    name: true,
    ownSubnet: true,
    ownRange: true,
    ipv6: true,
    mtu: true,
    dhcp: true,
    gateway: true,
    gateway6: true,
  })
  .partial();
/** What VMs and networks have alike that only the drawing shows. */
export type DrawnFields = Partial<Pick<TopologyNetwork, 'locked' | 'location'>>;
const drawnFieldsSchema = topologyNetworkSchema.pick({ locked: true, location: true }).partial();

/** Everything that changes a document. Keys of new things come with the command: the same commands, the same document. */
export type Command =
  | { type: 'addVm'; key: string; x: number; y: number; flavourId: number; imageId: number }
  | { type: 'addNetwork'; key: string; x: number; y: number }
  | { type: 'connect'; key: string; source: string; target: string }
  | { type: 'move'; moves: readonly { key: string; x: number; y: number }[] }
  | { type: 'setVms'; keys: readonly string[]; fields: VmFields }
  | { type: 'setNetwork'; key: string; fields: NetworkFields }
  | { type: 'setEdge'; key: string; fields: EdgeFields }
  /** Several edges in one step. */
  | { type: 'setEdges'; edges: readonly { key: string; fields: EdgeFields }[] }
  /** Of notes, labels, shapes and groups: each takes it if it has such fields, and they may be so. */
  | { type: 'setAnnotations'; keys: readonly string[]; fields: AnnotationFields }
  /** How what is drawn beside lies on each other: over all else of it, or under. */
  | { type: 'stack'; keys: readonly string[]; to: 'front' | 'back' }
  /** Of VMs and networks alike; the lock of annotations, too. */
  | { type: 'setDrawn'; keys: readonly string[]; fields: DrawnFields }
  /** Names of VMs and networks, all at once; those that may not be are left as they are. */
  | { type: 'rename'; names: readonly { key: string; name: string }[] }
  /** What is locked stays. */
  | { type: 'delete'; nodes: readonly string[]; edges: readonly string[] }
  /** A preset or what was copied: with keys that are new (see fragment.ts). */
  | { type: 'insert'; fragment: Topology }
  /** All of them. */
  | { type: 'setParameters'; parameters: readonly Parameter[] }
  /** Another topology in its place. */
  | { type: 'replace'; topology: Topology }
  | WriteCommand
  | { type: 'setDetails'; name?: string; description?: string };

const bound = 1_000_000;
const place = (value: number) => (Number.isFinite(value) ? Math.min(Math.max(Math.round(value), -bound), bound) : 0);

/** The document after the command; the very same one if the command changes nothing or must not be. Pure. */
export function applyCommand(document: Document, command: Command): Document {
  if (command.type === 'setDetails') return setDetails(document, command);
  if (command.type === 'write') return overPresent(document, command);
  const topology = applyToTopology(document.topology, command);
  return topology === document.topology ? document : { ...document, topology };
}

function setDetails(document: Document, { name, description }: { name?: string; description?: string }): Document {
  const next = {
    ...document,
    name: (name ?? document.name).slice(0, limits.nameLength),
    description: (description ?? document.description).slice(0, limits.descriptionLength),
  };
  return next.name === document.name && next.description === document.description ? document : next;
}

function applyToTopology(topology: Topology, command: Exclude<Command, { type: 'setDetails' | 'write' }>): Topology {
  switch (command.type) {
    case 'addVm': {
      const { key, x, y, flavourId, imageId } = command;
      const name = countedName('vm', takenNames(topology.vms));
      const vm = newVm({ key, name, flavourId, imageId, x, y });
      return insert(topology, { vms: [vm], networks: [], edges: [] });
    }
    case 'addNetwork': {
      const { key, x, y } = command;
      const name = countedName('net', takenNames(topology.networks));
      return insert(topology, { vms: [], networks: [{ key, name, x, y }], edges: [] });
    }
    case 'connect': {
      const { key, source, target } = command;
      if (source === target) return topology;
      return insert(topology, { vms: [], networks: [], edges: [{ key, source, target }] });
    }
    case 'insert':
      return insert(topology, command.fragment);
    case 'replace':
      return canonical(topology) === canonical(command.topology) ? topology : command.topology;
    case 'setParameters':
      return setParameters(topology, command.parameters);
    case 'move':
      return move(topology, command.moves);
    case 'setVms':
      return setVms(topology, new Set(command.keys), command.fields);
    case 'setNetwork': {
      const { name } = command.fields;
      const fields = networkFieldsSchema.safeParse(command.fields);
      const named = name === undefined ? undefined : nameSchema.safeParse(name);
      if (!fields.success || named?.success === false) return topology;
      return replaceNetworks(topology, (network) => {
        const next = { ...network, ...command.fields, ...(named && { name: named.data }) };
        return network.key !== command.key || canonical(next) === canonical(network) ? network : next;
      });
    }
    case 'setEdge':
      return setEdges(topology, [command]);
    case 'setEdges':
      return setEdges(topology, command.edges);
    case 'setAnnotations':
      return setAnnotations(topology, new Set(command.keys), command.fields);
    case 'stack':
      return stack(topology, new Set(command.keys), command.to);
    case 'setDrawn':
      return setDrawn(topology, new Set(command.keys), command.fields);
    case 'rename':
      return rename(topology, new Map(command.names.map(({ key, name }) => [key, name])));
    case 'delete':
      return remove(topology, new Set(command.nodes), new Set(command.edges));
  }
}

/** Adds everything of the fragment, with names and addresses that are free, or nothing if it does not fit or its keys are taken. */
function insert(topology: Topology, inserted: Topology): Topology {
  const fragment = withFreeAddresses(inserted, topology);
  const keys = new Set([...topology.vms, ...topology.networks, ...annotationsOf(topology)].map(({ key }) => key));
  const edgeKeys = new Set(topology.edges.map(({ key }) => key));
  const annotations = annotationsOf(fragment);
  const nodes = [...fragment.vms, ...fragment.networks, ...annotations];
  if (nodes.some(({ key }) => keys.has(key)) || fragment.edges.some(({ key }) => edgeKeys.has(key))) return topology;
  if (
    nodes.length + fragment.edges.length === 0 ||
    topology.vms.length + fragment.vms.length > limits.vmsPerTopology ||
    topology.networks.length + fragment.networks.length > limits.networksPerTopology ||
    topology.edges.length + fragment.edges.length > limits.edgesPerTopology ||
    annotationsOf(topology).length + annotations.length > limits.annotationsPerTopology
  )
    return topology;
  const vmKeys = new Set([...topology.vms, ...fragment.vms].map(({ key }) => key));
  const ends = new Set([...vmKeys, ...[...topology.networks, ...fragment.networks].map(({ key }) => key)]);
  if (fragment.edges.some(({ source, target }) => !vmKeys.has(source) || !ends.has(target))) return topology;

  const vmNames = takenNames(topology.vms);
  const networkNames = takenNames(topology.networks);
  // what was copied elsewhere may wait for VMs that are not here
  const known = ({ startAfter }: TopologyVm) => startAfter.filter((key) => vmKeys.has(key));
  const vms = fragment.vms.map((vm) => ({ ...settle(vm, vmNames), startAfter: known(vm) }));
  const next = {
    ...topology,
    vms: vms.length === 0 ? topology.vms : [...topology.vms, ...vms],
    networks:
      fragment.networks.length === 0
        ? topology.networks
        : [...topology.networks, ...fragment.networks.map((network) => settle(network, networkNames))],
    edges: fragment.edges.length === 0 ? topology.edges : [...topology.edges, ...fragment.edges],
  };
  if (annotations.length === 0) return next;
  const placed = annotations.map((one) => ({ ...one, x: place(one.x), y: place(one.y) }));
  return withAnnotations(next, [...annotationsOf(topology), ...placed]);
}

/** Gives the node a free name and a place inside of the bounds. */
function settle<Node extends TopologyVm | TopologyNetwork>(node: Node, taken: Set<string>): Node {
  const name = uniqueName(node.name, taken);
  taken.add(name.toLowerCase());
  return { ...node, name, x: place(node.x), y: place(node.y) };
}

function move(topology: Topology, moves: readonly { key: string; x: number; y: number }[]): Topology {
  const to = new Map(moves.map(({ key, x, y }) => [key, { x: place(x), y: place(y) }]));
  const moved = <Node extends TopologyVm | TopologyNetwork | Annotation>(node: Node): Node => {
    const target = to.get(node.key);
    if (target === undefined || node.locked === true) return node;
    return target.x === node.x && target.y === node.y ? node : { ...node, ...target };
  };
  return replaceAnnotations(replaceNetworks(replaceVms(topology, moved), moved), moved);
}

function setVms(topology: Topology, keys: ReadonlySet<string>, fields: VmFields): Topology {
  // two VMs cannot have one name, and nothing goes into the document that the server's schema would refuse
  if ((fields.name !== undefined && keys.size > 1) || !vmFieldsSchema.safeParse(fields).success) return topology;
  return replaceVms(topology, (vm) => {
    if (!keys.has(vm.key)) return vm;
    const next = { ...vm, ...fields };
    return canonical(next) === canonical(vm) ? vm : next;
  });
}

function setEdges(topology: Topology, changes: readonly { key: string; fields: EdgeFields }[]): Topology {
  if (!changes.every(({ fields }) => edgeFieldsSchema.safeParse(fields).success)) return topology;
  const wanted = new Map(changes.map(({ key, fields }) => [key, fields]));
  const edges = topology.edges.map((edge) => {
    const fields = wanted.get(edge.key);
    const next = { ...edge, ...fields };
    return fields === undefined || canonical(next) === canonical(edge) ? edge : next;
  });
  return edges.every((edge, index) => edge === topology.edges[index]) ? topology : { ...topology, edges };
}

function setAnnotations(topology: Topology, keys: ReadonlySet<string>, fields: AnnotationFields): Topology {
  return replaceAnnotations(topology, (one) => {
    if (!keys.has(one.key)) return one;
    const next = annotationSchema.safeParse({ ...one, ...fields });
    return next.success && canonical(next.data) !== canonical(one) ? next.data : one;
  });
}

function setParameters(topology: Topology, parameters: readonly Parameter[]): Topology {
  const next = parametersSchema.safeParse(parameters);
  if (!next.success || canonical(next.data) === canonical(parametersOf(topology))) return topology;
  return withParameters(topology, next.data);
}

function stack(topology: Topology, keys: ReadonlySet<string>, to: 'front' | 'back'): Topology {
  const before = annotationsOf(topology);
  const chosen = before.filter(({ key }) => keys.has(key));
  const others = before.filter(({ key }) => !keys.has(key));
  const after = to === 'front' ? [...others, ...chosen] : [...chosen, ...others];
  return after.every((one, index) => one === before[index]) ? topology : withAnnotations(topology, after);
}

function setDrawn(topology: Topology, keys: ReadonlySet<string>, fields: DrawnFields): Topology {
  if (!drawnFieldsSchema.safeParse(fields).success) return topology;
  const set = <Node extends TopologyVm | TopologyNetwork>(node: Node): Node => {
    if (!keys.has(node.key)) return node;
    const next = { ...node, ...fields };
    return canonical(next) === canonical(node) ? node : next;
  };
  const { locked } = fields;
  const drawn = replaceNetworks(replaceVms(topology, set), set);
  return 'locked' in fields ? setAnnotations(drawn, keys, { locked }) : drawn;
}

function rename(topology: Topology, names: ReadonlyMap<string, string>): Topology {
  const named =
    (schema: z.ZodType<string>) =>
    <Node extends TopologyVm | TopologyNetwork>(node: Node): Node => {
      const name = schema.safeParse(names.get(node.key));
      return name.success && name.data !== node.name ? { ...node, name: name.data } : node;
    };
  return replaceNetworks(replaceVms(topology, named(hostnameSchema)), named(nameSchema));
}

function remove(topology: Topology, chosen: ReadonlySet<string>, edges: ReadonlySet<string>): Topology {
  const locked = new Set(
    [...topology.vms, ...topology.networks, ...annotationsOf(topology)]
      .filter((node) => node.locked === true)
      .map(({ key }) => key),
  );
  const nodes = new Set([...chosen].filter((key) => !locked.has(key)));
  const annotations = annotationsOf(topology);
  const left = annotations.filter(({ key }) => !nodes.has(key));
  const next = {
    ...(left.length === annotations.length ? topology : withAnnotations(topology, left)),
    vms: topology.vms
      .filter(({ key }) => !nodes.has(key))
      .map((vm) =>
        vm.startAfter.some((key) => nodes.has(key))
          ? { ...vm, startAfter: vm.startAfter.filter((key) => !nodes.has(key)) }
          : vm,
      ),
    networks: topology.networks.filter(({ key }) => !nodes.has(key)),
    edges: topology.edges.filter(
      ({ key, source, target }) => !edges.has(key) && !nodes.has(source) && !nodes.has(target),
    ),
  };
  const count = (value: Topology) =>
    value.vms.length + value.networks.length + value.edges.length + annotationsOf(value).length;
  return count(next) === count(topology) ? topology : next;
}

function replaceVms(topology: Topology, change: (vm: TopologyVm) => TopologyVm): Topology {
  const vms = topology.vms.map(change);
  return vms.every((vm, index) => vm === topology.vms[index]) ? topology : { ...topology, vms };
}

function replaceNetworks(topology: Topology, change: (network: TopologyNetwork) => TopologyNetwork): Topology {
  const networks = topology.networks.map(change);
  return networks.every((network, index) => network === topology.networks[index])
    ? topology
    : { ...topology, networks };
}

function replaceAnnotations(topology: Topology, change: (one: Annotation) => Annotation): Topology {
  const before = annotationsOf(topology);
  const after = before.map(change);
  return after.every((one, index) => one === before[index]) ? topology : withAnnotations(topology, after);
}

/** Documents share what did not change, so that a step costs little; still, memory is not endless. */
export const historyLength = 500;

export interface History {
  past: readonly Document[];
  present: Document;
  future: readonly Document[];
  /** What the last step was about, if the next command of the same may join it: typing a name is one step. */
  joins: string | null;
}

export type HistoryAction =
  | { type: 'do'; command: Command; join?: string | undefined }
  | { type: 'undo' }
  | { type: 'redo' }
  /** Another document, with no way back: what was loaded, or a draft that was taken up. */
  | { type: 'reset'; document: Document };

export function startHistory(document: Document): History {
  return { past: [], present: document, future: [], joins: null };
}

/** Pure. A command that changes nothing is no step and keeps what could be redone. */
export function historyReducer(history: History, action: HistoryAction): History {
  switch (action.type) {
    case 'do': {
      const present = applyCommand(history.present, action.command);
      if (present === history.present) return history;
      const join = action.join ?? null;
      const joined = join !== null && join === history.joins && history.past.length > 0;
      const past = joined ? history.past : [...history.past, history.present].slice(-historyLength);
      return { past, present, future: [], joins: join };
    }
    case 'undo': {
      const present = history.past.at(-1);
      if (present === undefined) return history;
      return { past: history.past.slice(0, -1), present, future: [history.present, ...history.future], joins: null };
    }
    case 'redo': {
      const [present, ...future] = history.future;
      if (present === undefined) return history;
      return { past: [...history.past, history.present], present, future, joins: null };
    }
    case 'reset':
      return startHistory(action.document);
  }
}
