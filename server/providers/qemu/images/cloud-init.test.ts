import { expect, test } from 'vitest';
import { pair, vmSpec } from '../../contract-fixtures';
import { cloudInitDocuments } from './cloud-init';

const image = { id: 1, name: 'debian', kind: 'disk', source: '/d.qcow2', sha256: null, readyMarker: null } as const;
const parse = (text: string | undefined): unknown => JSON.parse((text ?? '').replace('#cloud-config\n', ''));

test('tells the guest its name, its addresses by MAC, and its neighbours', () => {
  const { a } = pair({ a: 1, b: 2, edge: 3 }, image);
  const documents = cloudInitDocuments(a, '52:54:01:00:00:01');
  expect(parse(documents['meta-data'])).toEqual({ 'instance-id': a.uuid, 'local-hostname': 'vm-1' });
  expect(parse(documents['network-config'])).toEqual({
    version: 2,
    ethernets: {
      edge3: { match: { macaddress: '52:54:00:00:03:01' }, addresses: ['10.0.3.1/30'], optional: true },
      forwards: { match: { macaddress: '52:54:01:00:00:01' }, dhcp4: true, optional: true },
    },
  });
  expect(documents['user-data']?.startsWith('#cloud-config\n')).toBe(true);
  expect(parse(documents['user-data'])).toMatchObject({
    hostname: 'vm-1',
    ssh_pwauth: false,
    write_files: [{ path: '/etc/hosts', content: '10.0.3.1 vm-1\n10.0.3.2 vm-2\n', append: true }],
  });
});

test('a VM without neighbours needs no hosts file', () => {
  const documents = cloudInitDocuments(vmSpec(1, image), null);
  expect(parse(documents['user-data'])).toMatchObject({ write_files: [] });
  expect(parse(documents['network-config'])).toEqual({ version: 2, ethernets: {} });
});
