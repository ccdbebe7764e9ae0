import { useEffect, useMemo, useState } from 'react';
import type { Problem } from '#shared/errors';
import type { Topology } from '#shared/topology/schema';

type Check = (topology: Topology) => Problem[];
const none: Problem[] = [];

/** What is wrong with the user-data of a drawing's VMs. Its parser is loaded when there is any; until then nothing is known to be wrong. */
export function useUserDataProblems(topology: Topology): Problem[] {
  const [check, setCheck] = useState<Check | null>(null);
  const needed = topology.vms.some(({ userData }) => userData !== '');
  useEffect(() => {
    if (!needed) return undefined;
    let shown = true;
    // where it cannot be loaded the server says the same, when the drawing is saved
    import('#shared/topology/formats/user-data').then(
      ({ userDataProblems }) => shown && setCheck(() => userDataProblems),
      () => {},
    );
    return () => {
      shown = false;
    };
  }, [needed]);
  return useMemo(() => (check === null || !needed ? none : check(topology)), [check, needed, topology]);
}
