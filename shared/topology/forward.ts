import { z } from 'zod';

export const forwardProtocols = ['tcp', 'udp'] as const;
export type ForwardProtocol = (typeof forwardProtocols)[number];

/** A port of a guest that is reached through its zone's host; which port there, is said where it is deployed. */
export const forwardSchema = z.strictObject({
  protocol: z.enum(forwardProtocols).default('tcp'),
  guestPort: z.number().int().min(1, 'From 1 to 65535.').max(65_535, 'From 1 to 65535.'),
});
export type Forward = z.infer<typeof forwardSchema>;

/** What two forwards of one VM cannot share. */
export type ForwardKey = `${ForwardProtocol}:${number}`;
export const forwardKey = ({ protocol, guestPort }: Forward): ForwardKey => `${protocol}:${guestPort}`;

/** `53/udp`; of TCP, which is what goes without saying, only the port. */
export const forwardText = ({ protocol, guestPort }: Forward): string =>
  protocol === 'tcp' ? String(guestPort) : `${guestPort}/${protocol}`;

/** What {@link forwardText} writes; null of everything else, and of what is no port. */
export function readForward(text: string): Forward | null {
  const [, port, protocol = 'tcp'] = /^(\d{1,5})(?:\/(tcp|udp))?$/i.exec(text.trim()) ?? [];
  const read = forwardSchema.safeParse({ protocol: protocol.toLowerCase(), guestPort: Number(port ?? NaN) });
  return read.success ? read.data : null;
}
