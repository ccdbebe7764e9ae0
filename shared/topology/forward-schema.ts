import { z } from 'zod';
import { forwardProtocols, type Forward } from './forward';

export const forwardSchema = z.strictObject({
  protocol: z.enum(forwardProtocols).default('tcp'),
  guestPort: z.number().int().min(1, 'From 1 to 65535.').max(65_535, 'From 1 to 65535.'),
}) satisfies z.ZodType<Forward>;

/** What `forwardText` writes; null of everything else, and of what is no port. */
export function readForward(text: string): Forward | null {
  const [, port, protocol = 'tcp'] = /^(\d{1,5})(?:\/(tcp|udp))?$/i.exec(text.trim()) ?? [];
  const read = forwardSchema.safeParse({ protocol: protocol.toLowerCase(), guestPort: Number(port ?? NaN) });
  return read.success ? read.data : null;
}
