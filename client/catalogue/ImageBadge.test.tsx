import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { ImageZoneState } from '#shared/image';
import { renderApp } from '../testing/render';
import { ImageBadge } from './ImageBadge';

const zone = (
  zoneName: string,
  state: ImageZoneState['state'],
  more: Partial<ImageZoneState> = {},
): ImageZoneState => ({
  zoneId: 1,
  zoneName,
  state,
  reason: null,
  doneMb: null,
  totalMb: null,
  at: '2026-01-01T00:00:00.000Z',
  ...more,
});

test('a broken image is not available, and says in which zone and why', () => {
  const zones = [zone('a', 'verified'), zone('b', 'broken', { reason: 'There is nothing at its URL.' })];
  renderApp(<ImageBadge image={{ retiredAt: null, source: 'builtin:tiny', zones }} />);
  expect(screen.getByText('Broken').getAttribute('title')).toBe('a: Verified\nb: There is nothing at its URL.');
  expect(screen.queryByText('Available')).toBeNull();
});

test.each([
  ['Not built yet', []],
  ['Fetching', [zone('a', 'fetching', { doneMb: 12, totalMb: 300 })]],
  ['Waiting', [zone('a', 'requested')]],
  ['Building', [zone('a', 'building'), zone('b', 'verified')]],
  ['Verified', [zone('a', 'verified'), zone('b', 'unbuildable', { reason: 'There is no apt.' })]],
  ['Not to be built', [zone('b', 'unbuildable', { reason: 'There is no apt.' })]],
])('an image is told to be %s', (word, zones) => {
  renderApp(<ImageBadge image={{ retiredAt: null, source: 'builtin:tiny', zones }} />);
  const badge = screen.getByText(word);
  if (word === 'Fetching') expect(badge.getAttribute('title')).toBe('a: Fetching 12 MiB / 300 MiB');
});
