import { annotationsOf, withAnnotations } from '#shared/topology/annotations';
import type { Topology } from '#shared/topology/schema';

interface Named {
  key: string;
  name: string;
}

/**
 * A document's topology with the keys that its parts have in `base`, for who writes a document anew need not know them: a VM or a network
 * of a name that is there is that one, and an edge between two that are joined there is that edge. Others keep their keys, but for
 * those that mean something else in `base`. Pure.
 */
export function withKeysOf(base: Topology, topology: Topology): Topology {
  const nodes = new Keys([...base.vms, ...base.networks, ...annotationsOf(base)]);
  const known = new Map([...byName(base.vms, topology.vms), ...byName(base.networks, topology.networks)]);
  for (const key of known.values()) nodes.take(key);
  const keys = new Map(
    [...topology.vms, ...topology.networks].map(({ key }) => [key, known.get(key) ?? nodes.free(key)]),
  );
  const keyOf = (key: string) => keys.get(key) ?? key;
  const edges = new Keys(base.edges);
  const joining = new Map<string, string[]>();
  for (const { key, source, target } of base.edges)
    joining.set(`${source} ${target}`, [...(joining.get(`${source} ${target}`) ?? []), key]);
  // what is drawn beside has no name to be known by: the same key of the same kind is the same one
  const kinds = new Map(annotationsOf(base).map(({ key, kind }) => [key, kind]));
  const annotations = annotationsOf(topology).map((one) =>
    kinds.get(one.key) === one.kind ? one : { ...one, key: nodes.free(one.key) },
  );
  const parts = {
    vms: topology.vms.map((vm) => ({ ...vm, key: keyOf(vm.key), startAfter: vm.startAfter.map(keyOf) })),
    networks: topology.networks.map((network) => ({ ...network, key: keyOf(network.key) })),
    edges: topology.edges.map((edge) => {
      const [source, target] = [keyOf(edge.source), keyOf(edge.target)];
      // of several between the same two, each once, in their order
      const key = joining.get(`${source} ${target}`)?.shift() ?? edges.free(edge.key);
      return { ...edge, key, source, target };
    }),
  };
  return { ...withAnnotations(parts, annotations), parameters: topology.parameters };
}

/** From the keys of parts to those that parts of the same name have in `base`. */
function byName(base: readonly Named[], parts: readonly Named[]): [string, string][] {
  const keys = new Map(base.map(({ key, name }) => [name.toLowerCase(), key]));
  return parts.flatMap(({ key, name }): [string, string][] => {
    const own = keys.get(name.toLowerCase());
    return own === undefined ? [] : [[key, own]];
  });
}

/** Keys that are taken: those of what is there, and those that were given. */
class Keys {
  readonly #taken: Set<string>;
  constructor(parts: readonly { key: string }[]) {
    this.#taken = new Set(parts.map(({ key }) => key));
  }
  take(key: string): void {
    this.#taken.add(key);
  }
  /** `wanted` if it is free, else one like it; taken from now on. */
  free(wanted: string): string {
    let key = wanted;
    for (let n = 2; this.#taken.has(key); n++) key = `${wanted.slice(0, 58)}-${n}`;
    this.take(key);
    return key;
  }
}
