import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { countedFields } from '#shared/quota';
import { renderApp } from '../testing/render';
import { sampleQuota } from '../testing/samples';
import { eachField } from './each-field';
import { QuotaForm } from './QuotaForm';

const ofRole = sampleQuota({ vms: 10, ramMb: 4096 }).limits;

test('each quantity is as the role has it, without a limit, or a number', async () => {
  const save = vi.fn(async () => {});
  renderApp(
    <QuotaForm
      initial={{ ...eachField(() => 'role' as const), slices: 3, diskGb: null }}
      ofRole={ofRole}
      used={sampleQuota({}, { slices: 5 }).used}
      save={save}
      onCancel={() => {}}
    />,
  );
  expect(screen.getByText(/5 in use\. Below what is in use/)).toBeDefined();
  expect(screen.getAllByRole('option', { name: 'As the role: 10' })).toHaveLength(1);
  expect(screen.getAllByRole('option', { name: 'As the role: 4 GiB' })).toHaveLength(1);

  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Limit of VMs' }), 'number');
  const amount = screen.getByRole('textbox', { name: 'How much: VMs' });
  // it begins with what the role says
  expect(amount).toHaveProperty('value', '10');
  await userEvent.clear(amount);
  await userEvent.type(amount, '12');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(save).toHaveBeenCalledExactlyOnceWith({
    ...eachField(() => 'role'),
    slices: 3,
    diskGb: null,
    vms: 12,
  });
});

test('a number that is missing is said at its field, and nothing is saved', async () => {
  const save = vi.fn(async () => {});
  renderApp(<QuotaForm initial={eachField(() => null)} save={save} onCancel={() => {}} />);
  expect(screen.queryByRole('option', { name: /As the role/ })).toBeNull();
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Limit of Slices' }), 'number');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  const amount = screen.getByRole('textbox', { name: 'How much: Slices' });
  expect(amount.getAttribute('aria-invalid')).toBe('true');
  expect(screen.getByText('This is needed.')).toBeDefined();
  expect(save).not.toHaveBeenCalled();
});

test('what each slice may have of the internet is set in its units, and has no sum that is in use', async () => {
  const save = vi.fn(async () => {});
  const initial = { ...eachField(() => null), internetKbps: 2_000 };
  renderApp(<QuotaForm initial={initial} used={sampleQuota().used} save={save} onCancel={() => {}} />);
  expect(screen.getAllByText(/in use$/)).toHaveLength(countedFields.length);
  const rate = screen.getByRole('textbox', { name: 'How much: Internet rate' });
  await userEvent.clear(rate);
  await userEvent.type(rate, '5');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(rate.getAttribute('aria-invalid')).toBe('true');
  await userEvent.clear(rate);
  await userEvent.type(rate, '512');
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Limit of Internet per month' }), 'number');
  await userEvent.type(screen.getByRole('textbox', { name: 'How much: Internet per month' }), '300');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(save).toHaveBeenCalledExactlyOnceWith({ ...initial, internetKbps: 512, internetMbPerMonth: 300 });
});
