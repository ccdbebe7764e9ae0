import { ipv6Groups, ipv6Text } from '../ipv6-text';

/** Numbers of frames as people write them. */

const hex = (value: number) => value.toString(16).padStart(2, '0');

export function macText(bytes: Uint8Array): string {
  return Array.from(bytes, hex).join(':');
}

/** IPv4 as four numbers, IPv6 as RFC 5952 has it; by how many bytes there are. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  return ipv6Text(
    Array.from({ length: 8 }, (_, index) => ((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0)),
  );
}

/** The bytes of an address, of either version; null for what is none. */
export function addressBytes(text: string): Uint8Array | null {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
    const parts = text.split('.').map(Number);
    return parts.every((part) => part <= 255) ? Uint8Array.from(parts) : null;
  }
  const groups = ipv6Groups(text);
  return groups === null ? null : Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255]));
}

/** What can be shown of bytes that are meant as text. */
export function plainText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·')).join('');
}

/** `0x88cc` */
export function hexWord(value: number, digits = 4): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

/** Base64 as it comes from the server. */
export function bytesOfBase64(text: string): Uint8Array {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = characters.charCodeAt(at);
  return bytes;
}
