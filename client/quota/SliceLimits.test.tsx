import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { renderApp } from '../testing/render';
import { sampleQuota } from '../testing/samples';
import { SliceLimits } from './SliceLimits';

test('what each slice may have of the internet stands with its units, or that nothing limits it', () => {
  renderApp(<SliceLimits limits={sampleQuota({ internetKbps: 25_000, internetMbPerMonth: 1536 }).limits} />);
  const values = () => screen.getAllByRole('definition').map(({ textContent }) => textContent);
  expect(values()).toEqual(['25 Mbit/s', '1.5 GiB']);
});

test('without limits it says so of each', () => {
  renderApp(<SliceLimits limits={sampleQuota().limits} />);
  expect(screen.getAllByText('No limit')).toHaveLength(2);
});
