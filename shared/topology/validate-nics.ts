import type { Problem } from '../errors';
import { nicName } from './nic-name';
import type { Topology, TopologyEdge } from './schema';

/* What can be wrong with the MACs and the numbers that are chosen for NICs. Pure. */

type NicProblem = Problem & { code: 'MAC_NOT_UNICAST' | 'MAC_RESERVED' | 'DUPLICATE_MAC' | 'DUPLICATE_NIC' };

/** How MACs begin that are given: to ends of edges (`macOf`), to the NICs of forwarded ports and of the internet, to servers on networks. */
const reservedMacs = ['02:', '52:54:01:', '52:54:02:', '52:54:03:'];

/** Those of a drawing, each on its field. */
export function nicProblems({ vms, networks, edges }: Topology): NicProblem[] {
  const names = new Map([...networks, ...vms].map(({ key, name }) => [key, name]));
  const segments = new Set(networks.map(({ key }) => key));
  const nameOf = (key: string) => names.get(key) ?? key;
  /** By MAC the VM, and by VM and number the link, that has chosen it. */
  const macs = new Map<string, string>();
  const nics = new Map<string, string>();
  const problems: NicProblem[] = [];
  const check = (edge: TopologyEdge, end: 'source' | 'target') => {
    const [mac, number] = [edge[`${end}Mac`]?.toLowerCase(), edge[`${end}OwnNic`]];
    const name = nameOf(edge[end]);
    const fault = mac === undefined ? null : macFault(mac, name, macs);
    if (fault !== null) problems.push({ ...fault, edge: edge.key, field: `${end}Mac` });
    if (number === undefined) return;
    const link = `${nameOf(edge.source)}–${nameOf(edge.target)}`;
    const other = nics.get(`${number} ${edge[end]}`);
    if (other === undefined) nics.set(`${number} ${edge[end]}`, link);
    else
      problems.push({
        code: 'DUPLICATE_NIC',
        message: `${name}: ${link} cannot be at ${nicName(number)}, which is that of ${other}.`,
        ...{ edge: edge.key, field: `${end}OwnNic`, params: { name, nic: number, link, other } },
      });
  };
  for (const edge of edges) {
    if (!segments.has(edge.target)) check(edge, 'target');
    check(edge, 'source');
  }
  return problems;
}

/** What is wrong with the MAC of a NIC of a VM; one that is right is remembered as its own. */
function macFault(mac: string, name: string, macs: Map<string, string>): NicProblem | null {
  const other = macs.get(mac);
  const reserved = reservedMacs.find((prefix) => mac.startsWith(prefix));
  // the lowest bit of the first octet says that it is of a group (IEEE 802-2014 §8.2)
  if (Number.parseInt(mac.slice(0, 2), 16) % 2 === 1 || mac === '00:00:00:00:00:00')
    return {
      code: 'MAC_NOT_UNICAST',
      message: `${name}: ${mac} is no address of one NIC. Choose one whose second digit is even.`,
      params: { name, mac },
    };
  if (reserved !== undefined)
    return {
      code: 'MAC_RESERVED',
      message: `${name}: addresses that begin with ${reserved} are given to NICs that have none of their own.`,
      params: { name, mac, reserved },
    };
  if (other !== undefined)
    return {
      code: 'DUPLICATE_MAC',
      message: `${name} has the MAC address ${mac}, which ${other} has already.`,
      params: { name, mac, other },
    };
  macs.set(mac, name);
  return null;
}
