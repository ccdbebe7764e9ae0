import { expect, test } from 'vitest';
import { vmSpec } from '../contract-fixtures';
import { machineNameOf, sliceIdOf } from './find-machines';
import { gatewayArgs, networkArgs, qemuProgram, vmArgs } from './qemu-args';

test('knows its own command lines, and no others', () => {
  const image = { id: 1, name: 't', kind: 'disk', source: '/x', sha256: null, readyMarker: null } as const;
  const lineOf = (program: string, args: string[]) => `${[program, ...args].join('\0')}\0`;
  const args = vmArgs(vmSpec(12, image), {
    accelerator: 'tcg',
    files: { kind: 'disk' },
    hostPorts: new Map(),
    forwardAddress: '127.0.0.1',
  });
  expect(machineNameOf(lineOf(`/usr/bin/${qemuProgram}`, args))).toBe('v12');
  const hub = networkArgs({ sliceId: 1, id: 7 }, 'u', { attachments: [], joins: [] });
  expect(machineNameOf(lineOf(qemuProgram, hub))).toBe('n7');
  expect(machineNameOf(lineOf(qemuProgram, gatewayArgs('u')))).toBe('gw');
  // what starts it names it, too
  expect(machineNameOf(lineOf('setpriv', ['--', qemuProgram, ...gatewayArgs('u')]))).toBeNull();
  expect(machineNameOf(lineOf('grep', args))).toBeNull();
  expect(machineNameOf(lineOf(qemuProgram, ['-m', '96']))).toBeNull();
  expect(machineNameOf('')).toBeNull();
});

test('tells the slice by the folder, of this zone only', () => {
  expect(sliceIdOf('/z/1/s12', '/z/1')).toBe(12);
  expect(sliceIdOf('/z/1/s12 (deleted)', '/z/1')).toBe(12);
  expect(sliceIdOf('/z/10/s12', '/z/1')).toBeNull();
  expect(sliceIdOf('/z/1/s12/v5', '/z/1')).toBeNull();
});
