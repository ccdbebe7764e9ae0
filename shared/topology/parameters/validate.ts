import type { Problem } from '../../errors';
import { annotationsOf, standsIn } from '../annotations';
import type { Topology } from '../schema';
import { expand, type Expanded } from './expand';
import { countedGroups, isParametric, parametersOf } from './parameters';
import { parameterProblem, type DrawnProblemCode } from './problems';
import type { ParameterKind } from './schema';
import { defaultFilling, isDefaultAllowed } from './values';

type DrawnProblem = Problem & { code: DrawnProblemCode };

/** What is wrong with the parameters of a drawing and with where it names them. */
export function parameterProblems(topology: Topology): DrawnProblem[] {
  if (!isParametric(topology)) return [];
  const problems: DrawnProblem[] = [];
  const kinds = new Map<string, ParameterKind>();
  for (const parameter of parametersOf(topology)) {
    const { name, kind } = parameter;
    const where = { field: 'parameters' };
    if (kinds.has(name)) problems.push(parameterProblem('DUPLICATE_PARAMETER', { name }, where));
    else kinds.set(name, kind);
    if (!isDefaultAllowed(parameter)) problems.push(parameterProblem('PARAMETER_DEFAULT', { name }, where));
  }
  const needs = (node: { key: string; name: string }, field: string, parameter: unknown, kind: ParameterKind) => {
    if (typeof parameter !== 'string' || kinds.get(parameter) === kind) return;
    const params = { name: node.name, parameter, kind };
    problems.push(parameterProblem('PARAMETER_NOT_DECLARED', params, { node: node.key, field }));
  };
  for (const vm of topology.vms) {
    needs(vm, 'count', vm.count, 'count');
    needs(vm, 'flavourFrom', vm.flavourFrom, 'flavour');
    needs(vm, 'imageFrom', vm.imageFrom, 'image');
  }
  for (const one of annotationsOf(topology)) if (one.kind === 'group') needs(one, 'count', one.count, 'count');
  return [...problems, ...countedTwice(topology)];
}

/** What stands in two counted groups, or has a count of its own in one. */
function countedTwice(topology: Topology): DrawnProblem[] {
  const groups = countedGroups(topology);
  const counts = new Map(topology.vms.map(({ key, count }) => [key, count === undefined ? 0 : 1]));
  return [...topology.vms, ...topology.networks].flatMap((node) => {
    const around = groups.filter((group) => standsIn(group, node));
    const [first] = around;
    if (first === undefined || around.length + (counts.get(node.key) ?? 0) < 2) return [];
    return [
      parameterProblem('COUNT_TWICE', { name: node.name, other: first.name }, { node: node.key, field: 'count' }),
    ];
  });
}

/**
 * What is wrong with what a drawing comes to by its defaults, told on what was drawn; nothing for one that asks for nothing. The drawing itself must
 * have nothing wrong.
 */
export function expansionProblems<Found extends Problem>(
  topology: Topology,
  validate: (expanded: Topology) => Found[],
): (Found | DrawnProblem)[] {
  if (!isParametric(topology)) return [];
  const { expanded, problems } = expand(topology, defaultFilling(topology));
  return expanded === null ? problems : asDrawn(expanded, validate(expanded.topology));
}

/** Problems of what a drawing comes to, each on what was drawn, and one of each kind on each of that. */
export function asDrawn<Found extends Problem>({ origins }: Expanded, problems: readonly Found[]): Found[] {
  const seen = new Set<string>();
  return problems.flatMap((problem): Found[] => {
    const node = problem.node === undefined ? undefined : (origins.get(problem.node) ?? problem.node);
    const edge = problem.edge === undefined ? undefined : (origins.get(problem.edge) ?? problem.edge);
    const place = [problem.code, node, edge, problem.field].join('\n');
    if (seen.has(place)) return [];
    seen.add(place);
    return [{ ...problem, ...(node !== undefined && { node }), ...(edge !== undefined && { edge }) }];
  });
}
