/*
 * Lists begin with what counts of things with one name: of what is there twice, since a request that was taken for lost can come late, all who look
 * choose the same one, and it is the one that something hangs on.
 */

/** Those of which `isFirst` is true, then the others, each from the oldest on. */
function inOrder<Thing extends { id: string }>(
  things: readonly Thing[],
  isFirst: (thing: Thing) => boolean,
  madeAt: (thing: Thing) => string,
): Thing[] {
  return things.toSorted(
    (a, b) => Number(isFirst(b)) - Number(isFirst(a)) || madeAt(a).localeCompare(madeAt(b)) || a.id.localeCompare(b.id),
  );
}

/** One that works goes before one that never got its ports, since the other one has them. */
export const serversInOrder = <Server extends { id: string; status: string; created: string }>(
  servers: readonly Server[],
): Server[] =>
  inOrder(
    servers,
    ({ status }) => status !== 'ERROR',
    ({ created }) => created,
  );

/** One with a subnet goes before one without: NICs are on it. */
export const networksInOrder = <Network extends { id: string; subnets: string[]; created_at: string }>(
  networks: readonly Network[],
): Network[] =>
  inOrder(
    networks,
    ({ subnets }) => subnets.length > 0,
    ({ created_at: madeAt }) => madeAt,
  );

/** One that is plugged in goes before one that is not. */
export const portsInOrder = <Port extends { id: string; device_id: string; created_at: string }>(
  ports: readonly Port[],
): Port[] =>
  inOrder(
    ports,
    ({ device_id: server }) => server !== '',
    ({ created_at: madeAt }) => madeAt,
  );
