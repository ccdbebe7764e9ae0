import type { TopologyEdge } from '../schema';
import type { LabLink, LabNic, LabSubnet } from './lab';

/*
 * What is chosen of addresses as attributes, for formats that have no place of their own for it but take attributes of ours: labels of containerlab, data of
 * GraphML, attributes in a draw.io drawing.
 */

/** By an attribute's name the property that it holds. */
const attributes = {
  subnet: 'ownSubnet',
  ipv6: 'ipv6',
  mtu: 'mtu',
  'source-address': 'sourceOwnAddress',
  'target-address': 'targetOwnAddress',
  'source-address6': 'sourceOwnAddress6',
  'target-address6': 'targetOwnAddress6',
  'source-mac': 'sourceMac',
  'target-mac': 'targetMac',
  'source-nic': 'sourceOwnNic',
  'target-nic': 'targetOwnNic',
} as const satisfies Record<string, keyof TopologyEdge>;
type AttributeName = keyof typeof attributes;
export const addressingAttributes = Object.keys(attributes) as readonly AttributeName[];

type Chosen = Pick<TopologyEdge, (typeof attributes)[AttributeName]>;

/** What a network or an edge chooses, each attribute's name as `nameOf` writes it; nothing is there of what is not chosen. */
export function addressingTexts(part: Chosen, nameOf: (name: AttributeName) => string): Record<string, string> {
  return Object.fromEntries(
    addressingAttributes.flatMap((name) => {
      const value = part[attributes[name]];
      return value === undefined ? [] : [[nameOf(name), String(value)]];
    }),
  );
}

/** The same as a lab has it, of texts by the attributes' names; null and an empty text are none. */
export function addressingFrom(told: (name: AttributeName) => string | null): Pick<LabLink, 'chosen' | 'nics'> {
  const text = (name: AttributeName) => {
    const value = told(name);
    return value === '' ? null : value;
  };
  const number = (name: AttributeName) => {
    const value = text(name);
    return value === null ? null : Number(value);
  };
  const chosen: LabSubnet = { subnet: text('subnet'), ipv6: text('ipv6'), mtu: number('mtu') };
  const nic = (end: 'source' | 'target'): LabNic => ({
    mac: text(`${end}-mac`),
    address: text(`${end}-address`),
    address6: text(`${end}-address6`),
    nic: number(`${end}-nic`),
  });
  return { chosen, nics: [nic('source'), nic('target')] };
}
