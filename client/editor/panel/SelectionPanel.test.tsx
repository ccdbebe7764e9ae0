import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { linkPresets } from '#shared/topology/link';
import { presetTopology } from '#shared/topology/presets';
import { renderApp } from '../../testing/render';
import type { EditorCatalogue } from '../use-catalogue';
import { useEditor, type EditorState } from '../use-editor';
import { SelectionPanel } from './SelectionPanel';
import { TemplatePanel } from './TemplatePanel';

const at = '2026-01-01T00:00:00.000Z';
const flavour = { vcpus: 1, ramMb: 1024, diskGb: 2, retiredAt: null, createdAt: at, inUse: 0 };
const image = {
  description: '',
  kind: 'kernel' as const,
  source: 'builtin:tiny',
  sha256: null,
  sizeMb: null,
  minRamMb: 0,
  minDiskGb: 0,
  readyMarker: null,
  consoles: [],
  retiredAt: null,
  createdAt: at,
  owner: null,
  visibility: 'all' as const,
  inUse: 0,
  login: null,
  zones: [],
};
const catalogue: EditorCatalogue = {
  flavours: [
    { ...flavour, id: 1, name: 'nano' },
    { ...flavour, id: 2, name: 'medium', vcpus: 4, ramMb: 8192 },
  ],
  images: [
    { ...image, id: 1, name: 'tiny', kind: 'disk' },
    { ...image, id: 2, name: 'big', minRamMb: 4096 },
  ],
  zones: [],
};
const initial = {
  base: null,
  document: {
    name: 'lab',
    description: '',
    topology: presetTopology('line', { size: 3 }, { flavourId: 1, imageId: 1 }),
  },
};
const storageKey = () => 'draft';

let editor: EditorState;
const onConnect = vi.fn();

function Panel() {
  const state = useEditor({ initial, catalogue, storageKey, hold: false });
  editor = state;
  return (
    <SelectionPanel
      about={
        <TemplatePanel
          document={state.document}
          catalogue={catalogue}
          onDescription={(description) => state.run({ type: 'setDetails', description }, 'description')}
          problems={state.problems}
          onParameters={(parameters, join) => state.run({ type: 'setParameters', parameters }, join)}
        />
      }
      editor={state}
      catalogue={catalogue}
      onConnect={onConnect}
      onDelete={() => state.run({ type: 'delete', ...state.selection })}
      onFocusNode={(key) => state.select({ nodes: [key], edges: [] })}
    />
  );
}

beforeEach(() => {
  localStorage.clear();
  onConnect.mockReset();
  renderApp(<Panel />);
});

function select(nodes: string[], edges: string[] = []) {
  act(() => editor.select({ nodes, edges }));
}
const vm = (key: string) => editor.document.topology.vms.find((item) => item.key === key);

describe('the side panel', () => {
  it('sums up the template when nothing is selected', async () => {
    const totals = screen.getByText('RAM').parentElement;
    expect(totals?.textContent).toBe('RAM3 GiB');
    await userEvent.type(screen.getByLabelText('Description'), 'for the course');
    expect(editor.document.description).toBe('for the course');
  });

  it('renames a VM as one types, in one step of undo, and keeps what is no name to itself', async () => {
    select(['vm2']);
    const name = screen.getByLabelText('Name');
    await userEvent.clear(name);
    expect(vm('vm2')?.name).toBe('vm2');
    expect(screen.getByText(/Letters, digits and hyphens only/)).toBeTruthy();
    await userEvent.type(name, 'web-1');
    expect(vm('vm2')?.name).toBe('web-1');
    expect(screen.queryByText(/Letters, digits and hyphens only/)).toBeNull();
    await userEvent.type(name, ' x');
    expect(vm('vm2')?.name).toBe('web-1');
    await userEvent.tab();
    expect((name as HTMLInputElement).value).toBe('web-1');
    act(() => editor.undo());
    expect(editor.document).toEqual(initial.document);
  });

  it('says at the field that two VMs have one name', async () => {
    select(['vm2']);
    await userEvent.clear(screen.getByLabelText('Name'));
    await userEvent.type(screen.getByLabelText('Name'), 'VM1');
    expect(screen.getByText('Two VMs are called VM1.')).toBeTruthy();
    expect(editor.problems).toHaveLength(1);
  });

  it('takes flavour and image, and says when they do not go together', async () => {
    select(['vm1']);
    await userEvent.click(screen.getByRole('combobox', { name: 'Image' }));
    await userEvent.click(screen.getByRole('option', { name: 'big' }));
    expect(vm('vm1')?.imageId).toBe(2);
    expect(screen.getByText(/needs 4096 MiB of RAM, nano has 1024/)).toBeTruthy();
    await userEvent.click(screen.getByRole('combobox', { name: 'Flavour' }));
    await userEvent.click(screen.getByRole('option', { name: /^medium/ }));
    expect(editor.problems).toEqual([]);
  });

  it('gives a VM CPUs and RAM of its own, and the flavour’s again', async () => {
    select(['vm1']);
    const ram = screen.getByLabelText('RAM of its own, MiB');
    expect(ram.getAttribute('placeholder')).toBe('1024');
    await userEvent.type(ram, '51');
    expect(screen.getByText('64 to 1048576.')).toBeTruthy();
    expect(vm('vm1')).not.toHaveProperty('ownSize');
    await userEvent.type(ram, '2');
    expect(vm('vm1')?.ownSize).toEqual({ ramMb: 512 });
    await userEvent.type(screen.getByLabelText('vCPUs of its own'), '2');
    expect(vm('vm1')?.ownSize).toEqual({ vcpus: 2, ramMb: 512 });
    select([]);
    expect(screen.getByText('RAM').parentElement?.textContent).toBe('RAM2.5 GiB');
    select(['vm1']);
    await userEvent.clear(screen.getByLabelText('RAM of its own, MiB'));
    await userEvent.clear(screen.getByLabelText('vCPUs of its own'));
    expect(vm('vm1')?.ownSize).toBeUndefined();
  });

  it('forwards ports, and internet access and a screen can be asked for', async () => {
    select(['vm1']);
    await userEvent.click(screen.getByRole('switch', { name: /Internet access/ }));
    await userEvent.click(screen.getByRole('button', { name: 'Add port' }));
    await userEvent.click(screen.getByRole('button', { name: 'Add port' }));
    await userEvent.click(screen.getByRole('switch', { name: /Graphical console/ }));
    expect(vm('vm1')).toMatchObject({ internet: true, graphics: true });
    expect(vm('vm1')?.forwards.map(({ guestPort }) => guestPort)).toEqual([22, 80]);
    const second = screen.getByLabelText('Port 2 of the VM');
    await userEvent.clear(second);
    await userEvent.type(second, '22');
    expect(screen.getByText('vm1 forwards its port 22 twice.')).toBeTruthy();
    // by another protocol it is another port
    await userEvent.selectOptions(screen.getByLabelText('Protocol of port 2'), 'UDP');
    expect(screen.queryByText(/forwards its port/)).toBeNull();
    expect(vm('vm1')?.forwards.map(({ protocol }) => protocol)).toEqual(['tcp', 'udp']);
    await userEvent.click(screen.getByRole('button', { name: 'Remove port 22' }));
    expect(vm('vm1')?.forwards).toEqual([{ protocol: 'udp', guestPort: 22 }]);
  });

  it('gives a VM extra disks, by labels that each have once, of a size that there can be', async () => {
    select(['vm1']);
    const add = screen.getByRole('button', { name: 'Add disk' });
    await userEvent.click(add);
    await userEvent.click(add);
    expect(vm('vm1')?.disks).toEqual([
      { label: 'data', sizeGb: 10 },
      { label: 'data2', sizeGb: 10 },
    ]);
    const label = screen.getByLabelText('Label of disk 2');
    fireEvent.change(label, { target: { value: 'no label' } });
    expect(screen.getByText(/^At most 20 lower-case letters/)).toBeTruthy();
    expect(vm('vm1')?.disks[1]?.label).toBe('data2');
    fireEvent.change(label, { target: { value: 'data' } });
    expect(screen.getByText('vm1 has two extra disks called data.')).toBeTruthy();
    fireEvent.change(label, { target: { value: 'logs' } });
    expect(screen.queryByText(/two extra disks/)).toBeNull();
    const size = screen.getByLabelText('Size of disk 2');
    for (const refused of ['0', '1000000000']) {
      fireEvent.change(size, { target: { value: refused } });
      expect(vm('vm1')?.disks[1]?.sizeGb).toBe(10);
    }
    fireEvent.change(size, { target: { value: '40' } });
    expect(vm('vm1')?.disks[1]).toEqual({ label: 'logs', sizeGb: 40 });
    for (let number = 3; number <= 7; number++) await userEvent.click(add);
    expect(add).toHaveProperty('disabled', true);
    await userEvent.click(screen.getByRole('button', { name: 'Remove disk data' }));
    expect(vm('vm1')?.disks[0]?.label).toBe('logs');
  });

  it('is booted from another disk or the network, in an order that follows its disks', async () => {
    select(['vm1']);
    const from = async (name: string) => {
      await userEvent.click(screen.getByRole('combobox', { name: 'Boot from' }));
      await userEvent.click(screen.getByRole('option', { name }));
    };
    await from('The network (PXE)');
    expect(vm('vm1')?.boot).toEqual(['network']);
    await userEvent.click(screen.getByRole('button', { name: 'Add disk' }));
    await from('Extra disk data');
    expect(vm('vm1')?.boot).toEqual(['data']);
    fireEvent.change(screen.getByLabelText('Label of disk 1'), { target: { value: 'system' } });
    expect(vm('vm1')).toMatchObject({ boot: ['system'], disks: [{ label: 'system' }] });
    await userEvent.click(screen.getByRole('button', { name: 'Remove disk system' }));
    expect(vm('vm1')?.boot).toEqual([]);
    expect(screen.getByRole('combobox', { name: 'Boot from' })).toHaveProperty('value', 'The disk of its image');
  });

  it('gives a VM start-up files, each change of text one step, and says that two have one path', async () => {
    select(['vm1']);
    await userEvent.click(screen.getByRole('button', { name: 'Add file' }));
    await userEvent.type(screen.getByLabelText('Content of /etc/frr/frr.conf'), 'router ospf');
    expect(vm('vm1')?.files).toEqual([{ path: '/etc/frr/frr.conf', content: 'router ospf', mode: '0644' }]);
    await userEvent.click(screen.getByRole('button', { name: 'Add file' }));
    const path = screen.getByLabelText('Path of file 2');
    fireEvent.change(path, { target: { value: 'no path' } });
    expect(screen.getByText(/^An absolute path/)).toBeTruthy();
    expect(vm('vm1')?.files[1]?.path).toBe('/root/file1');
    fireEvent.change(path, { target: { value: '/etc/frr/frr.conf' } });
    expect(screen.getByText('vm1 has the start-up file /etc/frr/frr.conf twice.')).toBeTruthy();
    await userEvent.click(screen.getAllByRole('button', { name: 'Remove /etc/frr/frr.conf' })[1] ?? path);
    expect(vm('vm1')?.files).toHaveLength(1);
  });

  it('gives a VM a name of its own inside and user-data, and shows what variables become and what is no YAML', async () => {
    select(['vm1']);
    fireEvent.change(screen.getByLabelText('Host name in the guest'), { target: { value: 'web.example.org' } });
    expect(vm('vm1')?.hostname).toBe('web.example.org');
    const field = screen.getByLabelText('User-data');
    fireEvent.change(field, { target: { value: 'fqdn: "{{ vm.hostname }}"\nnote: {{ vm.nme }}\n' } });
    expect(screen.getByText('As the guest is given it').closest('details')?.textContent).toContain(
      'fqdn: "web.example.org"',
    );
    expect(screen.getByText(/there is no variable vm\.nme, in line 2 of user-data/)).toBeTruthy();
    fireEvent.change(field, { target: { value: 'packages: [nginx\n' } });
    expect(await screen.findByText(/of the user-data is no YAML/)).toBeTruthy();
    fireEvent.change(field, { target: { value: 'packages: [nginx]\n' } });
    await waitFor(() => expect(screen.queryByText(/is no YAML/)).toBeNull());
    expect(vm('vm1')?.userData).toBe('packages: [nginx]\n');
  });

  it('gives a guest environment variables, shown with what they become', async () => {
    select(['vm1']);
    await userEvent.click(screen.getByRole('button', { name: 'Add variable' }));
    await userEvent.clear(screen.getByLabelText('Name 1'));
    await userEvent.type(screen.getByLabelText('Name 1'), 'ROLE-');
    expect(screen.getByText('Letters, digits and _, no digit first.')).toBeTruthy();
    await userEvent.tab();
    fireEvent.change(screen.getByLabelText('Value of ROLE'), { target: { value: 'of {{ vm.name }}' } });
    expect(vm('vm1')?.environment).toEqual([{ name: 'ROLE', value: 'of {{ vm.name }}' }]);
    expect(screen.getByText('ROLE=of vm1')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Remove ROLE' }));
    expect(vm('vm1')?.environment).toEqual([]);
  });

  it('takes a password’s hash, or none, for an image with a disk, and never the password', async () => {
    select(['vm1']);
    const setImage = (imageId: number) => act(() => editor.run({ type: 'setVms', keys: ['vm1'], fields: { imageId } }));
    setImage(2);
    expect(screen.queryByRole('combobox', { name: 'Password at the console' })).toBeNull();
    setImage(1);
    const choose = async (name: string) => {
      await userEvent.click(screen.getByRole('combobox', { name: 'Password at the console' }));
      await userEvent.click(screen.getByRole('option', { name }));
    };
    await choose('None: SSH keys only');
    expect(vm('vm1')?.password).toBe('none');
    await choose('One’s own');
    const field = screen.getByLabelText('Hash of the password');
    await userEvent.type(field, 'secret');
    expect(screen.getByText(/No hash of SHA-512/)).toBeTruthy();
    expect(vm('vm1')?.password).toBe('none');
    const hash = `$6$salt$${'a'.repeat(86)}`;
    fireEvent.change(field, { target: { value: hash } });
    expect(vm('vm1')?.password).toBe(hash);
    // one that has a kernel only asks nobody
    setImage(2);
    expect(screen.getByText('vm1: the image big asks nobody for a password.')).toBeTruthy();
    await choose('The usual one: trama');
    expect(vm('vm1')?.password).toBe('builtin');
  });

  it('gives a VM commands, one a line, and says what of them cannot be taken', () => {
    select(['vm1']);
    const field = screen.getByLabelText('Commands after the boot');
    fireEvent.change(field, { target: { value: 'ip link\n\n echo {{ vm.name }}\n' } });
    expect(vm('vm1')?.exec).toEqual(['ip link', 'echo {{ vm.name }}']);
    // what is typed stays as it is typed
    expect((field as HTMLTextAreaElement).value).toBe('ip link\n\n echo {{ vm.name }}\n');
    expect(screen.getByText('As the guest is given it').closest('details')?.textContent).toContain('echo vm1');
    fireEvent.change(field, { target: { value: 'true\n'.repeat(17) } });
    expect(vm('vm1')?.exec).toHaveLength(16);
    expect(screen.getByText('At most 16 lines of 2000 characters.')).toBeTruthy();
    fireEvent.change(field, { target: { value: 'echo {{ vm.nme }}' } });
    expect(screen.getByText(/there is no variable vm\.nme, in line 1 of exec/)).toBeTruthy();
    fireEvent.change(field, { target: { value: '' } });
    expect(vm('vm1')?.exec).toEqual([]);
  });

  it('sets what several VMs have in one go', async () => {
    select(['vm1', 'vm3']);
    expect(screen.getByText('2 selected')).toBeTruthy();
    await userEvent.click(screen.getByRole('combobox', { name: 'Flavour' }));
    await userEvent.click(screen.getByRole('option', { name: /^medium/ }));
    expect(editor.document.topology.vms.map(({ flavourId }) => flavourId)).toEqual([2, 1, 2]);
  });

  it('leads from a VM to its links and from a link to its ends', async () => {
    select(['vm2']);
    expect(screen.getByText('2 links')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Connect…' }));
    expect(onConnect).toHaveBeenCalledWith('vm2');
    await userEvent.click(screen.getByRole('button', { name: 'To vm3' }));
    expect(editor.selection.edges).toEqual(['e2']);
    const panel = within(document.body);
    expect(panel.getByRole('button', { name: 'vm2' })).toBeTruthy();
    await userEvent.click(panel.getByRole('button', { name: 'Delete' }));
    expect(editor.document.topology.edges.map(({ key }) => key)).toEqual(['e1']);
    expect(editor.selection.edges).toEqual([]);
  });

  it('shows the order of a VM’s NICs, and changes it by the keyboard, a step of undo each time', async () => {
    select(['vm2']);
    const order = () => screen.getAllByRole('button', { name: /^To / }).map((button) => button.textContent);
    const numbers = () =>
      editor.document.topology.edges.map(({ sourceOwnNic, targetOwnNic }) => [sourceOwnNic, targetOwnNic]);
    expect(order()).toEqual(['To vm1', 'To vm3']);
    const down = screen.getByRole('button', { name: 'Move eth0 down: to vm1' });
    down.focus();
    await userEvent.keyboard('{Enter}');
    expect(order()).toEqual(['To vm3', 'To vm1']);
    expect(numbers()).toEqual([
      [undefined, 1],
      [0, undefined],
    ]);
    expect(screen.getByText('eth1 leads to vm1 now.')).toBeTruthy();
    // it is the same button, which has the keyboard still, and leads no further
    expect(document.activeElement).toBe(down);
    expect(down.getAttribute('aria-label')).toBe('Move eth1 down: to vm1');
    await userEvent.keyboard('{Enter}');
    expect(numbers()).toEqual([
      [undefined, 1],
      [0, undefined],
    ]);
    act(() => editor.undo());
    expect(numbers()).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
    expect(order()).toEqual(['To vm1', 'To vm3']);
    // two that say one number: said at the second of them, and put right by moving either
    act(() => editor.run({ type: 'setEdge', key: 'e1', fields: { targetOwnNic: 0 } }));
    act(() => editor.run({ type: 'setEdge', key: 'e2', fields: { sourceOwnNic: 0 } }));
    expect(screen.getByText('vm2: vm2–vm3 cannot be at eth0, which is that of vm1–vm2.')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Move eth1 up: to vm3' }));
    expect(editor.problems).toEqual([]);
    expect(order()).toEqual(['To vm3', 'To vm1']);
  });

  it('locks a node in place, and takes where it is on the earth only if it can be there', async () => {
    select(['vm1']);
    await userEvent.click(screen.getByRole('switch', { name: /Locked in place/ }));
    const place = screen.getByLabelText('Place on the earth');
    await userEvent.type(place, '400, 0');
    expect(screen.getByText(/^Latitude from -90/)).toBeTruthy();
    await userEvent.clear(place);
    await userEvent.type(place, '40.4, -3.7');
    await userEvent.tab();
    expect(vm('vm1')).toMatchObject({ locked: true, location: { latitude: 40.4, longitude: -3.7 } });
  });

  it('names the interfaces of a link, in one step of undo, and takes a name away that is emptied', async () => {
    const [edge] = initial.document.topology.edges;
    act(() => editor.select({ nodes: [], edges: [edge?.key ?? ''] }));
    const field = await screen.findByLabelText('Interface at vm1');
    await userEvent.type(field, 'Gi 0/0');
    expect(editor.document.topology.edges[0]).toMatchObject({ sourceInterface: 'Gi 0/0' });
    act(() => editor.undo());
    expect(editor.document.topology.edges[0]).toEqual(edge);
    act(() => editor.redo());
    await userEvent.clear(field);
    await userEvent.tab();
    expect(editor.document.topology.edges[0]?.sourceInterface).toBeUndefined();
  });

  it('takes addresses that are chosen, says on their field why others cannot be, and gives them back', async () => {
    const [edge] = initial.document.topology.edges;
    act(() => editor.select({ nodes: [], edges: [edge?.key ?? ''] }));
    const now = () => editor.document.topology.edges[0];
    const subnet = await screen.findByLabelText('Subnet');
    await userEvent.type(subnet, '192.168.1');
    expect(screen.getByText(/^A subnet with its prefix length/)).toBeTruthy();
    expect(now()).toEqual(edge);
    await userEvent.type(subnet, '.0/24');
    const address = screen.getByLabelText('Static address of vm2');
    await userEvent.type(address, '192.168.2.9');
    expect(screen.getByText(/192\.168\.2\.9 is not in 192\.168\.1\.0\/24/)).toBeTruthy();
    await userEvent.clear(address);
    await userEvent.type(address, '192.168.1.9');
    await userEvent.type(screen.getByLabelText('MAC address of vm1'), '0A:00:00:00:00:01');
    await userEvent.type(screen.getByLabelText('MTU'), '9000');
    expect(editor.problems).toEqual([]);
    expect(now()).toEqual({
      ...edge,
      ...{ ownSubnet: '192.168.1.0/24', targetOwnAddress: '192.168.1.9', sourceMac: '0a:00:00:00:00:01', mtu: 9000 },
    });
    await userEvent.clear(subnet);
    expect(screen.getByText(/the subnet of vm1–vm2 has to be chosen, too/)).toBeTruthy();
    act(() => editor.undo());
    expect(now()).toMatchObject({ ownSubnet: '192.168.1.0/24' });
  });

  it('takes a static address of IPv6 where there is IPv6, and says on its field why others cannot be', async () => {
    act(() => editor.select({ nodes: [], edges: ['e1'] }));
    const now = () => editor.document.topology.edges[0];
    expect(screen.queryByLabelText('Static IPv6 address of vm2')).toBeNull();
    await userEvent.click(await screen.findByRole('switch', { name: /IPv6, too/ }));
    const address = screen.getByLabelText('Static IPv6 address of vm2');
    await userEvent.type(address, 'fe80::1%eth0');
    expect(screen.getByText(/^An IPv6 address without a prefix length or a zone/)).toBeTruthy();
    await userEvent.clear(address);
    await userEvent.type(address, 'FD00:1:0::10');
    expect(screen.getByText(/the IPv6 subnet of vm1–vm2 has to be chosen, too/)).toBeTruthy();
    await userEvent.type(screen.getByLabelText('IPv6 subnet'), 'fd00:1::/64');
    expect(editor.problems).toEqual([]);
    expect(now()).toMatchObject({ ipv6: 'fd00:1::/64', targetOwnAddress6: 'fd00:1::10' });
    await userEvent.clear(address);
    expect(now()?.targetOwnAddress6).toBeUndefined();
    // an attachment has the subnet of its network
    act(() => editor.run({ type: 'addNetwork', key: 'lan', x: 0, y: 0 }));
    act(() => editor.run({ type: 'setNetwork', key: 'lan', fields: { ipv6: 'fd00:2::/64' } }));
    act(() => editor.run({ type: 'connect', key: 'al', source: 'vm1', target: 'lan' }));
    const [vm1] = editor.document.topology.vms;
    act(() => editor.run({ type: 'connect', key: 'al', source: vm1?.key ?? '', target: 'lan' }));
    act(() => editor.select({ nodes: [], edges: ['al'] }));
    expect(await screen.findByLabelText('Static IPv6 address of vm1')).toBeTruthy();
    expect(screen.queryByLabelText('Static IPv6 address of net1')).toBeNull();
  });

  it('has a network give its addresses by DHCP, and no more', async () => {
    act(() => editor.run({ type: 'addNetwork', key: 'lan', x: 0, y: 0 }));
    act(() => editor.run({ type: 'setNetwork', key: 'lan', fields: { ownSubnet: '192.168.1.0/24' } }));
    act(() => editor.select({ nodes: ['lan'], edges: [] }));
    const now = () => editor.document.topology.networks.find(({ key }) => key === 'lan');
    const drawn = now();
    const field = await screen.findByRole('switch', { name: /DHCP and DNS/ });
    await userEvent.click(field);
    expect(now()).toEqual({ ...drawn, dhcp: true });
    expect(screen.getByText(/192\.168\.1\.254/)).toBeTruthy();
    await userEvent.click(field);
    expect(now()).toEqual(drawn);
    const gateway = screen.getByLabelText('Gateway');
    await userEvent.type(gateway, '192.168.2.1');
    expect(screen.getByText(/192\.168\.2\.1 is not in 192\.168\.1\.0\/24/)).toBeTruthy();
    await userEvent.clear(gateway);
    await userEvent.type(gateway, '192.168.1.1');
    expect(now()).toEqual({ ...drawn, gateway: '192.168.1.1' });
    // one of IPv6 once there is any
    expect(screen.queryByLabelText('IPv6 gateway')).toBeNull();
    await userEvent.click(screen.getByRole('switch', { name: /IPv6, too/ }));
    const gateway6 = screen.getByLabelText('IPv6 gateway');
    await userEvent.type(gateway6, 'fd00:1::1');
    expect(screen.getByText(/fd00:1::1 is not in fd00:7472:c0a8:100::\/64/)).toBeTruthy();
    await userEvent.clear(gateway6);
    await userEvent.type(gateway6, 'fd00:7472:c0a8:100::1');
    expect(now()).toMatchObject({ ipv6: 'given', gateway6: 'fd00:7472:c0a8:100::1' });
    expect(editor.problems).toEqual([]);
  });

  it('bends a link, each way by itself, takes it down, and says of what cannot be why, on its field', async () => {
    const [edge] = initial.document.topology.edges;
    act(() => editor.select({ nodes: [], edges: [edge?.key ?? ''] }));
    const now = () => editor.document.topology.edges[0];
    const field = (way: string, name: string) =>
      within(screen.getByRole('group', { name: way })).getByLabelText<HTMLInputElement>(name);
    await userEvent.type(await screen.findByLabelText('Delay'), '20.5');
    expect(now()?.link).toEqual({ delayMs: 20.5 });
    const loss = screen.getByLabelText('Loss');
    await userEvent.type(loss, '101');
    expect(screen.getByText('From 0 to 100.')).toBeTruthy();
    // what was right last is kept
    expect(now()?.link).toEqual({ delayMs: 20.5, lossPercent: 10 });
    await userEvent.clear(loss);
    await userEvent.type(screen.getByLabelText('Jitter'), '30');
    expect(screen.getByText('At most the delay.')).toBeTruthy();
    await userEvent.clear(screen.getByLabelText('Jitter'));

    await userEvent.click(screen.getByRole('switch', { name: /Each way by itself/ }));
    await userEvent.type(field('To vm1', 'Rate'), '64');
    expect(now()?.link).toEqual({ delayMs: 20.5, back: { delayMs: 20.5, rateKbps: 64 } });
    expect(field('To vm2', 'Rate').value).toBe('');
    await userEvent.click(screen.getByRole('switch', { name: /Link is up/ }));
    expect(now()).toMatchObject({ down: true });
    await userEvent.click(screen.getByRole('switch', { name: /Link is up/ }));

    await userEvent.click(screen.getByRole('combobox', { name: /Quality/ }));
    await userEvent.click(await screen.findByRole('option', { name: 'DSL' }));
    expect(now()?.link).toEqual(linkPresets.dsl);
    await userEvent.click(screen.getByRole('combobox', { name: /Quality/ }));
    await userEvent.click(await screen.findByRole('option', { name: 'Cable' }));
    expect(now()).toEqual(edge);
  });
});
