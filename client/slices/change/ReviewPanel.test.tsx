import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { TRPCClientError } from '@trpc/client';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Plan } from '#shared/deployment/schema';
import type { PublicError } from '#shared/errors';
import type { Slice } from '#shared/slice';
import { chooseLanguage } from '../../i18n/i18n';
import { apiWrapper } from '../../testing/api';
import '../../testing/render';
import { sampleDeployment, samplePlan, sampleSlice } from '../../testing/samples';
import { ReviewPanel } from './ReviewPanel';

beforeEach(() => chooseLanguage('en'));

const busy = { code: 'SLICE_BUSY', message: 'Something is under way.' } as const;
const topology = { vms: [], networks: [], edges: [] };

/** The review of a change of `slice`, whose plans come one after another, and which is refused so when it is applied. */
function show(slice: Slice, { plans, refuse }: { plans: Plan[]; refuse?: PublicError }) {
  const asked: unknown[] = [];
  const [onApplied, onRefused, onConflict] = [vi.fn(), vi.fn(), vi.fn()];
  const wrapper = apiWrapper((path, input) => {
    if (path === 'auth.me') return Promise.resolve({ user: null, registrationOpen: false, registrationDomains: null });
    if (path === 'deployments.plan') return Promise.resolve(plans.length > 1 ? plans.shift() : plans[0]);
    asked.push([path, input]);
    if (refuse !== undefined)
      return Promise.reject(
        TRPCClientError.from({ error: { code: -32_600, message: refuse.message, data: { app: refuse } } }),
      );
    return Promise.resolve(sampleDeployment({ kind: 'update' }));
  });
  const panel = (of: Slice) => (
    <ReviewPanel
      {...{ opened: true, slice: of, topology, baseVersion: 1, onApplied, onRefused, onConflict }}
      catalogue={{ flavours: [], images: [], zones: [] }}
      onClose={() => undefined}
    />
  );
  const { rerender } = render(panel(slice), { wrapper });
  return { asked, onApplied, onConflict, now: (of: Slice) => rerender(panel(of)) };
}
const apply = () => screen.findByRole<HTMLButtonElement>('button', { name: /^(Apply|Aplicar)$/ });

test('a change of a slice in which another one is queued says so, and can be applied once that has ended', async () => {
  const slice = sampleSlice({ status: 'active', busy: 'update' });
  const waits = samplePlan({ kind: 'update', runnable: false, problems: [busy] });
  const { now, asked, onApplied } = show(slice, { plans: [waits, samplePlan({ kind: 'update' })] });
  await screen.findByText(/Another operation on this slice is under way/);
  expect((await apply()).disabled).toBe(true);
  now(sampleSlice({ status: 'active', busy: null }));
  await waitFor(async () => expect((await apply()).disabled).toBe(false));
  await userEvent.click(await apply());
  await waitFor(() => expect(onApplied).toHaveBeenCalledOnce());
  expect(asked).toMatchObject([['deployments.start', { kind: 'update', baseVersion: 1, change: { topology } }]]);
});

test('one that is queued between the plan and the click refuses it in a sentence, and the drawing stays', async () => {
  await chooseLanguage('es');
  const { asked, onApplied, onConflict } = show(sampleSlice({ status: 'active' }), {
    plans: [samplePlan({ kind: 'update' })],
    refuse: busy,
  });
  await waitFor(async () => expect((await apply()).disabled).toBe(false));
  await userEvent.click(await apply());
  await screen.findByText(/Hay otra operación en curso/);
  expect(onApplied).not.toHaveBeenCalled();
  expect(onConflict).not.toHaveBeenCalled();
  await userEvent.click(await apply());
  await waitFor(() => expect(asked).toHaveLength(2));
});
