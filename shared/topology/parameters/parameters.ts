import type { Annotation } from '../annotations';
import { annotationsOf, standsIn } from '../annotations';
import type { Topology } from '../schema';
import type { Count, Parameter } from './schema';

/** Those of a drawing: one without the list has none. */
export function parametersOf({ parameters }: { parameters?: readonly Parameter[] | undefined }): readonly Parameter[] {
  return parameters ?? [];
}

/** The drawing with these; what has none is as if there never had been any. */
export function withParameters<Drawing extends object>(
  drawing: Drawing,
  parameters: readonly Parameter[],
): Drawing & { parameters: Parameter[] | undefined } {
  return { ...drawing, parameters: parameters.length === 0 ? undefined : [...parameters] };
}

/** What one is asked. */
export const labelOfParameter = ({ name, label }: Pick<Parameter, 'name' | 'label'>): string =>
  label === '' ? name : label;

/** A frame whose content is replicated with it. */
export type CountedGroup = Extract<Annotation, { kind: 'group' }> & { count: Count };
export function countedGroups(topology: Topology): CountedGroup[] {
  return annotationsOf(topology).flatMap((one) =>
    one.kind === 'group' && one.count !== undefined ? [{ ...one, count: one.count }] : [],
  );
}

/** Whether a slice is made of it by more than copying: it asks for something, or replicates. */
export function isParametric(topology: Topology): boolean {
  return (
    parametersOf(topology).length > 0 ||
    topology.vms.some(
      ({ count, flavourFrom, imageFrom }) =>
        count !== undefined || flavourFrom !== undefined || imageFrom !== undefined,
    ) ||
    countedGroups(topology).length > 0
  );
}

/** Whether there may be several of a VM: by its own count or by that of a group that it stands in. */
export function isReplicated(topology: Topology, vmKey: string): boolean {
  const vm = topology.vms.find(({ key }) => key === vmKey);
  return vm !== undefined && (vm.count !== undefined || countedGroups(topology).some((group) => standsIn(group, vm)));
}
