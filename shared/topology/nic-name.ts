/**
 * What the interface of a NIC is called, on the drawing and in its guest, whatever the guest's kernel counts: numbers may have gaps, as after
 * a link has gone.
 * @param index the NIC's number in its VM, from 0
 */
export function nicName(index: number): string {
  return `eth${index}`;
}
