import { z } from 'zod';
import { ipv6Groups, ipv6Text } from '../ipv6-text';
import { drawingLimits } from './limits';

/*
 * What may be chosen of addresses. A choice is a property of its own beside the address plan (`addresses.ts`), which follows it: so what was
 * chosen can be told from what was given. What of it cannot be in a drawing, `validate-addressing.ts` says.
 */

/** A subnet, by its own address and prefix length. */
export const ownSubnetSchema = z.cidrv4('A subnet with its prefix length: 192.168.1.0/24.');
/** IPv6 beside IPv4, in a subnet that is given or chosen (`ipv6.ts`). */
export const ipv6Schema = z.union([z.literal('given'), z.cidrv6()], 'A /64 of IPv6, as fd00:1::/64, or “given”.');
/** A static address; its prefix length is that of its subnet. */
export const ownAddressSchema = z.ipv4('An IPv4 address without a prefix length: 192.168.1.10.');
/** The same of IPv6, as RFC 5952 writes it. */
export const ownAddress6Schema = z
  .ipv6('An IPv6 address without a prefix length or a zone: fd00:1::10.')
  .overwrite((text) => {
    const groups = ipv6Groups(text);
    return groups === null ? text : ipv6Text(groups);
  });
/** Octets in the order in which they are sent (IEEE 802-2014 §8). */
export const macSchema = z
  .string()
  .regex(/^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$/, 'A MAC address: 0a:00:00:00:00:01.')
  .toLowerCase();
/** Octets of the largest packet that NICs send: at least what every IPv4 link carries (RFC 791). */
export const mtuSchema = z.number().int().min(drawingLimits.leastMtu).max(drawingLimits.mostMtu);
