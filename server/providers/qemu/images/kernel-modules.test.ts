import { expect, test } from 'vitest';
import { dependenciesOf, moduleName } from './kernel-modules';

test('modules have one name, however their file is called', () => {
  expect(moduleName('kernel/drivers/misc/pvpanic/pvpanic-pci.ko.xz')).toBe('pvpanic_pci');
  expect(moduleName('virtio_net')).toBe('virtio_net');
});

test('reads what a module needs from its own information', () => {
  const module = Buffer.from('\x7fELF…\0license=GPL\0depends=net_failover,virtio-ring\0name=x\0');
  expect(dependenciesOf(module)).toEqual(['net_failover', 'virtio_ring']);
  expect(dependenciesOf(Buffer.from('\0depends=\0'))).toEqual([]);
  expect(dependenciesOf(Buffer.from('\x7fELF'))).toEqual([]);
});
