import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { chooseLanguage } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { sampleSlice, sampleUpload, sampleVm } from '../testing/samples';
import { SaveDiskButton } from './SaveDiskButton';
import { SaveDiskPanel } from './SaveDiskPanel';

beforeEach(() => chooseLanguage('en'));

test('a disk is saved under a name, and how far that is shows below, of this VM only', async () => {
  const asked: string[] = [];
  const saving = { ...sampleUpload, state: 'saving' as const, percent: 40 };
  const items = [
    { ...saving, id: 2, name: 'golden', fileName: 'lab/web', vmId: 5 },
    { ...saving, id: 3, name: 'other', fileName: 'lab/db', vmId: 6 },
  ];
  const wrapper = apiWrapper(async (path, input) => {
    if (path === 'imageUploads.list') return { items, nextCursor: null };
    asked.push(`${path} ${JSON.stringify(input)}`);
    return null;
  });
  render(<SaveDiskPanel vm={{ id: 5, name: 'web', status: 'running' }} onCancel={() => undefined} />, { wrapper });
  expect(screen.getByText(/as after a power cut/)).toBeDefined();
  const bar = await screen.findByRole('progressbar', { name: 'Progress of golden' });
  expect(bar.getAttribute('aria-valuetext')).toBe('40%');
  expect(screen.getByText('Saving')).toBeDefined();
  expect(screen.queryByText('other')).toBeNull();
  const name = screen.getByLabelText('Name');
  await userEvent.clear(name);
  await userEvent.type(name, 'base');
  await userEvent.type(screen.getByLabelText('Description'), 'with nginx');
  await userEvent.click(screen.getByRole('button', { name: 'Save as image' }));
  expect(asked).toEqual([`imageUploads.save ${JSON.stringify({ vmId: 5, name: 'base', description: 'with nginx' })}`]);
});

test.each([
  ['kernel', 'stopped', /no disk of its own/],
  ['disk', 'absent', /no disk yet/],
] as const)('a VM of a %s image that is %s says why there is nothing to save', async (kind, status, why) => {
  const vm = sampleVm(1, 'web', { image: { id: 1, name: 'own', kind }, status });
  render(<SaveDiskButton slice={sampleSlice({ vmList: [vm] })} vm={vm} away={false} />, {
    wrapper: apiWrapper(async () => null),
  });
  await userEvent.hover(screen.getByRole('button', { name: 'Save as image…' }));
  expect(await screen.findByText(why)).toBeDefined();
});
