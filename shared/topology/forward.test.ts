import fc from 'fast-check';
import { expect, test } from 'vitest';
import { forwardProtocols, forwardText } from './forward';
import { forwardSchema, readForward } from './forward-schema';
import { topologyVmSchema } from './schema';

test('what is written of a forward is read again, and nothing else is', () => {
  const forwards = fc.record({
    protocol: fc.constantFrom(...forwardProtocols),
    guestPort: fc.integer({ min: 1, max: 65_535 }),
  });
  fc.assert(
    fc.property(forwards, (forward) => {
      expect(readForward(forwardText(forward))).toEqual(forward);
    }),
  );
  expect(readForward(' 53/UDP ')).toEqual({ protocol: 'udp', guestPort: 53 });
  for (const text of ['', '0', '65536', '53/sctp', '53/', '-1', '5 3', '1e3', '8000-8010'])
    expect(readForward(text)).toBeNull();
});

test('a forward of before has no protocol and is one of TCP; ports that are none, and too many, are refused on the field', () => {
  expect(forwardSchema.parse({ guestPort: 22 })).toEqual({ protocol: 'tcp', guestPort: 22 });
  const refused = (forwards: unknown) => {
    const issue = topologyVmSchema.shape.forwards.safeParse(forwards).error?.issues[0];
    return [issue?.path.join('.'), issue?.message];
  };
  for (const guestPort of [0, 65_536]) expect(refused([{ guestPort }])).toEqual(['0.guestPort', 'From 1 to 65535.']);
  expect(refused([{ guestPort: 22, protocol: 'sctp' }])[0]).toBe('0.protocol');
  expect(refused(Array.from({ length: 9 }, (_, index) => ({ guestPort: index + 1 })))).toEqual([
    '',
    'At most 8 forwarded ports.',
  ]);
});
