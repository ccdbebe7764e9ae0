import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withAddresses } from './addresses';
import { newVm, type Topology } from './schema';
import { validateTopology } from './validate';
import { filledVm, fillVariables, variableExamples, variablesOf } from './variables';

const vm = (key: string, name: string) => newVm({ key, name, flavourId: 1, imageId: 1, x: 0, y: 0 });
const drawn: Topology = {
  vms: [vm('a', 'web'), vm('b', 'router'), vm('c', 'db')],
  networks: [{ key: 'n', name: 'my net', x: 0, y: 0 }],
  edges: [
    { key: 'ab', source: 'a', target: 'b', ipv6: 'given' },
    { key: 'an', source: 'a', target: 'n' },
    { key: 'bn', source: 'b', target: 'n' },
  ],
};
const placed = withAddresses(drawn);
const [web = vm('a', '')] = placed.vms;
const lookup = variablesOf(placed, web, { name: 'lab', owner: 'Ada' });
const fill = (text: string) => fillVariables(text, lookup);

describe('variables of a VM', () => {
  test.each([
    ['{{ vm.name }}', 'web'],
    ['{{vm.hostname}}', 'web'],
    ['{{ slice.name }} of {{ slice.owner }}', 'lab of Ada'],
    ['{{ vm.nic.0.address }}/{{ vm.nic.0.prefix }}', placed.edges[0]?.sourceNic?.addresses[0]],
    ['{{ link.to.router.address }}', placed.edges[0]?.targetNic?.addresses[0]?.replace('/30', '')],
    ['{{ link.to.router.own }}/{{ link.to.router.prefix }}', placed.edges[0]?.sourceNic?.addresses[0]],
    ['{{ link.to.my net.own }}/{{ link.to.my net.prefix }}', placed.edges[1]?.sourceNic?.addresses[0]],
    ['{{ vm.nic.0.address6 }}', 'fd00:7472:a00::1'],
    ['{{ link.to.router.address6 }} {{ link.to.router.own6 }}', 'fd00:7472:a00::2 fd00:7472:a00::1'],
    // for programs that have such braces of their own
    ['\\{{ vm.name }} {{ vm.name }}', '{{ vm.name }} web'],
    ['{{', '{{'],
  ])('%s', (text, filled) => {
    expect(fill(text)).toEqual({ text: filled, unknown: [] });
  });

  test('of another name are told, each once with its first line, and stay as they are', () => {
    const text =
      'a\n{{ vm.nme }}\n{{ vm.nme }}{{ link.to.db.address }}\n{{ link.to.my net.address }}{{ vm.nic.2.address }}';
    expect(fill(text)).toEqual({
      text,
      unknown: [
        { variable: 'vm.nme', line: 2 },
        { variable: 'link.to.db.address', line: 3 },
        { variable: 'link.to.my net.address', line: 4 },
        { variable: 'vm.nic.2.address', line: 4 },
      ],
    });
  });

  test('that are not known yet are none of another name, and stay as they are', () => {
    const before = variablesOf(drawn, web, null);
    const text = variableExamples.slice(2).join(' ').replaceAll('NAME', 'router');
    expect(fillVariables(text, before)).toEqual({ text, unknown: [] });
    expect(fillVariables('{{ slice.owner }}', before, '0').text).toBe('0');
  });

  test('the examples are variables', () => {
    const text = variableExamples.join(' ').replaceAll('NAME', 'router');
    expect(fill(text).unknown).toEqual([]);
    expect(fill(text).text).not.toContain('{{');
  });

  test('are not filled in twice, and a text without any is the same', () => {
    const tricky = variablesOf(placed, web, { name: '{{ vm.name }}', owner: '$& $1' });
    expect(fillVariables('{{ slice.name }} {{ slice.owner }}', tricky).text).toBe('{{ vm.name }} $& $1');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const plain = text.replaceAll('{{', '');
        expect(fill(plain)).toEqual({ text: plain, unknown: [] });
      }),
    );
  });

  test('are filled in the content of files, the environment and the user-data, and asked for only there', () => {
    const file = { path: '/etc/motd', content: 'I am {{ vm.name }}', mode: '0644' };
    const environment = [{ name: 'PEER', value: '{{ link.to.router.address }}' }];
    const filled = filledVm({ ...web, files: [file], userData: 'fqdn: {{ vm.name }}.lab', environment }, () => lookup);
    expect(filled.environment).toEqual([{ name: 'PEER', value: lookup('link.to.router.address') }]);
    const alone = filledVm({ ...web, environment: [{ name: 'ME', value: '{{ vm.name }}' }] }, () => lookup);
    expect(alone.environment).toEqual([{ name: 'ME', value: 'web' }]);
    expect(filled.files).toEqual([{ ...file, content: 'I am web' }]);
    expect(filled.userData).toBe('fqdn: web.lab');
    const plain = { ...web, userData: 'a: 1' };
    expect(filledVm(plain, () => expect.unreachable())).toBe(plain);
  });

  test('that there are not are problems of the VM', () => {
    const file = { path: '/etc/motd', content: '\n{{ who }}', mode: '0644' };
    const environment = [{ name: 'WHO', value: '{{ me }}' }];
    const vms = [{ ...web, files: [file], userData: '{{ slice.nme }}', environment }, ...placed.vms.slice(1)];
    expect(validateTopology({ ...placed, vms })).toMatchObject([
      { code: 'VARIABLE_UNKNOWN', node: 'a', field: 'files', params: { variable: 'who', line: 2, place: '/etc/motd' } },
      { code: 'VARIABLE_UNKNOWN', node: 'a', field: 'userData', params: { variable: 'slice.nme', line: 1 } },
      { code: 'VARIABLE_UNKNOWN', node: 'a', field: 'environment', params: { variable: 'me', place: 'WHO' } },
    ]);
  });
});
