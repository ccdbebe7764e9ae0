import { fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { EdgeStatus, VmStatus } from '#shared/slice-status';
import { SliceBanner } from './SliceBanner';
import { renderApp } from '../testing/render';
import { sampleDeployment, sampleSlice, sampleVm } from '../testing/samples';

/** web – db, web – lan and app – lan, in a degraded slice. */
function degraded({ app = 'running', edge = 'down' }: { app?: VmStatus; edge?: EdgeStatus } = {}) {
  const slice = sampleSlice();
  const [line] = slice.edges;
  if (line === undefined) throw new Error('no edge');
  const toLan = { ...line, target: 'net-1', targetAddress: null };
  return sampleSlice({
    status: 'degraded',
    vmList: [
      sampleVm(1, 'web', { desired: 'running', status: 'running' }),
      sampleVm(2, 'db', { desired: 'running', status: 'running' }),
      sampleVm(3, 'app', { desired: 'running', status: app }),
    ],
    networks: [{ id: 1, key: 'net-1', name: 'lan', subnet: '10.0.1.0/24', x: 0, y: 0, status: 'up' }],
    edges: [
      { ...line, status: edge },
      { ...toLan, id: 12, key: 'e2', status: 'up' },
      { ...toLan, id: 13, key: 'e3', source: 'vm-3', status: edge },
    ],
  });
}

const listed = () =>
  within(screen.getByRole('status'))
    .queryAllByRole('listitem')
    .map((item) => item.textContent?.trim());

describe('the banner of an update that has failed', () => {
  const [first, second] = sampleDeployment().steps;
  if (first === undefined || second === undefined) throw new Error('no steps');
  const failed = sampleDeployment({
    kind: 'update',
    status: 'failed',
    error: 'VM db could not be made.',
    steps: [
      { ...first, status: 'done' },
      { ...second, status: 'failed', error: 'VM db could not be made.' },
    ],
    topologyChange: { version: 2, changes: [] },
  });
  const slice = sampleSlice({ status: 'failed', deployment: failed });

  it('says what is done and what is not, and takes it back when that is confirmed', async () => {
    const undone: number[] = [];
    renderApp(<SliceBanner slice={slice} deployment={failed} onUndo={(id) => undone.push(id)} />);
    const banner = screen.getByRole('alert');
    expect(banner.textContent).toContain('1 of 2 steps of the update are done, and stay so.');
    expect(banner.textContent).toMatch(/Not done: .*db/);
    fireEvent.click(within(banner).getByRole('button', { name: 'Undo the update' }));
    const dialog = await screen.findByRole('dialog', { name: 'Undo the update of lab?' });
    expect(undone).toEqual([]);
    fireEvent.click(within(dialog).getByRole('button', { name: 'Undo the update' }));
    expect(undone).toEqual([5]);
  });

  it('offers no way back to who may not change the slice, nor of what has changed no topology', () => {
    renderApp(<SliceBanner slice={slice} deployment={failed} />);
    expect(screen.queryByRole('button')).toBeNull();
    const start = { ...failed, kind: 'start' as const, topologyChange: null };
    renderApp(<SliceBanner slice={{ ...slice, deployment: start }} deployment={start} onUndo={() => undefined} />);
    expect(screen.queryByRole('button')).toBeNull();
  });
});

describe('the banner of a degraded slice', () => {
  it('names the links that are down when all VMs run', () => {
    renderApp(<SliceBanner slice={degraded()} deployment={undefined} />);
    expect(listed()).toEqual(['Link web–db is down.', 'Link app–lan is down.']);
  });

  it('names a VM that does not run, not the links that are down for want of it', () => {
    renderApp(<SliceBanner slice={degraded({ app: 'stopped' })} deployment={undefined} />);
    expect(listed()).toEqual(['VM app is stopped, and was asked to run.', 'Link web–db is down.']);
  });
});
