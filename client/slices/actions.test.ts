import { describe, expect, it } from 'vitest';
import type { Plan, StepAction, StepStatus } from '#shared/deployment/schema';
import type { Slice } from '#shared/slice';
import { allCapabilities, type Capabilities, type Capability } from '#shared/zone';
import type { VmStatus } from '#shared/slice-status';
import { sampleDeployment, samplePlan, sampleSlice, sampleVm } from '../testing/samples';
import { offers, runningSteps, vmReason, waitingOf } from './actions';

describe('one VM’s operation locked the buttons of all', () => {
  const stopping = sampleDeployment({ kind: 'stop', vmId: 1 });
  const slice = sampleSlice({
    status: 'active',
    busy: 'stop',
    deployment: stopping,
    vmList: [1, 2, 3].map((id) => sampleVm(id, `vm${id}`, { status: 'running', desired: 'running' })),
    waiting: [{ id: 6, kind: 'reboot', vmId: 3, cancelRequested: false }],
  });
  const reasonOf = (id: number, of: Slice = slice) => {
    const vm = of.vmList.find((one) => one.id === id);
    if (vm === undefined) throw new Error('no VM');
    return vmReason(of, vm, 'reboot');
  };

  it('those of a VM of which nothing is asked can be pressed; of the others they say why not', () => {
    expect(reasonOf(2)).toBeNull();
    expect(reasonOf(1)).toEqual({ code: 'SLICE_BUSY' });
    expect(reasonOf(3)).toEqual({ code: 'SLICE_BUSY' });
    expect(reasonOf(2, { ...slice, deployment: sampleDeployment({ kind: 'stop' }) })).toEqual({ code: 'SLICE_BUSY' });
    // what has begun and is not known yet
    expect(reasonOf(2, { ...slice, deployment: null, waiting: [] })).toEqual({ code: 'SLICE_BUSY' });
  });

  it('the VM whose operation waits says so, and the others do not', () => {
    const doing = runningSteps(undefined, slice);
    expect([...doing]).toEqual([['vm:3', { action: 'wait', attempts: 0 }]]);
    expect(waitingOf(slice, { id: 3 })?.id).toBe(6);
    expect(waitingOf(slice, { id: 2 })).toBeUndefined();
  });
});

it('a draft in line called the full zone what keeps it from being deployed, and now says that it waits', () => {
  const full = { code: 'NO_CAPACITY', message: 'No room.' };
  const slice = sampleSlice({ waitingSince: '2030-01-01T00:00:00.000Z' });
  const reasonOf = (of: Slice, plan: Plan) => offers(of, plan).find(({ action }) => action === 'deploy')?.reason;
  const plan = samplePlan({ runnable: false, problems: [full] });
  expect(reasonOf(slice, plan)).toEqual({ code: 'IN_LINE' });
  expect(reasonOf(sampleSlice(), plan)).toEqual({ code: 'PLAN', plan });
  const worse = samplePlan({ runnable: false, problems: [full, { code: 'IMAGE_RETIRED', message: 'Gone.' }] });
  expect(reasonOf(slice, worse)).toEqual({ code: 'PLAN', plan: worse });
  // let in just now
  expect(reasonOf(slice, samplePlan())).toBeNull();
});

describe('what is going on', () => {
  const shown = (action: StepAction, step: StepStatus, status: VmStatus, live = true) => {
    const [first] = sampleDeployment().steps;
    if (first === undefined) throw new Error('no step');
    const deployment = sampleDeployment({
      status: live ? 'running' : 'succeeded',
      steps: [{ ...first, action, status: step }],
    });
    return runningSteps(deployment, sampleSlice({ vmList: [sampleVm(1, 'web', { status })] })).get('vm:1')?.action;
  };

  it('a VM that was being stopped was shown running before it was shown stopped', () => {
    expect(shown('stop', 'running', 'running')).toBe('stop');
    // the step is done, and nobody has looked yet
    expect(shown('stop', 'done', 'running')).toBe('stop');
    expect(shown('remove', 'done', 'running')).toBe('remove');
    expect(shown('stop', 'done', 'stopped')).toBeUndefined();
  });

  it('is nothing for what is waiting, over, or seen already', () => {
    expect(shown('stop', 'pending', 'running')).toBeUndefined();
    expect(shown('start', 'done', 'running')).toBeUndefined();
    expect(shown('stop', 'done', 'running', false)).toBeUndefined();
  });
});

it('a slice is suspended where its zone can, else the zone says why it cannot; what is suspended is resumed', () => {
  const able = { ok: true, reason: null };
  const can = (suspend: Capability): Capabilities => ({ ...allCapabilities(able), suspend });
  const of = (slice: Slice, zone: Capabilities | null) =>
    offers(slice, undefined, { can: zone }).find(({ action }) => action === 'suspend');
  const active = sampleSlice({ status: 'active' });
  const why = { ok: false, reason: 'It has no disk for it.' };
  expect(of(active, can(able))?.reason).toBeNull();
  expect(of(active, null)?.reason).toBeNull();
  expect(of(active, can(why))?.reason).toEqual({ code: 'ZONE_CANNOT', why });
  expect(of({ ...active, access: 'view' }, can(why))?.reason).toEqual({ code: 'ACCESS', level: 'read' });
  const suspended = offers(sampleSlice({ status: 'suspended' }), undefined, { can: can(why) });
  expect(suspended.map(({ action, primary, reason }) => [action, primary, reason])).toEqual([
    ['resume', true, null],
    ['stop', false, null],
    ['destroy', false, null],
  ]);
});

it('a slice whose server is away was offered to be stopped, and its VMs to be rebooted', () => {
  const vm = sampleVm(1, 'web', { status: 'running' });
  const slice = sampleSlice({ status: 'active', vmList: [vm], deployment: null, busy: null });
  const reasons = (away: boolean) =>
    Object.fromEntries(offers(slice, undefined, { away }).map(({ action, reason }) => [action, reason?.code ?? null]));
  expect(reasons(false)).toMatchObject({ stop: null, reboot: null, destroy: null });
  expect(reasons(true)).toMatchObject({ stop: 'ZONE_AWAY', reboot: 'ZONE_AWAY', destroy: null });
  expect(vmReason(slice, vm, 'reboot', false)).toBeNull();
  expect(vmReason(slice, vm, 'reboot', true)).toEqual({ code: 'ZONE_AWAY' });
});
