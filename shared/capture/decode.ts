import { decodeArp, decodeIpv4, decodeIpv6 } from './decode-ip';
import { decodeLldp, decodeStp } from './decode-link';
import { Decoding, type Packet } from './packet';
import { hexWord, macText } from './text';

const etherTypes: Record<number, ((decoding: Decoding, at: number) => void) | undefined> = {
  0x0800: decodeIpv4,
  0x0806: decodeArp,
  0x86dd: decodeIpv6,
  0x88cc: decodeLldp,
};
/** 802.1Q, 802.1ad. */
const vlanTags = new Set([0x8100, 0x88a8]);

/**
 * Reads an Ethernet frame as far as it is known and was kept: whatever the bytes are, there is a line and the layers that could be read.
 * Pure, for filters at the server and for the page.
 */
export function decodeFrame(bytes: Uint8Array): Packet {
  const decoding = new Decoding(bytes);
  try {
    decodeEthernet(decoding);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    decoding.summary = `${decoding.summary}${decoding.summary === '' ? '' : ' '}[cut]`;
  }
  const { source, destination, protocol, summary, layers, vlans, addresses, ports, protocols } = decoding;
  const mac = (at: number) => bytes.subarray(at, at + 6);
  return {
    source,
    destination,
    protocol,
    summary,
    layers,
    facts: { macs: [mac(6), mac(0)], vlans, addresses, ports, protocols },
  };
}

function decodeEthernet(decoding: Decoding): void {
  const head = decoding.view(0, 14);
  const [to, from] = [decoding.slice(0, 6), decoding.slice(6, 6)];
  decoding.destination = macText(to);
  decoding.source = macText(from);
  let type = head.getUint16(12);
  let at = 14;
  decoding.add(
    {
      name: 'Ethernet',
      at: 0,
      length: 14,
      fields: [
        ['Destination', macText(to)],
        ['Source', macText(from)],
        [type >= 0x600 ? 'Type' : 'Length', type >= 0x600 ? hexWord(type) : String(type)],
      ],
    },
    { summary: type >= 0x600 ? `Type ${hexWord(type)}` : 'LLC' },
  );
  while (vlanTags.has(type)) {
    const tag = decoding.view(at, at + 4);
    const vlan = tag.getUint16(0) & 0xfff;
    type = tag.getUint16(2);
    decoding.vlans.push(vlan);
    const fields = [
      ['VLAN', String(vlan)],
      ['Priority', String(tag.getUint16(0) >> 13)],
      ['Type', hexWord(type)],
    ] as const;
    decoding.add(
      { name: '802.1Q', at, length: 4, fields },
      { word: 'vlan', summary: `VLAN ${vlan}, type ${hexWord(type)}` },
    );
    at += 4;
  }
  // IEEE 802.3: a length, and LLC behind it
  if (type < 0x600) decodeStp(decoding, at);
  else etherTypes[type]?.(decoding, at);
}
