import type { EventData, SliceEvent } from '#shared/deployment/events';
import type { Deployment, Plan } from '#shared/deployment/schema';
import type { ImageUpload } from '#shared/image-upload';
import {
  countedFields,
  quotaFields,
  type Quota,
  type QuotaField,
  type QuotaLimits,
  type QuotaUse,
} from '#shared/quota';
import type { Slice, SliceVm } from '#shared/slice';
import { vmDefaults } from '#shared/topology/schema';

const at = '2030-01-01T00:00:00.000Z';

export function sampleVm(id: number, name: string, change: Partial<SliceVm> = {}): SliceVm {
  return {
    id,
    key: `vm-${id}`,
    name,
    flavour: { id: 1, name: 'nano' },
    image: { id: 1, name: 'tiny', kind: 'kernel' },
    vcpus: 1,
    ramMb: 256,
    diskGb: 1,
    ...vmDefaults(),
    x: id * 200,
    y: 0,
    desired: 'absent',
    status: 'absent',
    observedAt: null,
    error: null,
    forwards: [],
    consoles: ['serial'],
    sshUser: null,
    ...change,
  };
}

/** Three VMs in a line. */
export function sampleSlice(change: Partial<Slice> = {}): Slice {
  const vmList = change.vmList ?? [sampleVm(1, 'web'), sampleVm(2, 'db'), sampleVm(3, 'app')];
  return {
    id: 7,
    name: 'lab',
    status: 'draft',
    owner: { id: 1, name: 'Ada' },
    access: 'own',
    zone: { id: 1, name: 'local', provider: 'qemu' },
    template: { id: 4, name: 'line' },
    templateRevision: 2,
    ownerSshKeys: 0,
    topologyVersion: 1,
    restartAfterReboot: false,
    driftPolicy: 'report',
    healGaveUpAt: null,
    idleSince: null,
    drift: [],
    vms: vmList.length,
    vmsRunning: vmList.filter((vm) => vm.status === 'running').length,
    vcpus: 3,
    ramMb: 768,
    diskGb: 3,
    busy: null,
    lease: null,
    waitingSince: null,
    createdAt: at,
    updatedAt: at,
    vmList,
    networks: [],
    edges: [
      {
        id: 11,
        key: 'e1',
        source: 'vm-1',
        target: 'vm-2',
        subnet: '10.0.0.0/30',
        sourceAddress: '10.0.0.1/30',
        targetAddress: '10.0.0.2/30',
        status: 'absent',
        observedAt: null,
      },
    ],
    annotations: [],
    deployment: null,
    waiting: [],
    lastEventId: 100,
    ...change,
  };
}

export function sampleDeployment(change: Partial<Deployment> = {}): Deployment {
  return {
    id: 5,
    sliceId: 7,
    kind: 'deploy',
    status: 'running',
    vmId: null,
    cancelRequested: false,
    onFailure: 'keep',
    error: null,
    stepsDone: 0,
    stepsTotal: 2,
    requestedBy: { id: 1, name: 'Ada' },
    because: null,
    waitingSince: null,
    createdAt: at,
    startedAt: at,
    finishedAt: null,
    steps: [0, 1].map((seq) => ({
      id: seq + 1,
      seq,
      key: `vm:${seq}/create`,
      resource: 'vm',
      resourceId: seq + 1,
      label: seq === 0 ? 'web' : 'db',
      action: 'create',
      update: null,
      dependsOn: seq === 0 ? [] : [0],
      status: 'pending',
      attempts: 0,
      error: null,
      startedAt: null,
      finishedAt: null,
    })),
    topologyChange: null,
    ...change,
  };
}

export function samplePlan(change: Partial<Plan> = {}): Plan {
  return {
    kind: 'deploy',
    changes: [],
    baseVersion: null,
    quota: null,
    steps: sampleDeployment().steps.map(({ seq, key, resource, resourceId, label, action, update, dependsOn }) => ({
      seq,
      key,
      resource,
      resourceId,
      label,
      action,
      update,
      dependsOn,
    })),
    needs: { vcpus: 3, ramMb: 768, diskGb: 3 },
    free: { vcpus: 10, ramMb: 4096, diskGb: 40 },
    capacity: { vcpus: 16, ramMb: 8192, diskGb: 80 },
    problems: [],
    runnable: true,
    canWait: false,
    ...change,
  };
}

export function sampleEvent(id: number, data: EventData): SliceEvent {
  return { id, sliceId: 7, at: new Date(Date.parse(at) + id * 1000).toISOString(), data };
}

function ofEach<Field extends string, Value>(fields: readonly Field[], value: Value): Record<Field, Value> {
  return Object.fromEntries(fields.map((field) => [field, value])) as Record<Field, Value>;
}

/** Nothing used and no limits but the given ones. */
export function sampleQuota(limits: Partial<QuotaLimits> = {}, used: Partial<QuotaUse> = {}): Quota {
  return {
    limits: { ...ofEach<QuotaField, number | null>(quotaFields, null), ...limits },
    used: { ...ofEach(countedFields, 0), ...used },
  };
}

/** A file of which a quarter has come. */
export const sampleUpload: ImageUpload = {
  id: 1,
  name: 'lab',
  fileName: 'lab.qcow2',
  sizeBytes: 400 * 2 ** 20,
  receivedBytes: 100 * 2 ** 20,
  url: null,
  vmId: null,
  sha256: null,
  state: 'uploading',
  percent: null,
  format: null,
  imageId: null,
  error: null,
  sentences: null,
  createdAt: at,
  touchedAt: at,
};
