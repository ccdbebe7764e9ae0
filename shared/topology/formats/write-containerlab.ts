import { stringify } from 'yaml';
import { allocateAddresses } from '../addresses';
import type { Catalogue } from '../catalogue';
import { forwardText } from '../forward';
import type { TopologyEdge } from '../schema';
import { addressingTexts } from './addressing-attributes';
import type { TemplateDocument } from './document-types';
import { unique } from './guess';
import { namesIn } from './written';

/** Of a Linux interface's name, which a bridge's is. */
const bridgeNameLength = 15;
const labelOf = (name: string) => `trama-${name}`;

/**
 * A containerlab topology: a node of kind linux for each VM, a bridge for each network, links in the short form but where MACs are chosen. What containerlab has
 * no place for is in labels, by which it is read again as it was, but for addresses that are given and the keys of edges.
 */
export function writeContainerlab({ name, description, topology }: TemplateDocument, catalogue: Catalogue): string {
  const { flavour, image } = namesIn(catalogue);
  const taken = new Set(topology.vms.map((vm) => vm.name.toLowerCase()));
  const nodeNames = new Map(topology.vms.map((vm) => [vm.key, vm.name]));
  for (const network of topology.networks) {
    const plain = network.name.replaceAll(/[^A-Za-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '');
    nodeNames.set(network.key, unique(plain === '' ? 'net' : plain, taken, bridgeNameLength));
  }
  const labels = (values: Record<string, string | number | boolean>) => ({
    labels: Object.fromEntries(
      Object.entries(values)
        .filter(([, value]) => value !== '' && value !== false)
        .map(([key, value]) => [key, String(value)]),
    ),
  });
  const isBridge = new Set(topology.networks.map(({ key }) => key));
  const { edges: places } = allocateAddresses(topology);
  const end = (key: string, edge: number, nic: number | null | undefined, mac: string | undefined) => {
    // a bridge's ports are interfaces of the machine: their names must differ between bridges, too; eth0 of a node is there for itself
    const name = isBridge.has(key) ? `tr${edge + 1}` : `eth${(nic ?? 0) + 1}`;
    return { node: nodeNames.get(key) ?? key, interface: name, ...(mac !== undefined && { mac }) };
  };
  const link = (edge: TopologyEdge, index: number) => {
    const { source, target, sourceMac, targetMac, mtu, ...other } = edge;
    const place = places.get(edge.key);
    const ends = [end(source, index, place?.sourceNic, sourceMac), end(target, index, place?.targetNic, targetMac)];
    const told = addressingTexts(other, labelOf);
    const own = { ...(mtu !== undefined && { mtu }), ...(Object.keys(told).length > 0 && { labels: told }) };
    // the short form has no place for MACs
    return sourceMac === undefined && targetMac === undefined
      ? { endpoints: ends.map((one) => `${one.node}:${one.interface}`), ...own }
      : { type: 'veth', endpoints: ends, ...own };
  };
  const document = {
    name: name.replaceAll(/[^\p{Letter}\p{Number}_.-]+/gu, '-'),
    topology: {
      nodes: Object.fromEntries([
        ...topology.vms.map((vm) => [
          vm.name,
          {
            kind: 'linux',
            image: image(vm),
            ...labels({
              'graph-posX': vm.x,
              'graph-posY': vm.y,
              'trama-key': vm.key,
              'trama-label': vm.label,
              'trama-flavour': flavour(vm),
              'trama-image': image(vm),
              'trama-internet': vm.internet,
            }),
            // without a port of the host, as its engine then gives one
            ...(vm.exec.length > 0 && { exec: vm.exec }),
            ...(vm.forwards.length > 0 && { ports: vm.forwards.map(forwardText) }),
          },
        ]),
        ...topology.networks.map((network) => [
          nodeNames.get(network.key) ?? network.key,
          {
            kind: 'bridge',
            ...labels({
              'graph-posX': network.x,
              'graph-posY': network.y,
              'trama-key': network.key,
              'trama-network': network.name,
              ...addressingTexts(network, labelOf),
            }),
          },
        ]),
      ]),
      links: topology.edges.map(link),
    },
  };
  const about = [name, ...description.split('\n')].map((line) =>
    `# ${line.replaceAll(/[\p{Control}\u2028\u2029]/gu, ' ')}`.trimEnd(),
  );
  return `${about.join('\n')}\n${stringify(document, { lineWidth: 0, defaultStringType: 'PLAIN', aliasDuplicateObjects: false })}`;
}
