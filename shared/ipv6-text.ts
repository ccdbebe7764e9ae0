/** The eight groups of an address; null for what is none. */
export function ipv6Groups(text: string): number[] | null {
  const [head = '', tail, ...more] = text.split('::');
  const read = (part: string) => (part === '' ? [] : part.split(':'));
  const [left, right] = [read(head), read(tail ?? '')];
  const missing = 8 - left.length - right.length;
  if (more.length > 0 || (tail === undefined ? missing !== 0 : missing < 1)) return null;
  const groups = [...left, ...Array<string>(missing).fill('0'), ...right];
  return groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : null;
}

/** As RFC 5952 has it: small letters, and the longest row of zeros left out. */
export function ipv6Text(groups: readonly number[]): string {
  const texts = groups.map((group) => group.toString(16));
  let [start, length] = [0, 1];
  for (let at = 0; at < groups.length; at++) {
    let end = at;
    while (groups[end] === 0) end += 1;
    if (end - at > length) [start, length] = [at, end - at];
  }
  if (length === 1) return texts.join(':');
  return `${texts.slice(0, start).join(':')}::${texts.slice(start + length).join(':')}`;
}
