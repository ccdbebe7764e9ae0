import { stringify } from 'yaml';
import { allocateAddresses } from '../addresses';
import type { Catalogue } from '../catalogue';
import type { TemplateDocument } from './document-types';
import { namesIn } from './written';

const unmasked = (address: string) => address.replace(/\/.*/, '');
const get = (resource: string) => ({ get_resource: resource });

/**
 * A Heat Orchestration Template (https://docs.openstack.org/heat/latest/template_guide/hot_spec.html): a Neutron network for each network and each
 * link, a port for each end with its address here, a Nova server for each VM. Flavours and images are asked for by their names. VMs with internet access
 * have a first port on a network with a router, whose outer network is a parameter.
 */
export function writeHot({ name, description, topology }: TemplateDocument, catalogue: Catalogue): string {
  const { flavour, image } = namesIn(catalogue);
  const plan = allocateAddresses(topology);
  const resources: Record<string, { type: string; properties: Record<string, unknown> }> = {};
  const network = (id: string, called: string, cidr: string, properties: Record<string, unknown> = {}) => {
    resources[id] = {
      type: 'OS::Neutron::Net',
      // machines of a lab route, and speak from addresses that Neutron has not given them
      properties: { name: called, port_security_enabled: { get_param: 'port_security' } },
    };
    resources[`${id}_subnet`] = {
      type: 'OS::Neutron::Subnet',
      properties: { network_id: get(id), cidr, enable_dhcp: true, gateway_ip: null, ...properties },
    };
  };
  const ports = new Map(topology.vms.map(({ key }) => [key, [] as { nic: number; port: string }[]]));
  const port = (id: string, key: string, nic: number, on: string, address: string, mac: string | undefined) => {
    resources[id] = {
      type: 'OS::Neutron::Port',
      properties: {
        network: get(on),
        fixed_ips: [{ subnet: get(`${on}_subnet`), ip_address: unmasked(address) }],
        ...(mac !== undefined && { mac_address: mac }),
      },
    };
    ports.get(key)?.push({ nic, port: id });
  };
  const online = topology.vms.some(({ internet }) => internet);
  if (online) {
    network('internet', 'internet', '10.255.0.0/16', { gateway_ip: '10.255.0.1', dns_nameservers: ['9.9.9.9'] });
    resources['router'] = {
      type: 'OS::Neutron::Router',
      properties: { external_gateway_info: { network: { get_param: 'public_network' } } },
    };
    resources['router_interface'] = {
      type: 'OS::Neutron::RouterInterface',
      properties: { router: get('router'), subnet: get('internet_subnet') },
    };
  }
  for (const { key, name: called } of topology.networks) network(`net_${key}`, called, plan.networks.get(key) ?? '');
  for (const edge of topology.edges) {
    const at = plan.edges.get(edge.key);
    if (at === undefined) continue;
    const isLink = at.targetAddress !== null;
    const on = isLink ? `link_${edge.key}` : `net_${edge.target}`;
    if (isLink) network(on, `link ${edge.key}`, at.subnet, { enable_dhcp: false });
    port(`port_${edge.key}_a`, edge.source, at.sourceNic, on, at.sourceAddress, edge.sourceMac);
    if (isLink) port(`port_${edge.key}_b`, edge.target, at.targetNic ?? 0, on, at.targetAddress ?? '', edge.targetMac);
  }
  for (const vm of topology.vms) {
    const own = (ports.get(vm.key) ?? []).toSorted((a, b) => a.nic - b.nic);
    resources[`vm_${vm.key}`] = {
      type: 'OS::Nova::Server',
      properties: {
        name: vm.name,
        flavor: flavour(vm),
        image: image(vm),
        networks: [
          ...(vm.internet ? [{ network: get('internet') }] : []),
          ...own.map((one) => ({ port: get(one.port) })),
        ],
        ...(vm.label !== '' && { metadata: { label: vm.label } }),
      },
    };
  }
  const template = {
    heat_template_version: '2018-08-31',
    description: [name, description].filter((text) => text !== '').join(': '),
    parameters: {
      port_security: { type: 'boolean', default: false, description: 'Whether Neutron filters what machines send.' },
      ...(online && { public_network: { type: 'string', description: 'The network outside, for internet access.' } }),
    },
    resources,
  };
  return stringify(template, { lineWidth: 0, aliasDuplicateObjects: false });
}
