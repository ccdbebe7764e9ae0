import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sliceFacts, type EventData, type SliceEvent } from '#shared/deployment/events';
import { deploymentKinds } from '#shared/deployment/operations';
import { deploymentStatuses, stepStatuses, type StepStatus } from '#shared/deployment/schema';
import { edgeStatuses, sliceStatuses, vmStatuses } from '#shared/slice-status';
import { applyEvent, applyEvents, applyToDeployment, concernsVm, mergeEvents, needsSnapshot } from './apply-event';
import { sampleDeployment, sampleEvent, sampleSlice, sampleVm } from '../testing/samples';

const name = fc.constantFrom('web', 'db', 'app');
const error = fc.option(fc.constant('It broke.'));
const anyData: fc.Arbitrary<EventData> = fc.oneof(
  fc.record({ type: fc.constant('slice.status' as const), status: fc.constantFrom(...sliceStatuses) }),
  fc.record({
    type: fc.constant('vm.status' as const),
    vmId: fc.integer({ min: 1, max: 4 }),
    name,
    status: fc.constantFrom(...vmStatuses),
    error,
  }),
  fc.record({
    type: fc.constant('edge.status' as const),
    edgeId: fc.integer({ min: 10, max: 12 }),
    label: name,
    status: fc.constantFrom(...edgeStatuses),
  }),
  fc.record({
    type: fc.constant('deployment.status' as const),
    deploymentId: fc.integer({ min: 4, max: 6 }),
    kind: fc.constantFrom(...deploymentKinds),
    status: fc.constantFrom(...deploymentStatuses),
    vmId: fc.option(fc.integer({ min: 1, max: 3 })),
    stepsTotal: fc.integer({ min: 0, max: 5 }),
    error,
  }),
  fc.record({
    type: fc.constant('step.status' as const),
    deploymentId: fc.integer({ min: 4, max: 6 }),
    seq: fc.integer({ min: 0, max: 2 }),
    key: fc.constant('k'),
    resource: fc.constant('vm' as const),
    resourceId: fc.integer({ min: 1, max: 3 }),
    label: name,
    action: fc.constant('create' as const),
    status: fc.constantFrom(...stepStatuses),
    attempts: fc.integer({ min: 1, max: 3 }),
    error,
  }),
  fc.record({ type: fc.constant('slice.drift' as const), drifted: fc.array(name) }),
  fc.record({ type: fc.constant('slice.changed' as const), what: fc.constantFrom(...sliceFacts) }),
  fc.record({ type: fc.constant('slice.changed' as const), what: fc.constant('name' as const), name }),
);
const history: fc.Arbitrary<SliceEvent[]> = fc
  .array(anyData, { maxLength: 30 })
  .map((datas) => datas.map((data, index) => sampleEvent(101 + index, data)));
const begin = () => sampleSlice({ deployment: sampleDeployment() });

describe('applyEvent', () => {
  it('sets a VM to what was observed, when, and where its forwards are', () => {
    const forwards = [{ protocol: 'tcp' as const, guestPort: 22, hostAddress: '127.0.0.1', hostPort: 40022 }];
    const event = sampleEvent(101, {
      type: 'vm.status',
      vmId: 2,
      name: 'db',
      status: 'running',
      error: null,
      forwards,
    });
    const after = applyEvent(sampleSlice(), event);
    expect(after.vmList[1]).toMatchObject({ status: 'running', observedAt: event.at, forwards });
    expect(after.vmsRunning).toBe(1);
    expect(after.vmList[0]?.status).toBe('absent');
  });

  it('keeps forwards that an event does not speak of', () => {
    const forwards = [{ protocol: 'tcp' as const, guestPort: 22, hostAddress: null, hostPort: 40022 }];
    const slice = sampleSlice({ vmList: [sampleVm(1, 'web', { forwards })] });
    const after = applyEvent(
      slice,
      sampleEvent(101, { type: 'vm.status', vmId: 1, name: 'web', status: 'stopped', error: null }),
    );
    expect(after.vmList[0]?.forwards).toEqual(forwards);
  });

  it('is not one in which nothing happens any more when it is suspended', () => {
    const idleSince = '2030-01-01T00:00:00.000Z';
    const after = (status: 'suspended' | 'degraded') =>
      applyEvent(sampleSlice({ idleSince }), sampleEvent(101, { type: 'slice.status', status })).idleSince;
    expect([after('degraded'), after('suspended')]).toEqual([idleSince, null]);
  });

  it('takes no event of another slice', () => {
    const event = { ...sampleEvent(101, { type: 'slice.status', status: 'active' }), sliceId: 8 };
    const slice = sampleSlice();
    expect(applyEvent(slice, event)).toBe(slice);
  });

  it('is busy from the beginning of an operation to its end, and wants what it asks for', () => {
    const news = { type: 'deployment.status' as const, deploymentId: 5, kind: 'stop' as const, vmId: 2, stepsTotal: 1 };
    const running = applyEvent(begin(), sampleEvent(101, { ...news, status: 'running', error: null }));
    expect(running.busy).toBe('stop');
    expect(running.vmList.map((vm) => vm.desired)).toEqual(['absent', 'stopped', 'absent']);
    const failed = applyEvent(running, sampleEvent(102, { ...news, status: 'failed', error: 'No.' }));
    expect(failed.busy).toBeNull();
    expect(failed.deployment).toMatchObject({ status: 'failed', error: 'No.' });
    expect(failed.deployment?.finishedAt).not.toBeNull();
  });

  it('does not take the end of an older operation for the end of this one', () => {
    const slice = { ...begin(), busy: 'deploy' as const };
    const news = { type: 'deployment.status' as const, kind: 'stop' as const, vmId: null, stepsTotal: 1, error: null };
    expect(applyEvent(slice, sampleEvent(101, { ...news, deploymentId: 4, status: 'cancelled' })).busy).toBe('deploy');
  });

  it('knows when it needs a new snapshot', () => {
    const news = { type: 'deployment.status' as const, kind: 'stop' as const, vmId: null, stepsTotal: 1, error: null };
    const event = (deploymentId: number) => sampleEvent(101, { ...news, deploymentId, status: 'pending' as const });
    expect([4, 5, 6].map((id) => needsSnapshot(begin(), event(id)))).toEqual([false, false, true]);
  });

  it('ends the same however the stream was cut, and however often it was sent', () => {
    fc.assert(
      fc.property(history, fc.nat(), fc.nat(), (events, cut, overlap) => {
        const whole = applyEvents(begin(), events);
        const at = events.length === 0 ? 0 : cut % (events.length + 1);
        const snapshot = applyEvents(begin(), events.slice(0, at));
        const from = Math.max(0, at - (overlap % (at + 1)));
        expect(applyEvents(snapshot, events.slice(from))).toEqual(whole);
        expect(applyEvents(whole, events)).toBe(whole);
      }),
    );
  });

  it('does not change what it was given', () => {
    fc.assert(
      fc.property(history, (events) => {
        const slice = begin();
        const before = structuredClone(slice);
        applyEvents(slice, events);
        expect(slice).toEqual(before);
      }),
    );
  });
});

describe('applyToDeployment', () => {
  const step = (id: number, status: StepStatus, attempts = 1, seq = 0) =>
    sampleEvent(id, {
      type: 'step.status',
      deploymentId: 5,
      seq,
      key: `vm:${seq}/create`,
      resource: 'vm',
      resourceId: 1,
      label: 'web',
      action: 'create',
      status,
      attempts,
      error: status === 'failed' ? 'No room.' : null,
    });

  it('follows a step with its attempts and times', () => {
    const events = [step(101, 'running'), step(102, 'failed'), step(103, 'running', 2), step(104, 'done', 2)];
    const after = events.reduce(applyToDeployment, sampleDeployment());
    expect(after.stepsDone).toBe(1);
    expect(after.steps[0]).toMatchObject({
      status: 'done',
      attempts: 2,
      error: null,
      startedAt: events[2]?.at,
      finishedAt: events[3]?.at,
    });
    expect(after.steps[1]?.status).toBe('pending');
  });

  it('does not count what a failure left out as done', () => {
    const events = [step(101, 'done'), step(102, 'skipped', 1, 1)];
    expect(events.reduce(applyToDeployment, sampleDeployment()).stepsDone).toBe(1);
    expect(applyEvents(begin(), events).deployment?.stepsDone).toBe(1);
  });

  it('says the same when all is said again', () => {
    const events = [step(101, 'running'), step(102, 'done'), step(103, 'undone')];
    const once = events.reduce(applyToDeployment, sampleDeployment());
    expect(events.reduce(applyToDeployment, once)).toEqual(once);
  });
});

describe('events', () => {
  it('are merged by id, each once', () => {
    const event = (id: number) => sampleEvent(id, { type: 'slice.status', status: 'active' });
    expect(mergeEvents([event(3), event(1)], [event(2), event(3)]).map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it('concern a VM when they are about it or its links', () => {
    const slice = sampleSlice();
    const edge = sampleEvent(1, { type: 'edge.status', edgeId: 11, label: 'web–db', status: 'up' });
    expect([1, 2, 3].map((id) => concernsVm(edge, id, slice))).toEqual([true, true, false]);
    const drift = sampleEvent(2, { type: 'slice.drift', drifted: ['app'] });
    expect([1, 2, 3].map((id) => concernsVm(drift, id, slice))).toEqual([false, false, true]);
  });
});

it('what a change says too little of is read again; a new name is shown at once', () => {
  const shared = sampleEvent(101, { type: 'slice.changed', what: 'sharing' });
  const renamed = sampleEvent(102, { type: 'slice.changed', what: 'name', name: 'other' });
  const slice = applyEvents(begin(), [shared, renamed]);
  expect(slice).toMatchObject({ name: 'other', status: begin().status, lastEventId: 102 });
  expect(needsSnapshot(slice, shared)).toBe(true);
  expect(needsSnapshot(slice, sampleEvent(103, { type: 'slice.status', status: 'active' }))).toBe(false);
});
