import { addressBytes, addressText, macText } from '#shared/capture/text';

/*
 * DHCP messages (RFC 2131) and their options (RFC 2132), between bytes and what they say. Pure. Addresses are texts, numbers are in the order of the network.
 */

export const dhcpPorts = { server: 67, client: 68 } as const;

/** Kinds of messages, in option 53. */
export const dhcpKinds = {
  discover: 1,
  offer: 2,
  request: 3,
  decline: 4,
  ack: 5,
  nak: 6,
  release: 7,
  inform: 8,
} as const;

/** The options that are read or told here. */
export const dhcpOptions = {
  subnetMask: 1,
  router: 3,
  nameServer: 6,
  hostName: 12,
  domain: 15,
  mtu: 26,
  requestedAddress: 50,
  leaseSeconds: 51,
  kind: 53,
  server: 54,
  routes: 121,
} as const;

export interface DhcpMessage {
  /** Of a client, or its answer. */
  op: 'request' | 'reply';
  /** By which a client knows its answer, 32 bits. */
  transaction: number;
  /** Whether it wants its answer as a broadcast: it cannot take anything else yet. */
  broadcast: boolean;
  /** `ciaddr`: what the client has; `yiaddr`: what it is given; `giaddr`: the relay agent that passed it on. `0.0.0.0` for none. */
  clientAddress: string;
  yourAddress: string;
  agentAddress: string;
  mac: string;
  options: ReadonlyMap<number, Uint8Array>;
}

const cookie = 0x63825363;
const headLength = 240;
/** BOOTP clients drop what is shorter (RFC 1542 §2.1). */
const leastLength = 300;
const [pad, end] = [0, 255];
const broadcastFlag = 0x8000;

/** The message in a datagram; null of one that is none, or that is not of Ethernet. An option that comes in parts is put together (RFC 3396). */
export function readDhcp(data: Buffer): DhcpMessage | null {
  if (data.length < headLength || data.readUInt32BE(236) !== cookie) return null;
  const [op, kind, length] = data;
  if ((op !== 1 && op !== 2) || kind !== 1 || length !== 6) return null;
  const options = new Map<number, Uint8Array>();
  for (let at = headLength; at < data.length && data[at] !== end;) {
    const code = data[at] ?? pad;
    at += 1;
    if (code === pad) continue;
    const size = data[at] ?? 0;
    at += 1;
    if (at + size > data.length) return null;
    const part = data.subarray(at, at + size);
    options.set(code, Buffer.concat([options.get(code) ?? Buffer.alloc(0), part]));
    at += size;
  }
  const address = (at: number) => addressText(data.subarray(at, at + 4));
  return {
    op: op === 1 ? 'request' : 'reply',
    transaction: data.readUInt32BE(4),
    broadcast: (data.readUInt16BE(10) & broadcastFlag) !== 0,
    clientAddress: address(12),
    yourAddress: address(16),
    agentAddress: address(24),
    mac: macText(data.subarray(28, 34)),
    options,
  };
}

/** The bytes of a message. Throws a RangeError for an option that has no code. */
export function writeDhcp(message: DhcpMessage): Buffer {
  const head = Buffer.alloc(headLength);
  head.set([message.op === 'request' ? 1 : 2, 1, 6]);
  head.writeUInt32BE(message.transaction, 4);
  head.writeUInt16BE(message.broadcast ? broadcastFlag : 0, 10);
  head.set(addressBytes(message.clientAddress) ?? [], 12);
  head.set(addressBytes(message.yourAddress) ?? [], 16);
  head.set(addressBytes(message.agentAddress) ?? [], 24);
  head.set(Buffer.from(message.mac.replaceAll(':', ''), 'hex'), 28);
  head.writeUInt32BE(cookie, 236);
  const parts: Uint8Array[] = [head];
  for (const [code, value] of message.options) {
    if (code <= pad || code >= end) throw new RangeError(`No option of DHCP: ${code}`);
    for (let at = 0; at === 0 || at < value.length; at += 255) {
      const part = value.subarray(at, at + 255);
      parts.push(Uint8Array.of(code, part.length), part);
    }
  }
  const written = Buffer.concat([...parts, Uint8Array.of(end)]);
  return written.length >= leastLength ? written : Buffer.concat([written], leastLength);
}

/** The address that an option says; null where it says none. */
export function addressIn({ options }: DhcpMessage, code: number): string | null {
  const value = options.get(code);
  return value?.length === 4 ? addressText(value) : null;
}

/** What the data of that option for all routes may have, so that the message is one that every client takes, of 576 octets (RFC 2131 §2). */
const mostRouteBytes = 190;

/** The data of {@link dhcpOptions.routes} (RFC 3442). Those that have no room any more are left out, the last ones first. @param to with prefix length */
export function routesData(routes: readonly { to: string; via: string }[]): Uint8Array {
  const told: Uint8Array[] = [];
  let length = 0;
  for (const { to, via } of routes) {
    const [subnet = '', prefix = ''] = to.split('/');
    const [target, next] = [addressBytes(subnet), addressBytes(via)];
    // IPv6 has its own ways of telling
    if (target?.length !== 4 || next?.length !== 4) continue;
    // of the subnet only what counts
    const route = Buffer.from([Number(prefix), ...target.subarray(0, Math.ceil(Number(prefix) / 8)), ...next]);
    length += route.length;
    if (length > mostRouteBytes) break;
    told.push(route);
  }
  return Buffer.concat(told);
}
