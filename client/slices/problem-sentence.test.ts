import i18next from 'i18next';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '#shared/errors';
import { topologyProblemCodes } from '#shared/topology/validate';
import { chooseLanguage, loadTexts, startI18n } from '../i18n/i18n';
import { problemText } from './problem-sentence';

const params = {
  path: 'web → db → web',
  zone: 'local',
  host: 'lab-1',
  vm: 'web',
  label: 'data',
  image: 'tiny',
  flavour: 'nano',
  name: 'web',
  key: 'k',
  node: 'n',
  network: 'lan',
  port: 80,
  count: 30,
  max: 24,
  needed: 512,
  given: 256,
  variable: 'vm.nme',
  line: 3,
  place: 'user-data',
  reason: 'A key has no colon.',
  subnet: '192.168.1.0/24',
  address: '192.168.1.9',
  other: 'db',
  owner: 'lan',
  range: '127.0.0.0/8',
  subnetOf: 'lan',
  mac: '0a:00:00:00:00:01',
  reserved: '02:',
  room: 2,
  least: 8,
  longest: 30,
  first: 'fd00::4',
  last: 'fd00::7f',
  link: 'web–lan',
  nic: 1,
  parameter: 'students',
  vms: 300,
  networks: 2,
  edges: 900,
};
const message = 'The server’s own sentence.';
const planned: Problem[] = [
  { code: 'SLICE_BUSY', message },
  { code: 'INVALID_TRANSITION', message, params: { status: 'active' } },
  { code: 'NO_CAPACITY', message, params: { zone: 'local', resource: 'diskGb', needs: 9, free: 4, lacking: 5 } },
  { code: 'QUOTA_EXCEEDED', message, params: { field: 'runningVms', limit: 4, used: 3, more: 2 } },
  { code: 'IMAGE_NEEDS_RAM', message, params: { vm: 'web', image: 'tiny', needs: 512, has: 256 } },
  { code: 'IMAGE_NEEDS_DISK', message, params: { vm: 'web', image: 'tiny', needs: 9, has: 2 } },
  { code: 'VM_OUT_OF_RANGE', message, params: { ...params, resource: 'ramMb', has: 9000, min: 32, max: 8192 } },
  { code: 'VM_TOO_MANY_NICS', message, params: { ...params, needs: 30 } },
  ...['ZONE_DISABLED', 'ZONE_CANNOT_RUN', 'ZONE_UNAVAILABLE', 'ZONE_AWAY'].map((code) => ({ code, message, params })),
  ...[
    'INTERNET_UNSUPPORTED',
    'GRAPHICS_UNSUPPORTED',
    'EXTRA_DISKS_UNSUPPORTED',
    'EXEC_UNSUPPORTED',
    'FORWARDS_UNSUPPORTED',
    'DISKS_UNSUPPORTED',
    'IMAGE_UNBUILDABLE',
  ].map((code) => ({
    ...{ code, message, params },
  })),
];
const drawn: Problem[] = topologyProblemCodes.map((code) => ({ code, message, params }));

describe('problemText', () => {
  beforeAll(async () => {
    await startI18n();
    await loadTexts(['problems', 'slices']);
    await chooseLanguage('es');
  });
  const say = (problem: Problem) =>
    problemText(i18next.getFixedT('es', ['slices', 'common', 'problems']), 'es', problem).what;

  it.each([...planned, ...drawn].map((problem) => [problem.code, problem] as const))(
    'has a whole sentence of its own for %s',
    (_, problem) => {
      // a sentence of the provider may stand behind ours, never in its place
      expect(say(problem)).not.toBe(message);
      expect(say(problem)).toMatch(/\S{2,} .*[.)]$/u);
      expect(say(problem)).not.toMatch(/[{}]|undefined|null|NaN/);
    },
  );

  it('leaves to the server what it does not know', () => {
    expect(say({ code: 'SOMETHING_NEW', message })).toBe(message);
  });
});
