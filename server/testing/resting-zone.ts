import type { Connection, Pool, RowDataPacket } from 'mysql2/promise';
import type { Provider, SliceObservation } from '#server/providers/provider';

/** What a zone would say of slices of which there is what their rows say. */
async function asRowsSay(
  database: Pool | Connection,
  ids: readonly number[],
): Promise<[id: number, observation: SliceObservation][]> {
  if (ids.length === 0) return [];
  const of = async (table: string, more = '') => {
    const [rows] = await database.query<RowDataPacket[]>(
      `select slice_id as sliceId, id, status, applied${more} from ${table} where slice_id in (?) and status <> 'absent'`,
      [ids],
    );
    return rows;
  };
  const vms = await of('slice_vms', ', forwards');
  const networks = await of('slice_networks');
  const edges = await of('slice_edges');
  return ids.map((id) => {
    const here = (rows: RowDataPacket[]) => rows.filter((row) => row['sliceId'] === id);
    // the rows have the shape in which a provider reports
    const seen = {
      observedAt: new Date(),
      vms: here(vms).map((row) => ({ ...row, error: null })),
      networks: here(networks),
      edges: here(edges),
    } as unknown as SliceObservation;
    return [id, seen];
  });
}

/**
 * A simulated zone that besides its own VMs has all that rows of `database` say are stopped, as if copies of slices had been
 * deployed, too: a million in memory would take more of it than everything else.
 */
export function withResting(simulator: Provider, database: Pool | Connection): Provider {
  let listed: number[] | null = null;
  return {
    ...simulator,
    async observeMany(slices) {
      const seen = await simulator.observeMany(slices);
      const lacking = slices.filter(({ id }) => (seen.get(id)?.vms.length ?? 0) === 0).map(({ id }) => id);
      for (const [id, observation] of await asRowsSay(database, lacking)) seen.set(id, observation);
      return seen;
    },
    async listSlices() {
      const own = await simulator.listSlices();
      if (listed === null) {
        const [rows] = await database.query<RowDataPacket[]>("select id from slices where status = 'stopped'");
        // asked once there are copies: a folder is listed faster
        if (rows.length > 1) listed = rows.map((row) => Number(row['id']));
      }
      return [...new Set([...own, ...(listed ?? [])])];
    },
  };
}
