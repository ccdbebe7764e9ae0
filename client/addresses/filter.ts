import { forwardArrow } from '#shared/topology/address-files';
import type { AddressRow } from '#shared/topology/address-table';

/** Whether a row holds a text anywhere that it is shown with. Pure. */
export function holds(row: AddressRow, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return true;
  const { vm, hostname, image, mac, addresses, network, peer, forwards, guest } = row;
  const words = [vm, hostname, image, mac, row.interface, network, peer, ...addresses, ...forwards.map(forwardArrow)];
  return [...words, guest?.interface, ...(guest?.addresses ?? [])].some((word) => word?.toLowerCase().includes(wanted));
}
