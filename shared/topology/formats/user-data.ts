import { AppError } from '../../errors';
import { told } from '../../sentence';
import type { Catalogue } from '../catalogue';
import type { Topology, TopologyVm } from '../schema';
import { validateTopology, type TopologyProblem } from '../validate';
import { fillVariables, variablesOf } from '../variables';
import { readYaml } from './yaml-source';

/** Why a text is no cloud-config, and where. */
type Fault = { code: 'USER_DATA_NOT_YAML'; line: number; reason: string } | { code: 'USER_DATA_NOT_CONFIG' };

function faultIn(text: string): Fault | null {
  try {
    const { value } = readYaml(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? null
      : { code: 'USER_DATA_NOT_CONFIG' };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // where it stands, then what is wrong there
    const said = error.sentences ?? [];
    const line = Number(said.find(({ params }) => params?.['line'] !== undefined)?.params?.['line'] ?? 1);
    const last = said.at(-1);
    const reason = last === undefined ? error.message : String(last.params?.['reason'] ?? told([last]).message);
    return { code: 'USER_DATA_NOT_YAML', line, reason };
  }
}

/** What was found of texts lately: a drawing is checked after each of its changes, its texts seldom change. */
const found = new Map<string, Fault | null>();
const mostKept = 500;

function faultOf(text: string): Fault | null {
  let fault = found.get(text);
  if (fault === undefined) {
    if (found.size >= mostKept) found.clear();
    found.set(text, (fault = faultIn(text)));
  }
  return fault;
}

function problemOf(vm: TopologyVm, fault: Fault): TopologyProblem {
  const where = { node: vm.key, field: 'userData' };
  if (fault.code === 'USER_DATA_NOT_CONFIG')
    return {
      ...where,
      code: fault.code,
      message: `${vm.name}: user-data has to be a cloud-config, names with values. What a script would do goes under runcmd.`,
      params: { vm: vm.name },
    };
  const { code, line, reason } = fault;
  return {
    ...where,
    code,
    message: `${vm.name}: line ${line} of the user-data is no YAML: ${reason}`,
    params: { vm: vm.name, line, reason },
  };
}

/** What is wrong with the user-data of a drawing's VMs, read with its variables filled in. */
export function userDataProblems(topology: Topology): TopologyProblem[] {
  return topology.vms.flatMap((vm) => {
    if (vm.userData.trim() === '') return [];
    // what is not known yet may be anything that is one word
    const { text, unknown } = fillVariables(vm.userData, variablesOf(topology, vm, null), '0');
    // braces that nothing fills in are a map to YAML: that they are a mistake is said already
    const fault = unknown.length > 0 ? null : faultOf(text);
    return fault === null ? [] : [problemOf(vm, fault)];
  });
}

/** {@link validateTopology}, and what takes a parser to be found. */
export function checkTopology(topology: Topology, catalogue?: Catalogue, base?: Topology): TopologyProblem[] {
  return [...validateTopology(topology, catalogue, base), ...userDataProblems(topology)];
}
