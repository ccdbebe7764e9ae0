import { describe, expect, test } from 'vitest';
import { sliceStatuses, vmDesiredStates, vmStatuses, type SliceStatus } from '../slice-status';
import { deploymentKinds, type DeploymentKind } from './schema';
import { observedStatus, refusal, transitions } from './transitions';

/** What may begin in which status, written out: a change of the table has to be made here as well. */
const allowed: Record<SliceStatus, readonly DeploymentKind[]> = {
  draft: ['deploy', 'destroy'],
  deploying: ['destroy'],
  active: ['start', 'stop', 'reboot', 'destroy'],
  degraded: ['deploy', 'start', 'stop', 'reboot', 'destroy'],
  stopped: ['start', 'stop', 'destroy'],
  failed: ['deploy', 'start', 'stop', 'reboot', 'destroy'],
  destroying: ['destroy'],
  destroyed: [],
};

describe('the table of transitions', () => {
  test.each(sliceStatuses.flatMap((status) => deploymentKinds.map((kind) => ({ status, kind }))))(
    '$kind of a slice that is $status',
    ({ status, kind }) => {
      const may = allowed[status].includes(kind);
      expect(refusal(kind, status, false)).toEqual(may ? null : { code: 'INVALID_TRANSITION', status });
      const busy = refusal(kind, status, true);
      if (!may) expect(busy).toEqual({ code: 'INVALID_TRANSITION', status });
      else expect(busy).toEqual(kind === 'destroy' ? null : { code: 'SLICE_BUSY' });
    },
  );

  test('every status that is reached by an operation can be left again, but for destroyed', () => {
    const reached = new Set<SliceStatus>(['draft']);
    for (const kind of deploymentKinds) {
      const { during, succeeded, failed, cancelled } = transitions[kind];
      for (const status of [during, succeeded, failed, cancelled])
        for (const one of status === 'observed' ? (['active', 'stopped', 'degraded'] as const) : [status])
          if (one !== null) reached.add(one);
    }
    expect([...reached].sort()).toEqual([...sliceStatuses].sort());
    for (const status of reached)
      expect(deploymentKinds.some((kind) => refusal(kind, status, false) === null)).toBe(status !== 'destroyed');
  });

  test('whatever failed can be taken up again and destroyed', () => {
    for (const kind of deploymentKinds) {
      expect(refusal(kind, transitions[kind].failed, false)).toBeNull();
      expect(refusal('destroy', transitions[kind].failed, false)).toBeNull();
    }
  });

  test('the status that one observes', () => {
    expect(observedStatus([])).toBe('active');
    for (const desired of vmDesiredStates)
      for (const status of vmStatuses) {
        const one = observedStatus([{ desired, status }]);
        expect(one).toBe(desired !== status ? 'degraded' : desired === 'stopped' ? 'stopped' : 'active');
        const two = observedStatus([
          { desired, status },
          { desired: 'running', status: 'running' },
        ]);
        expect(two).toBe(desired === status ? 'active' : 'degraded');
      }
  });
});
