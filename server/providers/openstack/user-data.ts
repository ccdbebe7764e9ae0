import { nicName } from '#shared/topology/nic-name';
import type { VmSpec } from '../provider';
import { cloudInitDocuments } from '../qemu/images/cloud-init';

/** NICs that forwards and internet access would be for: there are none. */
const noDhcp = { forwards: null, internet: null };
/** So long after a boot a NIC may come. */
const routeSeconds = 300;
const takeRoute = `(for second in $(seq ${routeSeconds}); do ip route replace "$1" via "$2" && break; sleep 1; done) > /dev/null 2>&1 &`;

/**
 * Gives the interface with a MAC the name that is drawn, beside the one that the image has given it (`altname`, ip-link(8)): by that one its network
 * has been configured, since what Nova says of it has no names.
 */
const takeName = [
  'for path in /sys/class/net/*; do',
  '[ -e "$path/device" ] && [ "$(cat "$path/address")" = "$1" ] && ip link property add dev "${path##*/}" altname "$2"',
  'done > /dev/null 2>&1; true',
].join('\n');

/**
 * What a guest is told by its config drive besides its addresses, in base64. Its routes and the names of its interfaces are commands: of them Nova, which
 * says what its network is, knows nothing.
 */
export function userDataOf(vm: VmSpec): string {
  const names = vm.nics.map(({ mac, index }) => ['sh', '-c', takeName, 'sh', mac.toLowerCase(), nicName(index)]);
  const routes = vm.routes.map(({ to, via }) => ['sh', '-c', takeRoute, 'sh', to, via]);
  return Buffer.from(cloudInitDocuments(vm, noDhcp, [...names, ...routes])['user-data'] ?? '').toString('base64');
}
