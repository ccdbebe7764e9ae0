import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { TRPCClientError } from '@trpc/client';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Plan } from '#shared/deployment/schema';
import type { PublicError } from '#shared/errors';
import { chooseLanguage } from '../../i18n/i18n';
import { apiWrapper } from '../../testing/api';
import '../../testing/render';
import { samplePlan, sampleSlice } from '../../testing/samples';
import { ClonePanel } from './ClonePanel';

beforeEach(() => chooseLanguage('en'));

const slice = sampleSlice({ status: 'active' });
const zones = ['local', 'rack'].map((name, index) => ({
  ...{ id: index + 1, name, enabled: true, capabilities: null, free: { vcpus: 8, ramMb: 2048, diskGb: 50 } },
}));
const full = samplePlan({
  runnable: false,
  problems: [
    {
      code: 'NO_CAPACITY',
      message: 'Not enough RAM in zone rack.',
      params: { zone: 'rack', resource: 'ramMb', needs: 768, free: 512, lacking: 256 },
    },
  ],
});

function show({ refuse, plan }: { refuse?: PublicError; plan?: (zoneId: number) => Plan } = {}) {
  const asked: unknown[] = [];
  const wrapper = apiWrapper((path, input) => {
    if (path === 'zones.list') return Promise.resolve({ items: zones });
    if (path === 'slices.freeName') {
      const { name } = input as { name: string };
      return Promise.resolve({ name: name === 'lab' ? 'lab (2)' : name });
    }
    if (path === 'slices.previewClone')
      return Promise.resolve((plan ?? (() => samplePlan()))((input as { zoneId: number }).zoneId));
    asked.push([path, input]);
    if (refuse !== undefined)
      return Promise.reject(
        TRPCClientError.from({ error: { code: -32_600, message: refuse.message, data: { app: refuse } } }),
      );
    return Promise.resolve(sampleSlice({ id: 8, name: 'lab (2)' }));
  });
  render(<ClonePanel slice={slice} onCancel={() => undefined} />, { wrapper });
  return asked;
}
const nameField = () => screen.findByRole<HTMLInputElement>('textbox', { name: 'Name' });

describe('a slice is cloned', () => {
  test('under a name that is free, into its own zone, and what comes along is said', async () => {
    const asked = show();
    const name = await nameField();
    await waitFor(() => expect(name.value).toBe('lab (2)'));
    expect(screen.getByText(/Nothing of what is on its disks or in its memory/)).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Clone' }));
    await waitFor(() => expect(asked).toMatchObject([['slices.clone', { id: 7, name: 'lab (2)', zoneId: 1 }]]));
  });

  test('into a zone that is full, which the plan says before', async () => {
    const asked = show({ plan: (zoneId) => (zoneId === 2 ? full : samplePlan()) });
    await userEvent.click(await screen.findByRole('combobox', { name: 'Zone' }));
    await userEvent.click(await screen.findByRole('option', { name: /rack/ }));
    await screen.findByText(/768 MiB needed, 512 MiB free, 256 MiB lacking/);
    await screen.findByText(/can be created as a draft/);
    expect(asked).toEqual([]);
  });

  test('under a name that is taken meanwhile, which is told on its field', async () => {
    const refusal = { code: 'NAME_TAKEN', message: 'There is a slice called lab (2) already.', field: 'name' } as const;
    show({ refuse: { ...refusal, params: { name: 'lab (2)' } } });
    const name = await nameField();
    await waitFor(() => expect(name.value).toBe('lab (2)'));
    await userEvent.click(screen.getByRole('button', { name: 'Clone' }));
    await waitFor(() => expect(name.getAttribute('aria-invalid')).toBe('true'));
    // and one that is typed says at once what is free
    await userEvent.clear(name);
    await userEvent.type(name, 'lab');
    await screen.findByText(/lab \(2\)/);
  });
});
