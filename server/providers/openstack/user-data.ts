import type { VmSpec } from '../provider';
import { cloudInitDocuments } from '../qemu/images/cloud-init';

/** NICs that forwards and internet access would be for: there are none. */
const noDhcp = { forwards: null, internet: null };
/** So long after a boot a NIC may come. */
const routeSeconds = 300;
const takeRoute = `(for second in $(seq ${routeSeconds}); do ip route replace "$1" via "$2" && break; sleep 1; done) > /dev/null 2>&1 &`;

/** What a guest is told by its config drive besides its addresses, in base64. Its routes are commands: of them Nova, which says what its network is, knows nothing. */
export function userDataOf(vm: VmSpec): string {
  const routes = vm.routes.map(({ to, via }) => ['sh', '-c', takeRoute, 'sh', to, via]);
  return Buffer.from(cloudInitDocuments(vm, noDhcp, routes)['user-data'] ?? '').toString('base64');
}
