import { describe, expect, test } from 'vitest';
import type { AuditEntry } from './audit';
import { auditWords, englishAudit } from './audit-words';
import { deploymentKinds, systemReasons } from './deployment/operations';

const entry: AuditEntry = {
  id: 1,
  at: '2026-03-01T10:00:00.000Z',
  user: { id: 1, name: 'Ada', email: 'ada@example.org' },
  action: 'slices.create',
  objectType: 'slice',
  objectId: 6,
  objectName: 'lab',
  ip: null,
  token: null,
  result: 'OK',
  details: null,
};
const words = (part: Partial<AuditEntry>) => auditWords({ ...entry, ...part });

describe('a row of the log in words', () => {
  test.each<[string, Partial<AuditEntry>, Partial<ReturnType<typeof auditWords>>]>([
    [
      'asked for',
      { action: 'deployments.start', details: { kind: 'deploy', vmId: null } },
      { what: 'Deploy slice', on: 'Slice lab', outcome: 'Asked for', note: null },
    ],
    [
      'of one VM',
      { action: 'deployments.start', details: { kind: 'stop', vmId: 5, vm: 'web' } },
      { what: 'Stop VM', on: 'VM web of slice lab', outcome: 'Asked for' },
    ],
    [
      'done',
      { action: 'deployments.end', details: { kind: 'reboot', vmId: null } },
      { what: 'Reboot slice', outcome: 'Done' },
    ],
    [
      'failed',
      {
        action: 'deployments.end',
        result: 'FAILED',
        details: { kind: 'start', vmId: null, error: 'The zone is away.' },
      },
      { what: 'Start slice', outcome: 'Failed', note: 'The zone is away.' },
    ],
    [
      'taken over',
      { action: 'deployments.end', result: 'CANCELLED', details: { kind: 'deploy', vmId: null, superseded: true } },
      { outcome: 'Cancelled', note: 'A destroy took over from it.' },
    ],
    [
      'by the system',
      {
        action: 'deployments.start',
        user: null,
        details: { kind: 'destroy', vmId: null, because: 'users.delete', onBehalfOf: 2, onBehalfOfName: 'Bea' },
      },
      { who: 'Trama itself', note: 'Bea deleted its owner’s account.' },
    ],
    [
      'refused',
      { action: 'deployments.start', result: 'FORBIDDEN', details: { kind: 'destroy', vmId: null } },
      { what: 'Destroy slice', outcome: 'Refused' },
    ],
    [
      'by nobody known',
      {
        action: 'auth.login-failed',
        user: null,
        objectType: null,
        objectId: null,
        objectName: null,
        result: 'INVALID_CREDENTIALS',
      },
      { who: 'Nobody known', on: null, outcome: 'Refused' },
    ],
    ['a share', { action: 'slices.share', details: { name: 'lab', userId: 4, with: 'Bea' } }, { note: 'with Bea' }],
    [
      'a transfer',
      { action: 'slices.transfer', details: { from: 1, fromName: 'Ada', to: 2, toName: 'Bea' } },
      { note: 'Ada → Bea' },
    ],
    [
      'a console',
      {
        action: 'slices.open-console',
        objectType: 'slice_vm',
        objectName: 'web',
        details: { sliceId: 6, slice: 'lab' },
      },
      { on: 'VM web of slice lab' },
    ],
    [
      'a session',
      { action: 'auth.login', objectType: 'api_token', objectName: 'Firefox 143, Linux' },
      { on: 'Session Firefox 143, Linux' },
    ],
    // rows of older versions have the name in their details, or none
    ['an old row', { objectName: null, details: { name: 'lab' } }, { on: 'Slice lab' }],
    [
      'an old rename',
      { action: 'slices.rename', objectName: null, details: { from: 'lab', to: 'lab-2' } },
      { on: 'Slice lab-2', note: 'lab → lab-2' },
    ],
    ['a row without a name', { objectName: null }, { on: 'Slice 6' }],
    [
      'what is newer than the words',
      { action: 'moon.shine', objectType: 'moon' },
      { what: 'moon.shine', on: 'moon lab', outcome: 'Done' },
    ],
  ])('%s', (_case, part, expected) => {
    expect(words(part)).toMatchObject(expected);
  });

  test('every operation and every reason of the system has its words', () => {
    for (const kind of deploymentKinds) expect(englishAudit(`operation.slice.${kind}`)).not.toBeNull();
    for (const reason of systemReasons) expect(englishAudit(`because.${reason}`)).not.toBeNull();
  });

  test('a name with a slot in it stays as it is', () => {
    expect(words({ objectName: '{{vm}} $&', details: { vm: 'a' }, action: 'deployments.end' }).on).toBe(
      'VM a of slice {{vm}} $&',
    );
  });
});
