/** The external network that is named, by name or id; without a name the only one. Null for none, or for one of several. */
export function chooseExternal<Network extends { id: string; name: string }>(
  networks: readonly Network[],
  wanted: string,
): Network | null {
  const found = wanted === '' ? networks : networks.filter(({ id, name }) => id === wanted || name === wanted);
  const [first] = found;
  return found.length === 1 && first !== undefined ? first : null;
}
