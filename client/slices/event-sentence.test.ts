import i18next from 'i18next';
import { beforeAll, describe, expect, it } from 'vitest';
import { runChanges, sliceFacts, type EventData } from '#shared/deployment/events';
import { linkDeeds } from '#shared/links/deeds';
import { runKinds } from '#shared/links/schema';
import { networkChanges } from '#shared/networks/words';
import { deploymentKinds } from '#shared/deployment/operations';
import { deploymentStatuses, resourceTypes, stepActions, stepStatuses } from '#shared/deployment/schema';
import { edgeStatuses, sliceStatuses, vmStatuses } from '#shared/slice-status';
import { chooseLanguage, loadTexts, startI18n } from '../i18n/i18n';
import { eventSentence } from './event-sentence';

const every: EventData[] = [
  ...sliceFacts.map((what) => ({ type: 'slice.changed' as const, what, ...(what === 'name' ? { name: 'lab' } : {}) })),
  ...sliceStatuses.map((status) => ({ type: 'slice.status' as const, status })),
  ...vmStatuses.map((status) => ({ type: 'vm.status' as const, vmId: 1, name: 'web', status, error: null })),
  ...edgeStatuses.flatMap((status) => [
    { type: 'edge.status' as const, edgeId: 1, label: 'web–db', status },
    { type: 'network.status' as const, networkId: 1, name: 'lan', status },
  ]),
  ...deploymentKinds.flatMap((kind) =>
    deploymentStatuses.flatMap((status) =>
      [null, 1].map((vmId) => ({
        type: 'deployment.status' as const,
        deploymentId: 1,
        kind,
        status,
        vmId,
        stepsTotal: 3,
        error: status === 'failed' ? 'The cause.' : null,
      })),
    ),
  ),
  ...stepStatuses.flatMap((status) =>
    resourceTypes.flatMap((resource) =>
      stepActions.map((action) => ({
        type: 'step.status' as const,
        deploymentId: 1,
        seq: 0,
        key: 'k',
        resource,
        resourceId: 1,
        label: 'web',
        action,
        status,
        attempts: 1,
        error: null,
      })),
    ),
  ),
  ...runKinds.flatMap((kind) =>
    runChanges.flatMap((what) =>
      linkDeeds.map((deed) => ({
        ...{ type: 'slice.links' as const, what, kind, label: 'web–db', deed },
        error: what === 'failed' ? 'The cause.' : null,
      })),
    ),
  ),
  ...networkChanges.map((what) => ({
    ...{ type: 'slice.network' as const, what, network: 'lan', other: what === 'published' ? null : 'theirs' },
    error: what === 'parted' ? 'The cause.' : null,
  })),
  { type: 'slice.drift', drifted: ['web', 'db'] },
  { type: 'slice.drift', drifted: [] },
  { type: 'deployment.resumed', deploymentId: 1 },
];

describe('eventSentence', () => {
  beforeAll(async () => {
    await startI18n();
    await loadTexts(['events']);
    await chooseLanguage('es');
  });

  it.each(['en', 'es'] as const)('has a whole sentence for everything that can happen, in %s', (language) => {
    const t = i18next.getFixedT(language, 'events');
    for (const data of every) {
      const sentence = eventSentence(t, data, () => 'web');
      expect(sentence).toMatch(/\S.*[.]$/u);
      expect(sentence).not.toMatch(/[{}]|undefined|null/);
      // a key that has no text comes back as itself
      expect(sentence).not.toMatch(/^[a-z]+(\.[a-z]+)+$/i);
    }
  });

  it('names VM, step, attempt and cause', () => {
    const t = i18next.getFixedT('en', 'events');
    const step = {
      type: 'step.status' as const,
      deploymentId: 1,
      seq: 3,
      key: 'vm:web/start',
      resource: 'vm' as const,
      resourceId: 1,
      label: 'web',
      action: 'start' as const,
      attempts: 2,
    };
    const say = (data: EventData) => eventSentence(t, data, (id) => (id === 1 ? 'web' : undefined));
    expect(say({ ...step, status: 'running', error: null })).toBe('Start VM web: attempt 2.');
    expect(say({ ...step, status: 'failed', error: 'The image is damaged.' })).toBe(
      'Start VM web: failed. The image is damaged.',
    );
    expect(
      say({
        type: 'deployment.status',
        deploymentId: 1,
        kind: 'stop',
        status: 'failed',
        vmId: 1,
        stepsTotal: 1,
        error: 'No.',
      }),
    ).toBe('Stop of VM web: failed. No.');
  });

  it('leaves what a guest or provider wrote as it is', () => {
    const t = i18next.getFixedT('es', 'events');
    const data: EventData = { type: 'vm.status', vmId: 1, name: 'web', status: 'failed', error: '<b>$t(x)</b>.' };
    expect(eventSentence(t, data, () => undefined)).toBe('La MV web ha fallado. <b>$t(x)</b>.');
  });
});
