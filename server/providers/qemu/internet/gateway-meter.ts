import { readFile } from 'node:fs/promises';
import type { MeterReading } from '#server/lib/meters';
import { processFigures } from '../process-figures';
import { gatewayDevice, shaperDevice } from './gateway-plan';

/**
 * What has passed through the network namespace of a gateway's process, since it was made; null when it is gone. The meter is the process, by its
 * start, and the machine's run: another gateway is another one, and who is asked after a restart of the server is still the same.
 */
export async function readGatewayMeter(pid: number): Promise<MeterReading | null> {
  const before = await processFigures(pid);
  const texts = await Promise.all([
    readFile(`/proc/${pid}/net/dev`, 'utf8'),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
  ]).catch(() => null);
  // another process may have got its number in between
  const after = await processFigures(pid);
  if (before === null || texts === null || after?.startedAt !== before.startedAt) return null;
  const bytes = bytesPassed(texts[0]);
  return bytes === null ? null : { meter: `${texts[1].trim()}/${pid}/${before.startedAt}`, bytes };
}

/**
 * What guests have sent and got, of the text of `/proc/net/dev` (proc_net_dev(5)) in their gateway's namespace: where their rate is limited, what has got
 * through to them, not what was held up and dropped. Null where it is another's.
 */
export function bytesPassed(text: string): number | null {
  const devices = new Map(
    [...text.matchAll(/^ *([^\s:]+):([\d ]+)$/gm)].map(([, name = '', counters = '']) => {
      const numbers = counters.trim().split(/\s+/).map(Number);
      return [name, { received: numbers[0] ?? 0, sent: numbers[8] ?? 0 }];
    }),
  );
  const way = devices.get(gatewayDevice);
  if (way === undefined) return null;
  return way.sent + (devices.get(shaperDevice)?.sent ?? way.received);
}
