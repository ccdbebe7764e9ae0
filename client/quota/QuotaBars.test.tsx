import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { countedFields, type Quota, type QuotaLimits, type QuotaUse } from '#shared/quota';
import { renderApp } from '../testing/render';
import { sampleQuota } from '../testing/samples';
import { quotaGroups } from './quota-fields';
import { QuotaBars } from './QuotaBars';

function quota(limits: Partial<QuotaLimits>, used: Partial<QuotaUse>): Quota {
  return sampleQuota(limits, used);
}
const texts = () => screen.getAllByRole('meter').map((meter) => meter.getAttribute('aria-valuetext'));

test('every quantity of a quota has its bar, in the order of the schema', () => {
  expect([...quotaGroups.total, ...quotaGroups.running]).toEqual(countedFields);
});

test('what is used and what is allowed stand as text, with their units', () => {
  renderApp(<QuotaBars quota={quota({ vms: 10, ramMb: 4096 }, { vms: 3, ramMb: 1536, slices: 2 })} />);
  expect(screen.getByRole('meter', { name: 'VMs' }).getAttribute('aria-valuetext')).toBe('3 of 10');
  expect(screen.getByRole('meter', { name: 'RAM' }).getAttribute('aria-valuetext')).toBe('1.5 GiB of 4 GiB');
  expect(screen.getByRole('meter', { name: 'Slices' }).getAttribute('aria-valuetext')).toBe('2, no limit');
});

test('what would be too much is marked', () => {
  renderApp(<QuotaBars quota={quota({ vms: 4, slices: 5 }, { vms: 3, slices: 1 })} added={{ vms: 2, slices: 1 }} />);
  const vms = screen.getByRole('meter', { name: 'VMs' });
  expect(vms.getAttribute('aria-valuetext')).toBe('3 → 5 of 4');
  expect(vms.dataset['level']).toBe('over');
  expect(screen.getByRole('meter', { name: 'Slices' }).dataset['level']).toBe('normal');
});

test('the compact form shows only what is limited, and says when nothing is', () => {
  const { unmount } = renderApp(<QuotaBars compact quota={quota({ runningVms: 2, diskGb: 0 }, { runningVms: 2 })} />);
  expect(texts()).toEqual(['0 GiB of 0 GiB', '2 of 2']);
  unmount();
  renderApp(<QuotaBars compact quota={quota({}, { vms: 9 })} />);
  expect(screen.queryAllByRole('meter')).toEqual([]);
  expect(screen.getByText('No limits are set for you.')).toBeDefined();
});
