import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import type { LinkTraffic } from '#shared/capture/traffic';
import { chooseLanguage } from '../../i18n/i18n';
import { renderApp } from '../../testing/render';
import { sampleSlice } from '../../testing/samples';
import { TrafficLog } from './traffic-log';
import { TrafficPanel } from './TrafficPanel';

// jsdom has no canvas to draw on; what it shows stands in words beside it
vi.mock('../../figures/Graph', () => ({ Graph: () => null }));
beforeEach(() => chooseLanguage('en'));

const [edge] = sampleSlice().edges;
if (edge === undefined) throw new Error('The sample has a link.');
const slice = sampleSlice({
  edges: [edge, { ...edge, id: 12, key: 'e2', source: 'vm-2', target: 'vm-3' }],
});
const link = (edgeId: number, bytes: number, bitsPerSecond: number, lost: number | null = null): LinkTraffic => ({
  ...{ edgeId, frames: bytes / 100, bytes, framesPerSecond: 1, bitsPerSecond },
  drops: lost === null ? null : { forth: { lost, dropped: 0 }, back: { lost: 0, dropped: 2 } },
  dropsPerSecond: lost === null ? null : 1.5,
});

function show(links: readonly string[] = [], readings: readonly (readonly LinkTraffic[])[] = []) {
  const log = new TrafficLog();
  readings.forEach((reading, at) => log.take(reading, 1_700_000_000_000 + at * 2_000));
  const choose = { link: vi.fn(), vm: vi.fn() };
  renderApp(<TrafficPanel {...{ slice, log, links, vm: null }} onChooseLink={choose.link} onChooseVm={choose.vm} />);
  return { ...choose, user: userEvent.setup() };
}
const readings = [
  [link(11, 1_000, 0, 4), link(12, 0, 0)],
  [link(11, 3_500, 8_000, 7), link(12, 900, 24_000)],
];
const rowsOf = (name: string) =>
  within(screen.getByRole('table', { name }))
    .getAllByRole('row')
    .slice(1)
    .map((row) =>
      within(row)
        .getAllByRole('cell')
        .map((cell) => cell.textContent),
    );

test('links and VMs that talk most are listed, the fastest first, and chosen by a click', async () => {
  const { user, link: onLink, vm: onVm } = show([], readings);
  expect(rowsOf('Links that talk most')).toEqual([
    ['db–app', '24 kbit/s', '900 B', '–'],
    ['web–db', '8 kbit/s', '2.5 kB', '3'],
  ]);
  await user.click(screen.getByRole('button', { name: 'Choose web–db on the canvas' }));
  expect(onLink).toHaveBeenCalledWith('e1');
  expect(screen.getByRole('figure', { name: 'Traffic: All links' }).textContent).toContain('now 32 kbit/s');

  await user.click(screen.getByRole('radio', { name: 'VMs' }));
  expect(rowsOf('VMs that talk most')).toEqual([
    ['db', '32 kbit/s', '3.4 kB', '3'],
    ['app', '24 kbit/s', '900 B', '–'],
    ['web', '8 kbit/s', '2.5 kB', '3'],
  ]);
  await user.click(screen.getByRole('button', { name: 'Choose app on the canvas' }));
  expect(onVm).toHaveBeenCalledWith('vm-3');
});

test('a link that is chosen has its graph, and what does not arrive on it each way', () => {
  show(['e1'], readings);
  expect(screen.getByRole('figure', { name: 'Traffic: web–db' }).textContent).toContain('now 8 kbit/s');
  expect(screen.getByRole('figure', { name: /^Frames that do not arrive/ }).textContent).toContain('now 1.5 a second');
  expect(screen.getByText('web → db: 7 frames lost, 0 dropped for want of room.')).toBeTruthy();
  expect(screen.getByText('db → web: 0 frames lost, 2 dropped for want of room.')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Choose web–db on the canvas' }).getAttribute('aria-pressed')).toBe('true');
});

test('a link of which nobody can tell what does not arrive has no such graph, and one sees when nothing is known yet', () => {
  show(['e2'], readings);
  expect(screen.queryByRole('figure', { name: /^Frames that do not arrive/ })).toBeNull();
  expect(screen.getByRole('figure', { name: 'Traffic: db–app' })).toBeTruthy();
  show();
  expect(screen.getByText('Counting begins…')).toBeTruthy();
});
