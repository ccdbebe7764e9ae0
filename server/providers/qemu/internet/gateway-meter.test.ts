import { expect, test } from 'vitest';
import { bytesPassed, readGatewayMeter } from './gateway-meter';

const head = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:     700       7    0    0    0     0          0         0      700       7    0    0    0     0       0          0
`;
const inet = `  inet: 300976      18    0    0    0     0          0         0   301308      23    0    0    0     0       0          0\n`;
const shaper = `shaper: 290000      18    0    2    0     0          0         0   280000      16    0    0    0     0       0          0\n`;

test('what passes is what goes out and what comes in, loopback not', () => {
  expect(bytesPassed(head + inet)).toBe(300_976 + 301_308);
  // a counter of many digits stands at the colon
  expect(bytesPassed(`${head}  inet:107823456  1 0 0 0 0 0 0 511028 1 0 0 0 0 0 0\n`)).toBe(107_823_456 + 511_028);
});

test('of what is slowed down, what guests have got', () => {
  expect(bytesPassed(head + inet + shaper)).toBe(301_308 + 280_000);
});

test('a process that is gone, or is no gateway, has none', async () => {
  expect(bytesPassed(head)).toBeNull();
  expect(await readGatewayMeter(process.pid)).toBeNull();
  expect(await readGatewayMeter(2 ** 22)).toBeNull();
});
