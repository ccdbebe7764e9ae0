/** A MAC address in the usual writing, `0a:00:00:00:00:01`, of one that is written so, with hyphens or in three groups with dots; null for what is none. */
export function macLike(text: string): string | null {
  const digits = /^(?:[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})$/i.test(
    text,
  )
    ? text.toLowerCase().replaceAll(/[^0-9a-f]/g, '')
    : null;
  return digits === null ? null : inOctets(digits);
}

/** The MAC of a device's NIC, by its number from 0, where the device has a first one and its NICs count on from there; null for what is none. */
export function macFrom(first: string, nic: number): string | null {
  const mac = macLike(first);
  if (mac === null || !Number.isSafeInteger(nic) || nic < 0) return null;
  const value = (Number.parseInt(mac.replaceAll(':', ''), 16) + nic) % 2 ** 48;
  return inOctets(value.toString(16).padStart(12, '0'));
}

const inOctets = (digits: string) => (digits.match(/../g) ?? []).join(':');
