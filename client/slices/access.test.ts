import { expect, test } from 'vitest';
import { deploymentKinds } from '#shared/deployment/operations';
import { accessKinds, type AccessKind } from '#shared/sharing';
import { accessRefusal, type SliceDeed } from './access';

const deeds: readonly SliceDeed[] = [...deploymentKinds, 'type', 'capture', 'rename', 'share'];
const allowed = (access: AccessKind) => deeds.filter((deed) => accessRefusal(access, deed) === null);

test.each<[AccessKind, readonly SliceDeed[]]>([
  ['own', deeds],
  ['admin', deeds],
  ['operate', ['start', 'stop', 'reboot', 'suspend', 'resume', 'heal', 'type', 'capture']],
  ['view', []],
  ['published', []],
])('%s may do %j', (access, expected) => {
  expect(allowed(access)).toEqual(expected);
});

test('every kind of access is said above, and a refusal says how far one may go', () => {
  // `edit` is of templates alone
  expect(accessKinds.filter((kind) => kind !== 'edit')).toHaveLength(5);
  expect(accessRefusal('view', 'stop')).toEqual({ code: 'ACCESS', level: 'read' });
  expect(accessRefusal('operate', 'destroy')).toEqual({ code: 'ACCESS', level: 'operate' });
});
