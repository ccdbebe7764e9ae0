import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { moveIntoPlace } from '#server/lib/atomic-file';
import { CommandError, runCommand } from '#server/lib/run-command';
import { diskLogin } from '#shared/builtin-images';
import { nicName } from '#shared/topology/nic-name';
import type { VmSpec } from '../../provider';
import { forwardMac, macsByDhcp, nicPlaces } from '../qemu-args';
import { firstPassword, passwordCommand } from './guest-password';
import { missingTool } from './disk';
import { environmentFile, environmentFiles } from './environment';

/** Writes a start-up file: its path, its mode, its content. */
const writeFile64 = 'mkdir -p "${1%/*}" && printf %s "$3" | base64 -d > "$1" && chmod "$2" "$1"';

function writtenFile({ path, content, mode }: VmSpec['files'][number]): string[] {
  return ['sh', '-c', writeFile64, 'sh', path, mode, Buffer.from(content).toString('base64')];
}

/** At the end of the lines of `/etc/hosts` that are ours. */
const mark = ' # trama';

/** Has a router pass on what is not for it. */
const passOn = 'for way in ipv4/ip_forward ipv6/conf/all/forwarding; do echo 1 > /proc/sys/net/$way; done';

/**
 * Keys that an account has, and at the end of their lines that they are ours: cloud-init itself writes them at an instance's first boot only, before
 * which there is no such account yet. Those that its owner has deleted are taken away.
 */
const keyMark = ' (trama)';
const writeKeys = [
  'home=$(getent passwd "$1" | cut -d: -f6)',
  '[ -n "$home" ] || exit 0',
  'file=$home/.ssh/authorized_keys',
  'mkdir -p "$home/.ssh" && touch "$file"',
  `sed -i '/${keyMark}$/d' "$file" && printf %s "$2" >> "$file"`,
  'chmod 700 "$home/.ssh" && chmod 600 "$file" && chown -R "$1:" "$home/.ssh"',
].join('\n');

/**
 * The three documents of a NoCloud seed (https://cloudinit.readthedocs.io/en/latest/reference/datasources/nocloud.html).
 * All are JSON, which YAML contains, so that no name or address has to be quoted by hand. By itself cloud-init looks at network and
 * files at an instance's first boot only, and what changes later would reach no guest: `updates` and `bootcmd` are for every boot
 * (https://cloudinit.readthedocs.io/en/latest/explanation/events.html; of a guest's first boots, from the second on).
 * @param dhcp MACs of the NICs that carry forwards and lead to the internet, where there are any
 * @param commands argument vectors that are run at each boot besides
 */
export function cloudInitDocuments(
  vm: VmSpec,
  dhcp: ReturnType<typeof macsByDhcp>,
  commands: readonly string[][] = [],
): Record<string, string> {
  const routesOf = (edgeId: number) =>
    vm.routes.filter((route) => route.edgeId === edgeId).map(({ to, via }) => ({ to, via }));
  const ethernets = Object.fromEntries([
    ...vm.nics.map((nic) => {
      const routes = routesOf(nic.edgeId);
      const named = { match: { macaddress: nic.mac.toLowerCase() }, 'set-name': nicName(nic.index) };
      const more = { ...(routes.length > 0 && { routes }), optional: true };
      const told = [...(nic.dhcp === true ? [] : [nic.address]), ...(nic.address6 === undefined ? [] : [nic.address6])];
      const addresses = { ...(nic.dhcp === true && { dhcp4: true }), ...(told.length > 0 && { addresses: told }) };
      return [`edge${nic.edgeId}`, { ...named, ...addresses, ...more }];
    }),
    ...Object.entries(dhcp).flatMap(([name, macaddress]) =>
      macaddress === null ? [] : [[name, { match: { macaddress }, 'set-name': name, dhcp4: true, optional: true }]],
    ),
  ]);
  const called = vm.hostname === '' ? vm.name : vm.hostname;
  const [short = ''] = called.split('.', 1);
  // by this a guest finds its own domain (hostname(1), "THE FQDN")
  const own = called === short ? [] : [{ address: '127.0.1.1', name: `${called} ${short}` }];
  const hosts = [...own, ...vm.hosts].map(({ address, name }) => `${address} ${name}${mark}\n`).join('');
  const environment = environmentFiles(vm);
  const keys = vm.sshKeys.map((key) => key + keyMark);
  const userData = {
    hostname: short,
    ...(called === short ? {} : { fqdn: called }),
    users: [
      {
        name: diskLogin.user,
        ...firstPassword(vm),
        shell: '/bin/bash',
        sudo: 'ALL=(ALL) NOPASSWD:ALL',
        ssh_authorized_keys: keys,
      },
    ],
    // passwords are for the console; through forwarded ports they would be open to anyone on the host
    ssh_pwauth: false,
    updates: { network: { when: ['boot-new-instance', 'boot'] } },
    // images that have it on write the file anew after us
    manage_etc_hosts: false,
    bootcmd: [
      ['sh', '-c', `sed -i '/${mark}$/d' /etc/hosts && printf %s "$1" >> /etc/hosts`, 'sh', hosts],
      ...vm.files.map(writtenFile),
      ...(environment.length === 0 ? [['rm', '-f', environmentFile]] : environment.map(writtenFile)),
      passwordCommand(vm),
      ...(vm.router ? [['sh', '-c', passOn]] : []),
      ...commands,
      ['sh', '-c', writeKeys, 'sh', diskLogin.user, keys.map((key) => `${key}\n`).join('')],
    ],
  };
  return {
    'meta-data': `${JSON.stringify({ 'instance-id': vm.uuid, 'local-hostname': called })}\n`,
    'user-data': together(vm.userData, `#cloud-config\n${JSON.stringify(userData)}\n`),
    'network-config': `${JSON.stringify({ version: 2, ethernets })}\n`,
  };
}

/** A line that stands in no base64. */
const boundary = '==trama==';

/**
 * The VM's own cloud-config and ours as one archive (https://cloudinit.readthedocs.io/en/latest/explanation/format.html#mime-multi-part-archive). Ours is
 * merged into its: lists (`bootcmd`, `users`) have both, ours first; what both set is as the VM's own says (tried with cloud-init 22.4.2).
 */
function together(own: string, ours: string): string {
  if (own.trim() === '') return ours;
  const part = (text: string, ...headers: string[]) => [
    `--${boundary}`,
    'Content-Type: text/cloud-config; charset="utf-8"',
    'MIME-Version: 1.0',
    'Content-Transfer-Encoding: base64',
    ...headers,
    '',
    ...(Buffer.from(text)
      .toString('base64')
      .match(/.{1,76}/g) ?? []),
  ];
  return [
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    'MIME-Version: 1.0',
    '',
    ...part(`#cloud-config\n${own}\n`),
    ...part(ours, 'Merge-Type: dict(no_replace,recurse_dict,recurse_list)+list(prepend)+str()'),
    `--${boundary}--`,
    '',
  ].join('\n');
}

/**
 * What a NIC that is plugged in while the guest runs is called, of which its seed does not know: by the place that its number has, as udev says it
 * (`udev(7)`). Until the machine is switched off, so that an image that is made of the disk knows nothing of it in a machine of another kind.
 */
function nameWhatComes(vm: VmSpec): string[] {
  const rule = (match: string, name: string) => `ACTION=="add", SUBSYSTEM=="net", ${match}, NAME="${name}"\n`;
  const rules = [
    ...nicPlaces().map((place, index) => rule(`KERNELS=="${place}"`, nicName(index))),
    rule(`ATTR{address}=="${forwardMac(vm.uuid)}"`, 'forwards' satisfies keyof ReturnType<typeof macsByDhcp>),
  ];
  // before the rules that have a name for whatever has none
  const path = '/run/udev/rules.d/79-trama.rules';
  return ['sh', '-c', 'mkdir -p "${1%/*}" && printf %s "$2" > "$1"', 'sh', path, rules.join('')];
}

/** Writes the seed as the ISO image that cloud-init looks for, by its label. */
export async function writeSeed(vm: VmSpec, path: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'trama-seed-'));
  try {
    const documents = cloudInitDocuments(vm, macsByDhcp(vm), [nameWhatComes(vm)]);
    for (const [name, content] of Object.entries(documents)) await writeFile(join(work, name), content);
    const iso = join(work, 'seed.iso');
    const options = ['-quiet', '-output', iso, '-volid', 'cidata', '-joliet', '-rock'];
    await runCommand('genisoimage', [...options, ...Object.keys(documents).map((name) => join(work, name))]);
    // never a part of it: that it is there says that the VM's definition is whole
    const copy = `${path}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      await copyFile(iso, copy, constants.COPYFILE_EXCL);
      await moveIntoPlace(copy, path);
    } finally {
      await rm(copy, { force: true });
    }
  } catch (error) {
    if (error instanceof CommandError && error.missing) throw missingTool(error.program, 'genisoimage', error);
    throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
