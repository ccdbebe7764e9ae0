import { qemuDefaults } from '#shared/zone-settings';
import { renderHook, screen } from '@testing-library/react';
import { TRPCClientError } from '@trpc/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EventData } from '#shared/deployment/events';
import { asError, asReason, asValue, plain, say, together, type Said } from '#shared/sentence';
import { allCapabilities, type Capabilities, type Zone } from '#shared/zone';
import { useErrorMessage } from '../api/error-message';
import { ImageBadge } from '../catalogue/ImageBadge';
import { chooseLanguage } from '../i18n/i18n';
import { spoken } from '../i18n/spoken';
import { renderApp } from '../testing/render';
import { sampleDeployment, sampleSlice, sampleVm } from '../testing/samples';
import { ZoneCard } from '../zones/ZoneCard';
import { SliceBanner } from './SliceBanner';
import { StepList } from './StepList';
import { VmTable } from './VmTable';
import { eventSentence } from './event-sentence';
import i18next from 'i18next';

const at = '2026-01-01T00:00:00.000Z';
const line = 'could not open disk image overlay.qcow2: Failed to get "write" lock';
const why = together(say('VM_ENDED_STARTING'), say('QEMU_SAYS', { line }));
const failure = together(say('VM_NOT_STARTED', { label: 'web' }), why, say('RETRY_OR_DESTROY'));
const english = /(?<![\p{L}\d])(the|and|of|with|could|cannot|was|while|its|retry|says|full|free|all)(?![\p{L}\d])/iu;

/** What stands on the page, its titles too, without what QEMU has said. */
function page(): string {
  const titles = [...document.querySelectorAll('[title]')].map((element) => element.getAttribute('title') ?? '');
  return [document.body.textContent, ...titles].join('\n').replaceAll(line, '');
}

beforeEach(() => chooseLanguage('es'));
afterEach(() => chooseLanguage('en'));

test('a VM that failed says so in Spanish, and quotes QEMU as it spoke', () => {
  const vm = sampleVm(1, 'web', { status: 'failed', desired: 'running', ...asError(why) });
  const deployment = { ...sampleDeployment(), status: 'failed' as const, ...asError(failure) };
  const steps = deployment.steps.map((step) => ({ ...step, status: 'failed' as const, ...asError(failure) }));
  const slice = sampleSlice({ status: 'failed', vmList: [vm], edges: [], deployment });
  const ignore = () => undefined;
  renderApp(
    <>
      <SliceBanner slice={slice} deployment={{ ...deployment, steps }} />
      <StepList deployment={{ ...deployment, steps }} vmName={() => 'web'} />
      <VmTable slice={slice} running={new Map()} onOpen={ignore} onOpenConsole={ignore} />
    </>,
  );
  expect(screen.getAllByText(/La máquina virtual terminó mientras arrancaba\. QEMU dice: could not open/)).not.toEqual(
    [],
  );
  expect(page()).toContain('No se pudo arrancar la MV web:');
  expect(page()).not.toMatch(english);
});

test('what happened to a VM is told in Spanish', () => {
  const data: EventData = { type: 'vm.status', vmId: 1, name: 'web', status: 'failed', ...asError(why) };
  const said = eventSentence(i18next.getFixedT('es', 'events'), data, () => 'web');
  expect(said).toBe(`La MV web ha fallado. La máquina virtual terminó mientras arrancaba. QEMU dice: ${line}`);
});

function zoneWith(run: Said): Zone {
  const no = { ok: false, ...asReason(run) };
  const internet = { ok: false, ...asReason(say('INTERNET_UNSAFE')) };
  const capabilities: Capabilities = { ...allCapabilities(no), internet, internetRate: internet };
  return {
    ...{ id: 1, name: 'local', provider: 'qemu', enabled: true, physical: null, capacity: null, free: null },
    limits: { vcpus: null, ramMb: null, diskGb: null },
    overcommit: { vcpus: 8, ram: 4, disk: 4 },
    allocated: { vcpus: 0, ramMb: 0, diskGb: 0 },
    ...{ runningVms: 0, slices: 0, capabilities, vmLimits: null },
    settings: qemuDefaults,
    facts: [
      { name: 'Accelerator', value: 'tcg' },
      { name: 'QEMU', ...asValue(say('NOT_INSTALLED')) },
      { name: 'VMs run as', ...asValue(say('RUN_AS_SHARED', { uid: 65_534 })) },
    ],
    observedAt: at,
    home: { id: 1, host: 'lab-1', seenAt: at, away: false },
    released: false,
    createdAt: at,
  };
}

test.each([
  say('TOOL_MISSING', { tool: 'QEMU', packages: 'qemu-system-x86 qemu-utils' }),
  say('DISK_FULL_FREE', { free: '15 MiB' }),
  say('ZONE_SILENT'),
  say('ZONE_SERVER_AWAY', { zone: 'local', host: 'lab-1', since: at }),
  say('PROVIDER_ELSEWHERE', { provider: 'openstack' }),
])('a zone that cannot run VMs says why in Spanish: $message', (run) => {
  const ignore = () => undefined;
  renderApp(
    <ZoneCard
      zone={zoneWith(run)}
      mayManage
      refreshing={false}
      onRefresh={ignore}
      onEdit={ignore}
      onLeftovers={ignore}
      onMove={ignore}
      onDelete={ignore}
    />,
  );
  expect(page()).not.toContain(run.message);
  expect(page()).not.toMatch(english);
});

test.each([
  say('IMAGE_CORRUPT', { image: 'debian' }),
  say('FETCH_NOTHING_THERE', { image: 'debian', status: 404 }),
  say('FETCH_REFUSED', { image: 'debian', status: 403 }),
  say('FETCH_CIRCLE', { image: 'debian' }),
  say('FETCH_REDIRECTS', { image: 'debian', max: 5 }),
  say('IMAGE_NO_ROOM', { image: 'debian' }),
])('a broken image says why in Spanish: $message', (said) => {
  const broken = { zoneId: 1, zoneName: 'local', state: 'broken', doneMb: null, totalMb: null, at } as const;
  renderApp(
    <ImageBadge image={{ retiredAt: null, source: 'builtin:tiny', zones: [{ ...broken, ...asReason(said) }] }} />,
  );
  expect(page()).toContain('debian');
  expect(page()).not.toMatch(english);
});

test.each([
  ['es', /^Ahora no se puede llegar a la zona lab: su servidor rack-1 no da señales de vida desde .*2026/],
  ['en', /^Zone lab cannot be reached now: its server rack-1 is away, last seen .*2026/],
] as const)('when the server of a zone was last seen is told as people write it (%s)', async (language, said) => {
  await chooseLanguage(language);
  const params = { zone: 'lab', host: 'rack-1', since: at };
  const { message, sentences } = say('ZONE_SERVER_AWAY', params);
  const app = { code: 'ZONE_AWAY', message, sentences, params };
  const error = TRPCClientError.from({ error: { message, code: -32000, data: { app } } });
  const { result } = renderHook(useErrorMessage);
  expect(result.current(error)).toMatch(said);
  expect(result.current(error)).not.toContain(at);
});

test('what was written by an older server, or is said by a newer one, is shown as it came', () => {
  expect(spoken('It broke.', null)).toBe('It broke.');
  expect(spoken('It broke.', plain('It broke.').sentences.slice())).toBe('It broke.');
  expect(spoken('It is too hot.', [{ code: 'TOO_HOT' }])).toBe('It is too hot.');
});
