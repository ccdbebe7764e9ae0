/** Numbers of frames as people write them. */

const hex = (value: number) => value.toString(16).padStart(2, '0');

export function macText(bytes: Uint8Array): string {
  return Array.from(bytes, hex).join(':');
}

/** IPv4 as four numbers, IPv6 as RFC 5952 has it; by how many bytes there are. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0));
  let best = { at: 0, length: 0 };
  for (let at = 0; at < 8; at += 1) {
    let length = 0;
    while (at + length < 8 && groups[at + length] === 0) length += 1;
    if (length > best.length) best = { at, length };
  }
  const words = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (best.length < 2) return words(groups);
  return `${words(groups.slice(0, best.at))}::${words(groups.slice(best.at + best.length))}`;
}

/** The bytes of an address, of either version; null for what is none. */
export function addressBytes(text: string): Uint8Array | null {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
    const parts = text.split('.').map(Number);
    return parts.every((part) => part <= 255) ? Uint8Array.from(parts) : null;
  }
  if (!text.includes(':')) return null;
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [left = [], right = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - left.length - right.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...left, ...Array.from({ length: missing }, () => '0'), ...right];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return Uint8Array.from(
    groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]),
  );
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
