import { drawingLimits } from '../limits';
import { limits } from '../../limits';
import { annotationsOf, standsIn, withAnnotations, type Annotation } from '../annotations';
import type { Topology, TopologyEdge, TopologyNetwork, TopologyVm } from '../schema';
import { escaped, parameterIn, replaceVariables } from '../variables';
import { countedGroups, isParametric, parametersOf, withParameters } from './parameters';
import { parameterProblem, type DrawnProblemCode } from './problems';
import type { Count } from './schema';
import type { Problem } from '../../errors';
import { countIn, defaultFilling, type Filling } from './values';

export interface Expanded {
  topology: Topology;
  /** By the key of each VM, network, edge and group that there is now, that of what was drawn. */
  origins: ReadonlyMap<string, string>;
}
type ExpansionProblem = Problem & { code: DrawnProblemCode };

/** What is replicated together: a VM by its own count, or what stands in a counted group. */
interface Unit {
  key: string;
  count: number;
  /** How far apart its replicas stand, px. */
  stepX: number;
  stepY: number;
}

/**
 * The plain topology that a drawing with parameters comes to: nothing of it is asked for or replicated any more, but for secrets that were not given. The same drawing and the same values
 * always come to the same.
 *
 * - Of a VM `web` with a count there are `web-1`, `web-2` …, also where it is one, so that none is renamed when there are to be more; so it is with a group and the
 *   VMs, networks and links in it. A name or key that is taken becomes one like it.
 * - A link within a counted group is each replica's own. One to what is not replicated is drawn from each replica; one between two that are replicated apart, from each
 *   replica of the one to each of the other.
 * - A text that names a replicated neighbour (`{{ link.to.web.address }}`) means the replica in the same group, else the first.
 *
 * Expects a drawing in which {@link validateTopology} finds nothing wrong. `problems` of what the values make too large; then there is no topology. What
 * else they make wrong, as an address that is given to each replica, `validateTopology` finds in what they come to.
 */
export function expand(
  topology: Topology,
  filling: Filling,
): { expanded: Expanded; problems: [] } | { expanded: null; problems: ExpansionProblem[] } {
  const units = unitsOf(topology, filling);
  const tooMany = excessOf(topology, units);
  if (tooMany !== null) return { expanded: null, problems: [tooMany] };
  const expansion = new Expansion(topology, filling, units);
  const { problems } = expansion;
  return problems.length > 0 ? { expanded: null, problems } : { expanded: expansion.result, problems: [] };
}

/** What a drawing comes to by its defaults, for who shows or sums it up; as it is where that is too large. */
export function expandedByDefault(topology: Topology): Topology {
  if (!isParametric(topology)) return topology;
  return expand(topology, defaultFilling(topology)).expanded?.topology ?? topology;
}

/** By the keys of VMs, networks and groups, what they are replicated with. */
function unitsOf(topology: Topology, filling: Filling): Map<string, Unit> {
  const units = new Map<string, Unit>();
  const countOf = (count: Count) => countIn(count, filling) ?? 1;
  for (const group of countedGroups(topology)) {
    const { key, width, height } = group;
    const unit = { key, count: countOf(group.count), stepX: width + 40, stepY: height + 40 };
    units.set(key, unit);
    for (const node of [...topology.vms, ...topology.networks])
      if (standsIn(group, node) && !units.has(node.key)) units.set(node.key, unit);
  }
  for (const { key, count } of topology.vms)
    if (count !== undefined && !units.has(key)) units.set(key, { key, count: countOf(count), stepX: 200, stepY: 120 });
  return units;
}

/** How many edges there are of one. */
function edgeCount({ source, target }: TopologyEdge, units: ReadonlyMap<string, Unit>): number {
  const [from, to] = [units.get(source), units.get(target)];
  if (from === to) return from?.count ?? 1;
  return (from?.count ?? 1) * (to?.count ?? 1);
}

/** That there would be more than a topology can have, told on what there is most of; counted before anything is made. */
function excessOf(topology: Topology, units: ReadonlyMap<string, Unit>): ExpansionProblem | null {
  const times = (key: string) => units.get(key)?.count ?? 1;
  const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);
  const vms = sum(topology.vms.map(({ key }) => times(key)));
  const networks = sum(topology.networks.map(({ key }) => times(key)));
  const edges = sum(topology.edges.map((edge) => edgeCount(edge, units)));
  const annotations = sum(annotationsOf(topology).map(({ key }) => times(key)));
  if (
    vms <= limits.vmsPerTopology &&
    networks <= limits.networksPerTopology &&
    edges <= limits.edgesPerTopology &&
    annotations <= limits.annotationsPerTopology
  )
    return null;
  const nodes = [...topology.vms, ...topology.networks, ...annotationsOf(topology)];
  const largest = nodes.reduce<(typeof nodes)[number] | undefined>(
    (most, node) => (units.has(node.key) && (most === undefined || times(node.key) > times(most.key)) ? node : most),
    undefined,
  );
  const name = largest === undefined || !('name' in largest) ? '' : largest.name;
  return parameterProblem(
    'REPLICAS_TOO_MANY',
    { name, vms, networks, edges },
    largest === undefined ? {} : { node: largest.key, field: 'count' },
  );
}

/** What of a node differs from replica to replica. */
type Place = { key: string; name: string; x: number; y: number };

class Expansion {
  readonly #keys: Names;
  readonly #edgeKeys: Names;
  readonly #filling: Filling;
  readonly #units: ReadonlyMap<string, Unit>;
  /** By the key of what was drawn, its replicas in their order; what is not replicated is its own only one. */
  readonly #replicas = new Map<string, { key: string; name: string }[]>();
  /** By the names of VMs and networks their keys, for texts that say a neighbour's. */
  readonly #named: ReadonlyMap<string, string>;
  readonly #origins = new Map<string, string>();
  readonly problems: ExpansionProblem[] = [];
  readonly result: Expanded;

  constructor(topology: Topology, filling: Filling, units: ReadonlyMap<string, Unit>) {
    this.#filling = filling;
    this.#units = units;
    const { vms, networks, edges } = topology;
    const annotations = annotationsOf(topology);
    // what keeps its name takes it first
    const fixed = (parts: readonly { key: string }[]) => parts.filter(({ key }) => !units.has(key));
    this.#keys = new Names(
      [...fixed(vms), ...fixed(networks), ...fixed(annotations)].map(({ key }) => key),
      64,
    );
    const single = edges.filter(({ source, target }) => !units.has(source) && !units.has(target));
    this.#edgeKeys = new Names(
      single.map(({ key }) => key),
      64,
    );
    const groups = annotations.filter((one) => one.kind === 'group');
    for (const parts of [vms, networks, groups]) this.#nameAll(parts);
    this.#named = new Map([...networks, ...vms].map(({ key, name }) => [name, key]));
    const parts = {
      vms: vms.flatMap((vm) => this.#all(vm).map((one, index) => this.#vm(vm, one, index))),
      networks: networks.flatMap((network) => this.#all(network).map((one) => this.#network(network, one))),
      edges: edges.flatMap((edge) => this.#edges(edge)),
    };
    const drawn = withAnnotations(
      parts,
      annotations.flatMap((one) => (one.kind === 'group' ? this.#group(one) : one)),
    );
    const open = parametersOf(topology).filter(({ name, kind }) => kind === 'secret' && !filling.texts.has(name));
    this.result = {
      topology: withParameters(drawn, open),
      origins: this.#origins,
    };
  }

  #nameAll(parts: readonly { key: string; name: string }[]): void {
    const fixed = parts.filter(({ key }) => !this.#units.has(key));
    const names = new Names(
      fixed.map(({ name }) => name),
      limits.nameLength,
    );
    for (const { key, name } of parts) {
      const unit = this.#units.get(key);
      const numbers = Array.from({ length: unit?.count ?? 1 }, (_, index) => index + 1);
      const replicas =
        unit === undefined
          ? [{ key, name }]
          : numbers.map((number) => ({ key: this.#keys.numbered(key, number), name: names.numbered(name, number) }));
      for (const one of replicas) this.#origins.set(one.key, key);
      this.#replicas.set(key, replicas);
    }
  }

  /** Where each replica of a node stands, and what it is called. */
  #all(node: { key: string; x: number; y: number }): Place[] {
    const unit = this.#units.get(node.key);
    return (this.#replicas.get(node.key) ?? []).map((one, index) => ({
      ...one,
      x: onCanvas(node.x + (unit?.stepX ?? 0) * (index % 8)),
      y: onCanvas(node.y + (unit?.stepY ?? 0) * Math.floor(index / 8)),
    }));
  }

  #vm(vm: TopologyVm, place: Place, index: number): TopologyVm {
    const { count: _count, flavourFrom, imageFrom, ...rest } = vm;
    const { flavours, images, texts } = this.#filling;
    const lookup = (variable: string) => this.#replaced(vm, index, variable);
    const fillIn = (text: string) => replaceVariables(text, lookup);
    const startAfter = [...new Set(vm.startAfter.flatMap((key) => this.#awaited(vm, index, key)))];
    const filled: TopologyVm = {
      ...rest,
      ...place,
      flavourId: flavours.get(flavourFrom ?? '') ?? vm.flavourId,
      imageId: images.get(imageFrom ?? '') ?? vm.imageId,
      // nothing fills it in afterwards, so nothing is escaped
      label: replaceVariables(vm.label, (variable) =>
        variable === 'vm.replica' ? String(index + 1) : texts.get(parameterIn(variable) ?? ''),
      ).trim(),
      hostname: this.#units.has(vm.key) ? numberedHostname(vm.hostname, index + 1) : vm.hostname,
      userData: fillIn(vm.userData),
      files: vm.files.map((file) => ({ ...file, content: fillIn(file.content) })),
      environment: vm.environment.map(({ name, value }) => ({ name, value: fillIn(value) })),
      // a command that is nothing but a value may be none
      exec: vm.exec.map((command) => fillIn(command).trim()).filter((command) => command !== ''),
      startAfter,
    };
    this.#tellExcess(vm, filled);
    return filled;
  }

  /** What a text has in place of a variable; undefined for what is filled in later. */
  #replaced(vm: TopologyVm, index: number, variable: string): string | undefined {
    const parameter = parameterIn(variable);
    const text = parameter === undefined ? undefined : this.#filling.texts.get(parameter);
    if (text !== undefined) return escaped(text);
    if (variable === 'vm.replica' && this.#units.has(vm.key)) return String(index + 1);
    const [, to, field] = /^link\.to\.(.+)\.([a-z]+6?)$/.exec(variable) ?? [];
    const key = to === undefined ? undefined : this.#named.get(to);
    if (key === undefined || !this.#units.has(key)) return undefined;
    const own = this.#units.get(vm.key) === this.#units.get(key) ? index : 0;
    return `{{ link.to.${this.#replicas.get(key)?.[own]?.name ?? to}.${field} }}`;
  }

  #awaited(vm: TopologyVm, index: number, key: string): string[] {
    const replicas = this.#replicas.get(key) ?? [{ key, name: key }];
    const unit = this.#units.get(key);
    const own = unit !== undefined && unit === this.#units.get(vm.key) ? replicas[index] : undefined;
    return (own === undefined ? replicas : [own]).map((one) => one.key);
  }

  #tellExcess(vm: TopologyVm, filled: TopologyVm): void {
    const report = (field: string, place: string, max: number) =>
      this.problems.push(parameterProblem('FILLED_TOO_LONG', { name: vm.name, place, max }, { node: vm.key, field }));
    if (filled.label.length > limits.labelLength) report('label', 'label', limits.labelLength);
    if (filled.userData.length > drawingLimits.userDataLength)
      report('userData', 'user-data', drawingLimits.userDataLength);
    for (const { path, content } of filled.files)
      if (content.length > limits.fileLength) report('files', path, limits.fileLength);
    for (const { name, value } of filled.environment)
      if (value.length > drawingLimits.variableValueLength)
        report('environment', name, drawingLimits.variableValueLength);
    if (filled.exec.some((command) => command.length > drawingLimits.execLength))
      report('exec', 'exec', drawingLimits.execLength);
    const count = filled.startAfter.length;
    const max = limits.startAfterPerVm;
    if (count > max)
      this.problems.push(
        parameterProblem('START_AFTER_TOO_MANY', { name: vm.name, count, max }, { node: vm.key, field: 'startAfter' }),
      );
  }

  #network(network: TopologyNetwork, place: Place): TopologyNetwork {
    if (!this.#units.has(network.key)) return network;
    // the address plan gives each its own
    const { subnets: _subnets, ...rest } = network;
    return { ...rest, ...place };
  }

  #group(group: Extract<Annotation, { kind: 'group' }>): Annotation[] {
    const { count: _count, ...rest } = group;
    return this.#all(group).map((place) => ({ ...rest, ...place }));
  }

  #edges(edge: TopologyEdge): TopologyEdge[] {
    const [from, to] = [this.#units.get(edge.source), this.#units.get(edge.target)];
    const sources = this.#replicas.get(edge.source) ?? [];
    const targets = this.#replicas.get(edge.target) ?? [];
    if (from === undefined && to === undefined) {
      this.#origins.set(edge.key, edge.key);
      return [edge];
    }
    const { subnets: _subnets, sourceNic, targetNic, sourceOwnNic, targetOwnNic, ...rest } = edge;
    return sources.flatMap((source, at) =>
      targets.flatMap((target, there): TopologyEdge[] => {
        if (from === to && at !== there) return [];
        const numbers = from === to ? [at + 1] : [...(from ? [at + 1] : []), ...(to ? [there + 1] : [])];
        const key = this.#edgeKeys.numbered(edge.key, ...numbers);
        this.#origins.set(key, edge.key);
        // the first link that an end gets of this one is at the NIC that is drawn
        const isFirst = { source: there === 0 || from === to, target: at === 0 || from === to };
        return [
          {
            ...rest,
            ...{ key, source: source.key, target: target.key },
            ...(sourceOwnNic !== undefined && isFirst.source && { sourceOwnNic }),
            ...(targetOwnNic !== undefined && isFirst.target && { targetOwnNic }),
            ...(sourceNic !== undefined && isFirst.source && { sourceNic: { index: sourceNic.index, addresses: [] } }),
            ...(targetNic !== undefined && isFirst.target && { targetNic: { index: targetNic.index, addresses: [] } }),
          },
        ];
      }),
    );
  }
}

const onCanvas = (at: number) => Math.max(-1_000_000, Math.min(1_000_000, at));

/** `web-2` of `web`, in `max` characters: letters, digits and hyphens stay such, with none at the end before the number. */
function withNumber(text: string, number: number, max: number): string {
  const suffix = `-${number}`;
  // no half of a character is left over
  return `${text.slice(0, max - suffix.length).replace(/[-\s\ud800-\udbff]+$/, '')}${suffix}`;
}

function numberedHostname(hostname: string, number: number): string {
  if (hostname === '') return '';
  const [first = '', ...domain] = hostname.split('.');
  const room = Math.min(limits.nameLength, drawingLimits.guestHostnameLength - [...domain, ''].join('.').length);
  return [withNumber(first, number, room), ...domain].join('.');
}

/** Names, or keys, that are taken, whatever their case is. */
class Names {
  readonly #taken: Set<string>;
  readonly #max: number;
  constructor(taken: readonly string[], max: number) {
    this.#taken = new Set(taken.map((one) => one.toLowerCase()));
    this.#max = max;
  }
  /** `text-1`, with two numbers `text-1-1`; if that is taken one with another number behind it. Taken from now on. */
  numbered(text: string, ...numbers: number[]): string {
    const wanted = numbers.reduce((base, number) => withNumber(base, number, this.#max), text);
    let free = wanted;
    for (let n = 2; this.#taken.has(free.toLowerCase()); n += 1) free = withNumber(wanted, n, this.#max);
    this.#taken.add(free.toLowerCase());
    return free;
  }
}
