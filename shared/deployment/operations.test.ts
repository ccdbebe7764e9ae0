import { describe, expect, test } from 'vitest';
import { limits } from '../limits';
import { sliceStatuses, vmDesiredStates, vmStatuses, type SliceStatus, type VmDesired } from '../slice-status';
import { desiredLike, isAsDesired, observedStatus } from './observed-status';
import {
  aimsAtVm,
  needsSnapshot,
  takesSnapshot,
  deploymentKinds,
  desiredAfter,
  operationOf,
  operations,
  refusal,
  removesSlice,
  type DeploymentKind,
} from './operations';
import { planInput, startDeploymentInput } from './schema';

/** What may begin in which status, written out: a change of the table has to be made here as well. */
const allowed: Record<SliceStatus, readonly DeploymentKind[]> = {
  draft: ['deploy', 'update', 'destroy'],
  deploying: ['destroy'],
  active: ['update', 'start', 'stop', 'reboot', 'suspend', 'snapshot', 'restore', 'heal', 'destroy'],
  degraded: [
    'deploy',
    'update',
    'start',
    'stop',
    'reboot',
    'suspend',
    'resume',
    'snapshot',
    'restore',
    'heal',
    'destroy',
  ],
  stopped: ['update', 'start', 'stop', 'snapshot', 'restore', 'destroy'],
  suspended: ['stop', 'resume', 'snapshot', 'restore', 'destroy'],
  failed: [
    'deploy',
    'update',
    'start',
    'stop',
    'reboot',
    'suspend',
    'resume',
    'snapshot',
    'restore',
    'heal',
    'destroy',
  ],
  destroying: ['destroy'],
  destroyed: [],
};

/** What observing may make of a slice. */
const observed = ['active', 'stopped', 'suspended', 'degraded'] as const;

describe('the table of operations', () => {
  test('has a row for each kind and nothing else', () => {
    expect(Object.keys(operations).sort()).toEqual([...deploymentKinds].sort());
  });

  test.each(sliceStatuses.flatMap((status) => deploymentKinds.map((kind) => ({ status, kind }))))(
    '$kind of a slice that is $status',
    ({ status, kind }) => {
      const may = allowed[status].includes(kind);
      expect(refusal(kind, status, [])).toEqual(may ? null : { code: 'INVALID_TRANSITION', status });
      const busy = refusal(kind, status, [null]);
      if (!may) expect(busy).toEqual({ code: 'INVALID_TRANSITION', status });
      else expect(busy).toEqual(kind === 'destroy' ? null : { code: 'SLICE_BUSY' });
    },
  );

  test('one VM’s operation locked the rest: what is aimed at one VM waits for what is aimed at others, and only for that', () => {
    for (const kind of deploymentKinds.filter(aimsAtVm)) {
      expect(refusal(kind, 'active', [2, 3], 1)).toBeNull();
      // on the same VM it would have been planned from what is about to change
      expect(refusal(kind, 'active', [2, 1], 1)).toEqual({ code: 'SLICE_BUSY' });
      expect(refusal(kind, 'active', [2, null], 1)).toEqual({ code: 'SLICE_BUSY' });
      expect(refusal(kind, 'active', [2])).toEqual({ code: 'SLICE_BUSY' });
      const many = Array.from({ length: limits.operationsPerSlice }, (_, n) => n + 2);
      expect(refusal(kind, 'active', many, 1)).toEqual({ code: 'SLICE_BUSY' });
      expect(refusal(kind, 'active', many.slice(1), 1)).toBeNull();
      expect(refusal(kind, 'draft', [2], 1)).toEqual({ code: 'INVALID_TRANSITION', status: 'draft' });
    }
    expect(refusal('destroy', 'active', [2, 3])).toBeNull();
  });

  test('every status that is reached by an operation can be left again, but for destroyed', () => {
    const reached = new Set<SliceStatus>(['draft']);
    for (const kind of deploymentKinds) {
      const { during, ends } = operationOf(kind);
      for (const status of [during, ends.succeeded, ends.failed, ends.cancelled])
        for (const one of status === 'observed' ? observed : [status]) if (one !== null) reached.add(one);
    }
    expect([...reached].sort()).toEqual([...sliceStatuses].sort());
    for (const status of reached)
      expect(deploymentKinds.some((kind) => refusal(kind, status, []) === null)).toBe(status !== 'destroyed');
  });

  test('whatever failed can be taken up again and destroyed', () => {
    for (const kind of deploymentKinds) {
      const { ends, from } = operationOf(kind);
      // what leaves the slice as it is can be asked for where it began
      for (const failed of ends.failed === 'observed' ? from : [ends.failed]) {
        expect(refusal(kind, failed, [])).toBeNull();
        expect(refusal('destroy', failed, [])).toBeNull();
      }
    }
  });

  test.each<[DeploymentKind, 'slice' | 'vm', SliceStatus, Record<VmDesired, VmDesired>]>([
    ['deploy', 'slice', 'draft', { absent: 'running', stopped: 'running', running: 'running', suspended: 'running' }],
    ['deploy', 'slice', 'failed', { absent: 'running', stopped: 'running', running: 'running', suspended: 'running' }],
    [
      'deploy',
      'slice',
      'degraded',
      { absent: 'running', stopped: 'stopped', running: 'running', suspended: 'running' },
    ],
    ['update', 'slice', 'draft', { absent: 'absent', stopped: 'stopped', running: 'running', suspended: 'suspended' }],
    ['start', 'slice', 'stopped', { absent: 'running', stopped: 'running', running: 'running', suspended: 'running' }],
    ['start', 'vm', 'stopped', { absent: 'running', stopped: 'running', running: 'running', suspended: 'running' }],
    ['stop', 'slice', 'active', { absent: 'stopped', stopped: 'stopped', running: 'stopped', suspended: 'stopped' }],
    ['stop', 'vm', 'active', { absent: 'stopped', stopped: 'stopped', running: 'stopped', suspended: 'stopped' }],
    ['reboot', 'slice', 'active', { absent: 'absent', stopped: 'stopped', running: 'running', suspended: 'suspended' }],
    ['reboot', 'vm', 'active', { absent: 'running', stopped: 'running', running: 'running', suspended: 'running' }],
    [
      'suspend',
      'slice',
      'active',
      { absent: 'absent', stopped: 'stopped', running: 'suspended', suspended: 'suspended' },
    ],
    [
      'resume',
      'slice',
      'suspended',
      { absent: 'absent', stopped: 'stopped', running: 'running', suspended: 'running' },
    ],
    [
      'snapshot',
      'slice',
      'active',
      { absent: 'absent', stopped: 'stopped', running: 'running', suspended: 'suspended' },
    ],
    ['destroy', 'slice', 'active', { absent: 'absent', stopped: 'absent', running: 'absent', suspended: 'absent' }],
  ])('%s of a %s while it is %s: what is wanted afterwards', (kind, target, sliceStatus, after) => {
    for (const desired of vmDesiredStates)
      expect(desiredAfter(kind, { desired, ofVm: target === 'vm', sliceStatus })).toBe(after[desired]);
  });

  test.each(deploymentKinds)('%s: what it takes, and what it can be aimed at, go together', (kind) => {
    const operation = operationOf(kind);
    const wanted = [operation.wants.slice, operation.wants.vm];
    const { changesTopology, whole } = operation;
    const more = ['running', 'restored', 'resumed', 'asInSnapshot'];
    // what was asked to run and does not counts anew when it is brought back
    const heals = kind === 'heal';
    const mayRunMore = changesTopology || heals || wanted.some((want) => more.includes(want ?? ''));
    // what may make more run than ran is counted, and nothing else is ever refused for a quota
    expect(operation.takesQuota).toBe(mayRunMore || whole === 'snapshot');
    // only who brings up all of a slice can take more of the zone than it holds; it is called something while it does, but for
    // one that changes it, which has what is there go on as it is
    expect(operation.takesCapacity).toBe(operation.builds === 'everything');
    if (operation.takesCapacity) expect(operation.during === null).toBe(changesTopology);
    if (changesTopology) expect(operation.builds).toBe('everything');
    // what neither makes nor unmakes a slice can be done by who may operate it
    const makes = operation.takesCapacity || removesSlice(kind) || whole === 'snapshot' || whole === 'restore';
    expect(operation.level).toBe(makes ? 'manage' : 'operate');
    // at one instant is for all of it
    expect(aimsAtVm(kind)).toBe(operation.level === 'operate' && whole === null && !heals);
    // what makes nothing needs what it acts on to be there
    expect(operation.needsVm).toBe(operation.builds === 'nothing');
    if (operation.supersedes) expect(removesSlice(kind)).toBe(true);
    for (const input of [planInput, startDeploymentInput]) {
      const asked = needsSnapshot(kind) ? { sliceId: 1, kind, snapshotId: 3 } : { sliceId: 1, kind };
      expect(input.safeParse(asked).success).toBe(true);
      expect(input.safeParse({ ...asked, vmId: 2 }).success).toBe(aimsAtVm(kind));
      expect(input.safeParse({ sliceId: 1, kind }).success).toBe(!needsSnapshot(kind));
      expect(input.safeParse({ sliceId: 1, kind, snapshotId: 3 }).success).toBe(needsSnapshot(kind));
      expect(input.safeParse({ ...asked, snapshotName: 'one' }).success).toBe(takesSnapshot(kind));
      const change = { from: 'template', templateId: 1 };
      expect(input.safeParse({ ...asked, change }).success).toBe(changesTopology);
    }
  });
});

describe('what is wanted and what is there', () => {
  test('are compared by what fulfils the wish', () => {
    for (const desired of vmDesiredStates)
      expect(vmStatuses.filter((status) => isAsDesired({ desired, status }))).toEqual([desired]);
  });

  test('whoever wants a VM as it is wants a state that it fulfils, or will', () => {
    expect(vmStatuses.map((status) => [status, desiredLike(status)])).toEqual([
      ['absent', 'stopped'],
      ['stopped', 'stopped'],
      ['starting', 'running'],
      ['running', 'running'],
      ['paused', 'stopped'],
      ['failed', 'stopped'],
      ['unknown', null],
      ['notResponding', 'running'],
      ['suspended', 'suspended'],
    ]);
  });

  test('make the status of a slice', () => {
    expect(observedStatus([])).toBe('active');
    for (const desired of vmDesiredStates)
      for (const status of vmStatuses) {
        const fulfilled = isAsDesired({ desired, status });
        const one = observedStatus([{ desired, status }]);
        const rests = desired === 'stopped' || desired === 'suspended' ? desired : 'active';
        expect(one).toBe(fulfilled ? rests : 'degraded');
        const two = observedStatus([
          { desired, status },
          { desired: 'running', status: 'running' },
        ]);
        expect(two).toBe(fulfilled ? 'active' : 'degraded');
      }
  });
});
