import { expect, test } from 'vitest';
import type { CountedRoom, SliceObservation } from '#server/providers/provider';
import { countedProblems } from './counted-room';
import type { PlanVm } from './plan-input';

const part = (id: number) => ({ id, key: `k${id}`, name: `n${id}`, wanted: null });
const vm = (id: number): PlanVm => ({
  ...part(id),
  ...{ vcpus: 1, ramMb: 128, diskGb: 2, bootDiskGb: 2, nics: 2, needs: [], startAfter: [], gated: false },
  image: { id: 7, name: 'tiny', kind: 'kernel', minRamMb: 96, minDiskGb: 0 },
  desired: 'running',
  counted: true,
});
const edge = (id: number, target: string) => ({ ...part(id), source: 'k1', target, down: false, needs: [] });

/** Two VMs with a link between them, one of them on a network. */
const topology = { vms: [vm(1), vm(2)], networks: [{ ...part(5), needs: [] }], edges: [edge(3, 'k2'), edge(4, 'k5')] };
const takes: [CountedRoom['what'], CountedRoom['takes'], number][] = [
  ['servers', { vm: 1 }, 2],
  ['networks', { slice: 1, network: 1, link: 1 }, 3],
  ['subnets', { network: 1, link: 1 }, 2],
  ['ports', { vm: 1, link: 2, attachment: 1 }, 5],
];
const inputWith = (counted: CountedRoom[], observation: SliceObservation | null = null) => ({
  zone: { name: 'cloud', counted },
  topology,
  observation,
});

test('what a slice takes of each quota is told together, where it is more than there is', () => {
  const room = (less: number) => takes.map(([what, of, needs]) => ({ what, free: needs - less, takes: of }));
  expect(countedProblems(inputWith(room(0)), topology.vms)).toEqual([]);
  const problems = countedProblems(inputWith(room(1)), topology.vms);
  expect(problems.map(({ params }) => [params?.['needs'], params?.['free']])).toEqual([
    [2, 1],
    [3, 2],
    [2, 1],
    [5, 4],
  ]);
  expect(problems.map(({ code }) => code)).toEqual(Array.from({ length: 4 }, () => 'ZONE_LACKS'));
});

test('what is there takes nothing, and a plan that makes nothing needs nothing', () => {
  const none = takes.map(([what, of]) => ({ what, free: 0, takes: of }));
  const observation: SliceObservation = {
    observedAt: new Date(0),
    vms: [1, 2].map((id) => ({ id, status: 'running', error: null, forwards: [], applied: null })),
    networks: [{ id: 5, status: 'up', applied: null }],
    edges: [3, 4].map((id) => ({ id, status: 'up', applied: null })),
  };
  expect(countedProblems(inputWith(none, observation), topology.vms)).toEqual([]);
  expect(countedProblems(inputWith(none), [])).toEqual([]);
});
