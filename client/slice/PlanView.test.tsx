import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Problem } from '#shared/errors';
import { offers } from './actions';
import { PlanView } from './PlanView';
import { SliceActions } from './SliceActions';
import { renderApp } from '../testing/render';
import { samplePlan, sampleSlice } from '../testing/samples';

const lacking: Problem = {
  code: 'NO_CAPACITY',
  message: 'Not enough RAM.',
  params: { zone: 'local', resource: 'ramMb', needs: 8192, free: 4096, lacking: 4096 },
};
const unknown: Problem = { code: 'SOMETHING_NEW', message: 'The server says why.' };
const commands = { start: () => {}, cancel: () => {}, retry: () => {}, pending: false };

describe('PlanView', () => {
  it('shows every reason against it, with what to do', () => {
    renderApp(<PlanView plan={samplePlan({ problems: [lacking, unknown], runnable: false })} zone="local" />);
    const alert = screen.getByRole('alert');
    expect(within(alert).getByText('2 reasons why this cannot run')).toBeTruthy();
    expect(alert.textContent).toContain('Not enough RAM in zone local: 8 GiB needed, 4 GiB free, 4 GiB lacking.');
    expect(alert.textContent).toContain('choose smaller flavours');
    expect(alert.textContent).toContain('The server says why.');
  });

  it('shows what is in use, what would be, and what there is', () => {
    renderApp(<PlanView plan={samplePlan()} zone="local" />);
    expect(screen.getByRole('meter', { name: 'vCPU' }).getAttribute('aria-valuetext')).toBe('6 → 9 of 16');
    expect(screen.getByRole('meter', { name: 'RAM' }).getAttribute('aria-valuetext')).toBe('4 GiB → 4.8 GiB of 8 GiB');
  });

  it('shows the steps in order, and what each waits for', () => {
    renderApp(<PlanView plan={samplePlan()} />);
    const steps = within(screen.getByRole('region', { name: 'Plan' })).getAllByRole('listitem');
    const texts = steps.map((step) => step.textContent);
    expect(texts).toContain('1Create VM web');
    expect(texts).toContain('2Create VM dbafter 1');
  });
});

describe('SliceActions', () => {
  it('keeps Deploy from being pressed while the plan cannot run, and says why', () => {
    const plan = samplePlan({ problems: [lacking], runnable: false });
    renderApp(<SliceActions slice={sampleSlice()} plan={plan} commands={commands} />);
    const deploy = screen.getByRole('button', { name: 'Deploy' });
    expect(deploy.getAttribute('aria-disabled')).toBe('true');
    expect(deploy.getAttribute('aria-description')).toContain('Not enough RAM in zone local');
  });

  it('lets Deploy be pressed once the plan can run', () => {
    const asked: string[] = [];
    const listening = { ...commands, start: (kind: string) => asked.push(kind) };
    renderApp(<SliceActions slice={sampleSlice()} plan={samplePlan()} commands={listening} />);
    screen.getByRole('button', { name: 'Deploy' }).click();
    expect(asked).toEqual(['deploy']);
  });

  it('offers for every status a way on, and nothing for what is destroyed', () => {
    const primary = (status: Parameters<typeof sampleSlice>[0]) =>
      offers(sampleSlice(status), samplePlan()).find((offer) => offer.primary);
    expect(primary({ status: 'draft' })?.action).toBe('deploy');
    expect(primary({ status: 'active' })?.action).toBe('stop');
    expect(primary({ status: 'stopped' })?.action).toBe('start');
    expect(primary({ status: 'degraded' })?.action).toBe('deploy');
    expect(primary({ status: 'destroyed' })).toBeUndefined();
    for (const status of ['draft', 'deploying', 'active', 'degraded', 'stopped', 'failed', 'destroying'] as const) {
      const destroy = offers(sampleSlice({ status, busy: 'deploy' }), undefined).find((o) => o.action === 'destroy');
      expect(destroy, status).toMatchObject({ reason: null });
    }
  });
});
