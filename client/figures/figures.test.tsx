import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { TRPCClientError } from '@trpc/client';
import { beforeEach, expect, test } from 'vitest';
import type { Series, SliceFigures as Figures, VmFigures as OfVm, ZoneFigures as OfZone } from '#shared/figures';
import { say } from '#shared/sentence';
import { chooseLanguage } from '../i18n/i18n';
import { apiWrapper, type Answer } from '../testing/api';
import '../testing/render';
import { sampleSlice, sampleVm } from '../testing/samples';
import { SliceFigures } from './SliceFigures';
import { VmFigures } from './VmFigures';
import { ZoneFigures } from './ZoneFigures';

beforeEach(() => chooseLanguage('en'));

const none: Series = { points: [null, null], now: null, mean: null, peak: null };
const series = (now: number, mean = now, peak = now): Series => ({ points: [mean, now], now, mean, peak });
const times = { at: '2030-01-01T12:00:00.000Z', since: '2030-01-01T11:30:00.000Z', stepSeconds: 15 };
const used = (vmId: number, values: Partial<OfVm> = {}): OfVm => ({
  ...{ vmId, cpu: series(41, 20, 90), memory: series(128), disk: none, traffic: none },
  ...values,
});
const answering =
  (wanted: string, answer: () => unknown): Answer =>
  async (path) => {
    if (path !== wanted) throw new Error(path);
    return answer();
  };

function showSlice(figures: Partial<Figures>) {
  const opened: string[] = [];
  const slice = sampleSlice({ vmList: [sampleVm(1, 'web'), sampleVm(2, 'db')] });
  const wrapper = apiWrapper(answering('slices.figures', () => ({ ...times, measured: 0, vms: [], ...figures })));
  render(<SliceFigures slice={slice} onOpen={(key) => opened.push(key)} />, { wrapper });
  return opened;
}
const cells = (row: HTMLElement | undefined) =>
  row === undefined
    ? []
    : within(row)
        .getAllByRole('cell')
        .map(({ textContent }) => textContent);

test('each VM of a slice has a row with what it uses now, and leads to itself; what none has is left out', async () => {
  const opened = showSlice({ measured: 3, vms: [used(2), used(1, { cpu: none, traffic: series(1_500) })] });
  const table = await screen.findByRole('table', { name: 'What the VMs use' });
  const [, ...rows] = within(table).getAllByRole('row');
  expect(rows.map(cells)).toEqual([
    ['db', '41%', '128 MiB', '–'],
    ['web', '–', '128 MiB', '12 kbit/s'],
  ]);
  expect(within(table).queryByRole('columnheader', { name: /Disk/ })).toBeNull();
  expect(within(table).getByTitle('now 41% · mean 20% · peak 90%')).toBeDefined();
  expect(screen.getByText(/^Measured since /)).toBeDefined();
  expect(screen.getByText(/These are the 2 of 3 that use the processor most\./)).toBeDefined();
  await userEvent.click(within(table).getByRole('button', { name: /web/ }));
  expect(opened).toEqual(['vm-1']);
});

test('of a slice of which nothing was measured that is said', async () => {
  showSlice({ since: null });
  expect(await screen.findByText('There are no figures yet')).toBeDefined();
  expect(screen.getByText(/Nothing was measured yet/)).toBeDefined();
});

test('a VM has a graph for each figure, said in a line and in a table, and none of what it does not have', async () => {
  const points = Array.from({ length: 24 }, (_, index) => (index === 23 ? null : index));
  const memory = { points, now: null, mean: 11, peak: 22 };
  const wrapper = apiWrapper(answering('slices.figures', () => ({ ...times, vms: [used(1, { memory })] })));
  render(<VmFigures sliceId={7} vmId={1} />, { wrapper });
  const graph = within(await screen.findByRole('figure', { name: 'Memory' }));
  expect(graph.getByText('now – · mean 11 MiB · peak 22 MiB')).toBeDefined();
  const [, ...rows] = within(graph.getByRole('table', { name: 'Memory' })).getAllByRole('row');
  // every second one, the newest last
  expect(rows.map((row) => cells(row)[0])).toEqual([
    ...Array.from({ length: 11 }, (_, index) => `${index * 2 + 1} MiB`),
    '–',
  ]);
  expect(screen.getByRole('figure', { name: 'Traffic' }).textContent).toContain('not measured yet');
  expect(screen.queryByRole('figure', { name: 'Disk' })).toBeNull();
});

test('a VM that has not run has none', async () => {
  const wrapper = apiWrapper(answering('slices.figures', () => ({ ...times, vms: [] })));
  render(<VmFigures sliceId={7} vmId={1} />, { wrapper });
  expect(await screen.findByText('It has not run in the last hour.')).toBeDefined();
});

const zone: OfZone = {
  ...times,
  ...{ cpu: series(120), memory: series(2_048), vms: series(3) },
  machine: { processors: 8, totalMemoryMb: 16_384, cpu: series(310), memory: series(6_144) },
  top: null,
};

test('a zone has what its VMs use together, what its machine does, and, for administrators, which use most', async () => {
  const top = [{ vm: { id: 1, name: 'web' }, slice: { id: 7, name: 'lab' }, cpu: 90.5, memory: 256 }];
  render(<ZoneFigures zoneId={1} />, { wrapper: apiWrapper(answering('zones.figures', () => ({ ...zone, top }))) });
  const figure = async (name: string) => (await screen.findByRole('figure', { name })).querySelector('figcaption');
  expect((await figure('Processor'))?.textContent).toContain('now 120%');
  expect((await figure('VMs that run'))?.textContent).toContain('now 3');
  expect((await figure('Processors of the machine'))?.textContent).toContain('now 310%');
  expect((await figure('Memory of the machine'))?.textContent).toContain('now 6 GiB');
  expect(screen.getByText(/The machine has 8 processors and 16 GiB/)).toBeDefined();
  const table = screen.getByRole('table', { name: 'VMs that use the processor most' });
  expect(within(table).getByRole('link', { name: 'web' }).getAttribute('href')).toBe('/slices/7?tab=figures');
  expect(cells(within(table).getAllByRole('row')[1])).toEqual(['web', 'lab', '90.5%', '256 MiB']);
});

test('a zone that is not one machine has nothing of it, nor a table for who may not see everybody’s slices', async () => {
  render(<ZoneFigures zoneId={1} />, {
    wrapper: apiWrapper(answering('zones.figures', () => ({ ...zone, machine: null }))),
  });
  await screen.findByRole('figure', { name: 'VMs that run' });
  expect(screen.queryByRole('figure', { name: /machine/ })).toBeNull();
  expect(screen.queryByText(/The machine has/)).toBeNull();
  expect(screen.queryByText('VMs that use the processor most')).toBeNull();
});

test('figures at another server say at which, and nothing is to be tried again; what failed may be', async () => {
  const { message, sentences } = say('FIGURES_ELSEWHERE', { host: 'rack-7' });
  const refuse = (app: object) => () => {
    throw TRPCClientError.from({ error: { code: -32_600, message, data: { app } } });
  };
  const refused = (app: object) => apiWrapper(answering('zones.figures', refuse(app)));
  const { unmount } = render(<ZoneFigures zoneId={1} />, {
    wrapper: refused({ code: 'FIGURES_UNAVAILABLE', message, sentences }),
  });
  expect(await screen.findByText(/at the server rack-7: sign in there to see what they use/)).toBeDefined();
  expect(screen.queryByRole('button', { name: /again/ })).toBeNull();
  unmount();
  render(<ZoneFigures zoneId={1} />, { wrapper: refused({ code: 'DATABASE_BUSY', message: 'Busy.' }) });
  expect(await screen.findByRole('button', { name: /again/ })).toBeDefined();
});
