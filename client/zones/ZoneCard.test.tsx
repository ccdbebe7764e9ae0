import { qemuDefaults } from '#shared/zone-settings';
import { cleanup, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { allCapabilities, type Zone } from '#shared/zone';
import { renderApp } from '../testing/render';
import { ZoneCard } from './ZoneCard';

const ok = { ok: true, reason: null };
const zone: Zone = {
  id: 1,
  name: 'local',
  provider: 'qemu',
  enabled: true,
  physical: { vcpus: 2, ramMb: 24_576, diskGb: 100 },
  limits: { vcpus: null, ramMb: null, diskGb: null },
  overcommit: { vcpus: 8, ram: 4, disk: 4 },
  settings: qemuDefaults,
  capacity: { vcpus: 16, ramMb: 98_304, diskGb: 400 },
  allocated: { vcpus: 4, ramMb: 1536, diskGb: 8 },
  free: { vcpus: 12, ramMb: 96_768, diskGb: 392 },
  runningVms: 3,
  slices: 1,
  capabilities: allCapabilities(ok),
  vmLimits: { nics: 24, vcpus: { min: 1, max: 255 }, ramMb: { min: 32, max: 24_576 }, diskGb: { min: 0, max: 2048 } },
  facts: [{ name: 'QEMU', value: '7.2.0' }],
  observedAt: '2026-01-01T00:00:00.000Z',
  home: { id: 1, host: 'lab-1', seenAt: '2026-01-01T00:00:00.000Z', away: false },
  released: false,
  createdAt: '2026-01-01T00:00:00.000Z',
};

function show(changes: Partial<Zone>) {
  const ignore = () => undefined;
  renderApp(
    <ZoneCard
      zone={{ ...zone, ...changes }}
      mayManage
      refreshing={false}
      onRefresh={ignore}
      onEdit={ignore}
      onMove={ignore}
      onLeftovers={ignore}
      onDelete={ignore}
    />,
  );
}

test('the room of a zone is told in numbers and units', () => {
  show({});
  expect(screen.getByText('Ready')).toBeDefined();
  expect(screen.getByRole('meter', { name: 'vCPU' }).getAttribute('aria-valuetext')).toBe('4 of 16');
  expect(screen.getByRole('meter', { name: 'RAM' }).getAttribute('aria-valuetext')).toBe('1.5 GiB of 96 GiB');
});

test('a zone that cannot run says why and which command helps', () => {
  const reason = 'QEMU is not installed. Type `apt-get install qemu-system-x86`.';
  show({
    capacity: null,
    physical: null,
    capabilities: { ...allCapabilities(ok), run: { ok: false, reason } },
  });
  expect(screen.getByRole('alert').textContent).toContain('QEMU is not installed.');
  expect(screen.getByText('apt-get install qemu-system-x86')).toBeDefined();
  expect(screen.getByRole('button', { name: 'Copy: apt-get install qemu-system-x86' })).toBeDefined();
  expect(screen.getByRole('meter', { name: 'Disk' }).getAttribute('aria-valuetext')).toBe(
    '8 GiB in use, capacity unknown',
  );
});

test('a zone says which server has it and when that was last heard of', () => {
  show({ home: { id: 1, host: 'lab-7', seenAt: '2026-01-02T03:04:05.000Z', away: false } });
  const server = screen.getByText('Server').nextElementSibling;
  expect(server?.textContent).toContain('lab-7');
  expect(server?.querySelector('time')?.dateTime).toBe('2026-01-02T03:04:05.000Z');
  expect(screen.queryByText('Its server is away')).toBeNull();
  expect(screen.getByText('Ready')).toBeDefined();
});

test('a zone whose server was away was shown as ready', () => {
  show({ home: { id: 1, host: 'lab-7', seenAt: '2026-01-02T03:04:05.000Z', away: true } });
  const badge = screen.getByText('Its server is away');
  expect(badge.querySelector('svg')).not.toBeNull();
  expect(screen.queryByText('Ready')).toBeNull();
  expect(screen.getByText(/What is shown here is what it told last/)).toBeDefined();
});

test('a zone that no server has taken says so, and one behind OpenStack has none', () => {
  show({ home: null });
  expect(screen.getByText('No server has taken it yet')).toBeDefined();
  cleanup();
  show({ home: null, provider: 'openstack' });
  expect(screen.queryByText('Server')).toBeNull();
});

test('a zone says what one VM can have, and who reaches forwarded ports', () => {
  show({ facts: [{ name: 'Forwards listen on', value: '0.0.0.0' }] });
  expect(screen.getByText('One VM').nextElementSibling?.textContent).toBe(
    'up to 24 NICs, 1 to 255 vCPUs, 32 MiB to 24 GiB RAM, up to 2 TiB disk',
  );
  expect(screen.getByText('Forwarded ports').nextElementSibling?.textContent).toBe(
    '0.0.0.0Whoever reaches the zone’s server at any of its addresses reaches them.',
  );
  cleanup();
  show({ vmLimits: null });
  expect(screen.queryByText('One VM')).toBeNull();
});
