import { cleanup, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import type { Problem } from '#shared/errors';
import { offers } from './actions';
import { PlanView } from './PlanView';
import { SliceActions } from './SliceActions';
import { renderApp } from '../testing/render';
import { sampleDeployment, samplePlan, sampleQuota, sampleSlice } from '../testing/samples';

const lacking: Problem = {
  code: 'NO_CAPACITY',
  message: 'Not enough RAM.',
  params: { zone: 'local', resource: 'ramMb', needs: 8192, free: 4096, lacking: 4096 },
};
const unknown: Problem = { code: 'SOMETHING_NEW', message: 'The server says why.' };
const commands = { start: () => {}, cancel: () => {}, retry: () => {}, undo: () => {}, isPending: () => false };
const elsewhere = { vmKey: null, onOpenConsole: () => {}, onOpenConsoles: () => {} };

describe('PlanView', () => {
  it('shows every reason against it, with what to do', () => {
    renderApp(<PlanView plan={samplePlan({ problems: [lacking, unknown], runnable: false })} zone="local" />);
    const alert = screen.getByRole('alert');
    expect(within(alert).getByText('2 reasons why this cannot run')).toBeTruthy();
    expect(alert.textContent).toContain('Not enough RAM in zone local: 8 GiB needed, 4 GiB free, 4 GiB lacking.');
    expect(alert.textContent).toContain('choose smaller flavours');
    expect(alert.textContent).toContain('The server says why.');
  });

  it('called the full zone an error beside the line in which the slice waits for its room', () => {
    const kept: Problem = { code: 'ROOM_KEPT', message: 'Room is kept.', params: { zone: 'local' } };
    renderApp(<PlanView plan={samplePlan({ problems: [lacking, kept], runnable: false, canWait: true })} inLine />);
    expect(screen.queryByRole('alert')).toBeNull();
    // nor is it ready
    expect(screen.queryByText(/Ready to run/)).toBeNull();
    expect(screen.getByRole('meter', { name: 'RAM' })).toBeTruthy();
    // what does not pass with room is a reason all the same
    cleanup();
    renderApp(<PlanView plan={samplePlan({ problems: [lacking, unknown], runnable: false })} inLine />);
    expect(screen.getByRole('alert').textContent).toMatch(/One reason why this cannot run.*The server says why\./);
    expect(screen.getByRole('alert').textContent).not.toContain('Not enough RAM');
  });

  it('shows what is in use, what would be, and what there is', () => {
    renderApp(<PlanView plan={samplePlan()} zone="local" />);
    expect(screen.getByRole('meter', { name: 'vCPU' }).getAttribute('aria-valuetext')).toBe('6 → 9 of 16');
    expect(screen.getByRole('meter', { name: 'RAM' }).getAttribute('aria-valuetext')).toBe('4 GiB → 4.8 GiB of 8 GiB');
  });

  it('shows what it takes of the quota, and the sentence of what is too much', () => {
    const quota = {
      ...sampleQuota({ runningVms: 4 }, { runningVms: 3 }),
      added: sampleQuota({}, { runningVms: 3 }).used,
    };
    const problem: Problem = {
      code: 'QUOTA_EXCEEDED',
      message: 'Too many.',
      params: { field: 'runningRamMb', limit: 4096, used: 3072, more: 2048 },
    };
    renderApp(<PlanView plan={samplePlan({ quota, problems: [problem], runnable: false })} />);
    expect(screen.getByRole('meter', { name: 'Running VMs' }).getAttribute('aria-valuetext')).toBe('3 → 6 of 4');
    expect(screen.getByRole('alert').textContent).toContain(
      'Over the quota of running RAM: 4 GiB allowed, 3 GiB in use, 2 GiB more asked for.',
    );
  });

  it('says nothing of a quota without limits', () => {
    const quota = { ...sampleQuota(), added: sampleQuota({}, { vms: 3 }).used };
    renderApp(<PlanView plan={samplePlan({ quota })} />);
    expect(screen.queryByText('What it takes of the quota')).toBeNull();
  });

  it('says of a change what it takes, property by property, and what is lost by it', () => {
    const [step] = samplePlan().steps;
    if (!step) throw new Error('no step');
    const changes = [
      { property: 'ramMb', effect: 'restart' as const, from: '128', to: '2048' },
      { property: 'image', effect: 'recreate' as const, from: '{"id":1,"kind":"disk"}', to: '{"id":2,"kind":"disk"}' },
      { property: 'madeUpLater', effect: 'live' as const, from: null, to: '"x"' },
    ];
    const update = { changes, loses: ['memory' as const, 'disk' as const] };
    renderApp(<PlanView plan={samplePlan({ steps: [{ ...step, action: 'update', update }] })} />);
    const item = screen.getByText('Change VM web').closest('li');
    expect(item?.textContent).toContain('RAM 128 MiB → 2 GiB, by a restart');
    expect(item?.textContent).toContain('Image, made anew');
    expect(item?.textContent).toContain('madeUpLater, while it runs');
    expect(item?.textContent).toContain('Lost by it: what is in memory.');
    expect(item?.textContent).toContain('Lost by it: all that is on the disk.');
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
    renderApp(<SliceActions slice={sampleSlice()} plan={plan} commands={commands} {...elsewhere} />);
    const deploy = screen.getByRole('button', { name: 'Deploy' });
    expect(deploy.getAttribute('aria-disabled')).toBe('true');
    expect(deploy.getAttribute('aria-description')).toContain('Not enough RAM in zone local');
  });

  it('lets Deploy be pressed once the plan can run', () => {
    const asked: string[] = [];
    const listening = { ...commands, start: (kind: string) => asked.push(kind) };
    renderApp(<SliceActions slice={sampleSlice()} plan={samplePlan()} commands={listening} {...elsewhere} />);
    screen.getByRole('button', { name: 'Deploy' }).click();
    expect(asked).toEqual(['deploy']);
  });

  it('lets who operates a slice stop it, and says why they cannot destroy it', () => {
    const slice = sampleSlice({ status: 'active', access: 'operate' });
    renderApp(<SliceActions slice={slice} plan={undefined} commands={commands} {...elsewhere} />);
    expect(screen.getByRole('button', { name: 'Stop' }).getAttribute('aria-disabled')).toBeNull();
    expect(screen.getByRole('button', { name: 'Destroy' }).getAttribute('aria-description')).toContain(
      'shared with you to be operated',
    );
  });

  it('made Stop the first thing to do with a healthy slice; that is its console', async () => {
    const opened: number[] = [];
    const base = sampleSlice({ status: 'active' });
    const slice = {
      ...base,
      vmList: base.vmList.slice(0, 2).map((vm, at) => ({
        ...vm,
        id: 31 + at,
        ...(at === 0 ? { key: 'r10', name: 'R10' } : { key: 'r2', name: 'R2' }),
        status: 'running' as const,
      })),
    };
    const openedAll = vi.fn();
    const shown = {
      ...{ plan: undefined, commands },
      ...{ onOpenConsole: (id: number) => opened.push(id), onOpenConsoles: openedAll },
    };
    const { unmount } = renderApp(<SliceActions slice={slice} vmKey={null} {...shown} />);
    const look = (name: string) => screen.getByRole('button', { name }).getAttribute('data-variant');
    expect([look('Console'), look('Stop')]).toEqual(['filled', 'default']);
    await userEvent.click(screen.getByRole('button', { name: 'Console' }));
    const items = await screen.findAllByRole('menuitem');
    expect(items.map((item) => item.textContent)).toEqual(['Open all 2', 'R2', 'R10']);
    await userEvent.click(screen.getByRole('menuitem', { name: 'R2' }));
    await userEvent.click(screen.getByRole('button', { name: 'Console' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Open all 2' }));
    expect(openedAll).toHaveBeenCalledWith([32, 31]);
    unmount();
    renderApp(<SliceActions slice={slice} vmKey="r10" {...shown} />);
    await userEvent.click(screen.getByRole('button', { name: 'Console' }));
    expect(opened).toEqual([32, 31]);
  });

  it('lets who sees a slice do nothing with it, also not end what others began', () => {
    const running = sampleDeployment({ kind: 'stop' });
    for (const change of [{ status: 'active' }, { status: 'active', busy: 'stop', deployment: running }] as const)
      for (const { reason } of offers(sampleSlice({ ...change, access: 'view' }), undefined))
        expect(reason).toEqual({ code: 'ACCESS', level: 'read' });
  });

  it('lets who operates a slice cancel a stop, but not a deploy', () => {
    const cancel = (kind: 'stop' | 'deploy') =>
      offers(
        sampleSlice({ status: 'active', access: 'operate', deployment: sampleDeployment({ kind }) }),
        undefined,
      ).find((offer) => offer.action === 'cancel')?.reason;
    expect(cancel('stop')).toBeNull();
    expect(cancel('deploy')).toEqual({ code: 'ACCESS', level: 'operate' });
  });

  it('offers for every status a way on, and nothing for what is destroyed', () => {
    const primary = (status: Parameters<typeof sampleSlice>[0]) =>
      offers(sampleSlice(status), samplePlan()).find((offer) => offer.primary);
    expect(primary({ status: 'draft' })?.action).toBe('deploy');
    // what one wants of a slice that runs well is a console, and not to stop it
    expect(primary({ status: 'active' })).toBeUndefined();
    expect(primary({ status: 'stopped' })?.action).toBe('start');
    expect(primary({ status: 'degraded' })?.action).toBe('heal');
    expect(primary({ status: 'destroyed' })).toBeUndefined();
    for (const status of ['draft', 'deploying', 'active', 'degraded', 'stopped', 'failed', 'destroying'] as const) {
      const destroy = offers(sampleSlice({ status, busy: 'deploy' }), undefined).find((o) => o.action === 'destroy');
      expect(destroy, status).toMatchObject({ reason: null });
    }
  });
});
