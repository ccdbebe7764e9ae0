import { withoutPrefix } from './prefix';
import { address6Of } from './ipv6';
import { isReplicated, parametersOf } from './parameters/parameters';
import type { ParameterKind } from './parameters/schema';
import type { Topology, TopologyVm } from './schema';

/*
 * What Trama knows and a VM's start-up files, environment, user-data and commands can name: `{{ vm.name }}`, `{{ link.to.router.address }}`. Filled in when a guest is
 * told of them, and before that for who looks. Pure, of the drawing alone.
 */

/** Of the slice; null while there is none, as in a template. */
export type SliceFacts = { name: string; owner: string } | null;

/** How each kind of them is written, for who writes one. */
export const variableExamples = [
  '{{ vm.name }}',
  '{{ vm.hostname }}',
  '{{ vm.nic.0.address }}',
  '{{ vm.nic.0.address6 }}',
  '{{ link.to.NAME.address }}',
  '{{ link.to.NAME.own }}',
  '{{ link.to.NAME.prefix }}',
  '{{ slice.name }}',
  '{{ slice.owner }}',
] as const;

/** Those that only templates have, since they are filled in when a slice is made. */
export const templateVariableExamples = ['{{ param.NAME }}', '{{ vm.replica }}'] as const;

/** A variable's value: null where it will have one that is not known yet, undefined where there is none of this name. */
export type Lookup = (variable: string) => string | null | undefined;

const pattern = /(\\?)\{\{\s*([^{}\n]*?)\s*\}\}/g;

/** Whether there is anything to fill in. */
export function hasVariables(text: string): boolean {
  return text.includes('{{');
}

export interface Filled {
  text: string;
  /** Those that there are not, each with the line where it stands first. */
  unknown: { variable: string; line: number }[];
}

/**
 * The text with its variables filled in. What has no value, or none yet, stays as it is written (`pending` instead, if that is given);
 * `\{{ … }}` becomes `{{ … }}`, for programs that have variables of their own.
 */
export function fillVariables(text: string, lookup: Lookup, pending?: string): Filled {
  if (!hasVariables(text)) return { text, unknown: [] };
  const unknown = new Map<string, number>();
  const filled = text.replaceAll(pattern, (whole: string, escape: string, variable: string, at: number) => {
    if (escape !== '') return whole.slice(1);
    const value = lookup(variable);
    if (value === undefined && !unknown.has(variable)) unknown.set(variable, text.slice(0, at).split('\n').length);
    return value ?? (value === null ? (pending ?? whole) : whole);
  });
  return { text: filled, unknown: [...unknown].map(([variable, line]) => ({ variable, line })) };
}

/**
 * The text with those variables replaced that `lookup` has a text for; what is escaped stays so, for {@link fillVariables} to come. What is put in
 * must be what it is then, so its own braces are to be {@link escaped}.
 */
export function replaceVariables(text: string, lookup: (variable: string) => string | undefined): string {
  if (!hasVariables(text)) return text;
  return text.replaceAll(pattern, (whole: string, escape: string, variable: string) =>
    escape === '' ? (lookup(variable) ?? whole) : whole,
  );
}

/** What {@link fillVariables} makes `text` of. */
export function escaped(text: string): string {
  return text.replaceAll(pattern, (whole) => `\\${whole}`);
}

interface End {
  /** Number of the NIC; null while the drawing has no address plan. */
  index: number | null;
  /** Who is at the other end, by name. */
  to: string;
  isVm: boolean;
  /** With prefix length; null while it is not known. */
  own: string | null;
  far: string | null;
  /** Of IPv6: as its link or network says, see `ipv6.ts`. */
  ipv6: string | undefined;
  /** Those of IPv6 that are chosen, without a prefix length. */
  own6: string | undefined;
  far6: string | undefined;
}

/** The ends of all VMs of a drawing, worked out once: it is checked as a whole after each change. */
const known = new WeakMap<Topology, ReadonlyMap<string, readonly End[]>>();

function endsIn(topology: Topology): ReadonlyMap<string, readonly End[]> {
  const before = known.get(topology);
  if (before !== undefined) return before;
  const vms = new Map(topology.vms.map(({ key, name }) => [key, name]));
  const networks = new Map(topology.networks.map((network) => [network.key, network]));
  const ends = new Map<string, End[]>(topology.vms.map(({ key }) => [key, []]));
  for (const { source, target, sourceNic, targetNic, ipv6, sourceOwnAddress6, targetOwnAddress6 } of topology.edges)
    for (const [own, far, ownNic, farNic, own6, far6] of [
      [source, target, sourceNic, targetNic, sourceOwnAddress6, targetOwnAddress6],
      [target, source, targetNic, sourceNic, targetOwnAddress6, sourceOwnAddress6],
    ] as const)
      ends.get(own)?.push({
        index: ownNic?.index ?? null,
        to: vms.get(far) ?? networks.get(far)?.name ?? '',
        isVm: vms.has(far),
        ipv6: networks.get(target)?.ipv6 ?? ipv6,
        own: ownNic?.addresses[0] ?? null,
        far: farNic?.addresses[0] ?? null,
        own6,
        far6,
      });
  for (const list of ends.values()) list.sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
  known.set(topology, ends);
  return ends;
}

const addressIn = (cidr: string | null) => (cidr === null ? null : withoutPrefix(cidr));
const prefixIn = (cidr: string | null) => cidr?.split('/')[1] ?? null;

/** The address of IPv6 beside one of IPv4; undefined where there is none, null while that is not known. */
function address6In({ ipv6 }: End, beside: string | null, chosen: string | undefined): string | null | undefined {
  if (ipv6 === undefined) return undefined;
  return addressIn(address6Of(beside ?? undefined, ipv6, chosen) ?? null);
}

/** What an end of a link has to say: by the last word of a variable. */
function fieldOf(end: End, field: string): string | null | undefined {
  switch (field) {
    case 'address':
      // a network has no address of its own
      return end.isVm ? addressIn(end.far) : undefined;
    case 'own':
      return addressIn(end.own);
    case 'address6':
      return end.isVm ? address6In(end, end.far, end.far6) : undefined;
    case 'own6':
      return address6In(end, end.own, end.own6);
    case 'prefix':
      return prefixIn(end.own);
  }
  return undefined;
}

/** The name of the parameter that a variable is filled in with; undefined for any other. */
export const parameterIn = (variable: string): string | undefined => /^param\.(\w+)$/.exec(variable)?.[1];

/** Whether a parameter's value can stand in a text: a flavour or an image is only chosen by it. */
export const isWritable = (kind: ParameterKind): boolean => kind !== 'flavour' && kind !== 'image';

/** The variables of one VM, by the drawing that it is in. */
export function variablesOf(
  topology: Topology,
  vm: Pick<TopologyVm, 'key' | 'name' | 'hostname'>,
  slice: SliceFacts,
): Lookup {
  const ends = () => endsIn(topology).get(vm.key) ?? [];
  return (variable) => {
    switch (variable) {
      case 'vm.name':
        return vm.name;
      case 'vm.hostname':
        return vm.hostname === '' ? vm.name : vm.hostname;
      case 'slice.name':
        return slice?.name ?? null;
      case 'slice.owner':
        return slice?.owner ?? null;
    }
    const parameter = parameterIn(variable);
    if (parameter !== undefined)
      return parametersOf(topology).some(({ name, kind }) => name === parameter && isWritable(kind)) ? null : undefined;
    if (variable === 'vm.replica') return isReplicated(topology, vm.key) ? null : undefined;
    const [, number, ofNic = ''] = /^vm\.nic\.(\d+)\.(own6?|address6?|prefix)$/.exec(variable) ?? [];
    if (number !== undefined) {
      const at = Number(number);
      // numbers are given by the address plan
      if (ends().some(({ index }) => index === null)) return at < ends().length ? null : undefined;
      const end = ends().find(({ index }) => index === at);
      const field = ofNic.endsWith('6') ? 'own6' : 'own';
      return end && fieldOf(end, ofNic === 'prefix' ? 'prefix' : field);
    }
    const [, to, ofLink = ''] = /^link\.to\.(.+)\.([a-z]+6?)$/.exec(variable) ?? [];
    const end = to === undefined ? undefined : ends().find((one) => one.to === to);
    return end && fieldOf(end, ofLink);
  };
}

/** A VM's start-up files, environment, user-data and commands as its guest is given them. */
export function filledVm<Vm extends Pick<TopologyVm, 'files' | 'userData' | 'environment' | 'exec'>>(
  vm: Vm,
  lookup: () => Lookup,
): Vm {
  const texts = [
    vm.userData,
    ...vm.exec,
    ...vm.files.map(({ content }) => content),
    ...vm.environment.map(({ value }) => value),
  ];
  if (!texts.some(hasVariables)) return vm;
  const values = lookup();
  const fill = (text: string) => fillVariables(text, values).text;
  return {
    ...vm,
    userData: fill(vm.userData),
    exec: vm.exec.map(fill),
    files: vm.files.map((file) => ({ ...file, content: fill(file.content) })),
    environment: vm.environment.map(({ name, value }) => ({ name, value: fill(value) })),
  };
}
