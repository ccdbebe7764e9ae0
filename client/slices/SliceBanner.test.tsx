import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { EdgeStatus, VmStatus } from '#shared/slice-status';
import { SliceBanner } from './SliceBanner';
import { renderApp } from '../testing/render';
import { sampleSlice, sampleVm } from '../testing/samples';

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
