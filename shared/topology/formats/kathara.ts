import { say } from '../../sentence';
import { Lab, noNic, type LabNic } from './lab';
import { refuse } from './read-json';
import { invalidAt } from './source';

const maxLines = 50_000;
const setting = /^\s*([\w.-]+)\[([\w.-]+)\]\s*=\s*(.*)$/;
const about = /^\s*(LAB_\w+)\s*=\s*(.*)$/;

export function isKathara(text: string): boolean {
  const lines = text.split('\n', 200).filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  const [first = ''] = lines;
  return (setting.test(first) || about.test(first)) && lines.some((line) => setting.test(line));
}

/**
 * Reads a Kathará or Netkit `lab.conf` (https://www.kathara.org/man-pages/kathara-lab.conf.5.html): `device[0]="A"` attaches a NIC to a collision
 * domain. A domain with two NICs is a link, others are segments; `bridged` is internet access.
 */
export function readKathara(text: string): Lab {
  const lab = new Lab();
  const lines = text.split('\n', maxLines + 1);
  if (lines.length > maxLines) refuse(say('DOC_TOO_MUCH', { max: maxLines }));
  const domains = new Map<string, Attached[]>();
  const devices = new Map<string, Map<string, string>>();
  const nics = new Set<string>();
  lines.forEach((line, index) => {
    if (line.trim() === '' || line.trim().startsWith('#')) return;
    const [, key, told] = about.exec(line) ?? [];
    if (key !== undefined && told !== undefined) return readAbout(lab, key, unquoted(told));
    const [, device, name, value] = setting.exec(line) ?? [];
    if (device === undefined || name === undefined || value === undefined)
      throw invalidAt(
        { line: index + 1, column: line.length - line.trimStart().length + 1 },
        '',
        say('DOC_WANT_SETTING'),
      );
    const settings = devices.get(device) ?? new Map<string, string>();
    devices.set(device, settings);
    if (!/^\d+$/.test(name)) return void settings.set(name, unquoted(value));
    if (nics.has(`${device}[${name}]`))
      throw invalidAt({ line: index + 1, column: 1 }, '', say('DOC_KEY_TWICE', { key: `${device}[${name}]` }));
    nics.add(`${device}[${name}]`);
    // a MAC address may stand behind the domain
    const [domain = '', mac = null] = unquoted(value).split('/');
    domains.set(domain, [...(domains.get(domain) ?? []), { device, nic: { ...noNic, mac } }]);
  });
  for (const [device, settings] of devices) addDevice(lab, device, settings);
  for (const [domain, attached] of domains) addDomain(lab, domain, attached);
  return lab;
}

function unquoted(text: string): string {
  const plain = text.trim();
  const [, quoted] = /^(?:"([^"]*)"|'([^']*)')/.exec(plain) ?? [];
  return (quoted ?? plain.replace(/\s+#.*$/, '').replaceAll(/^['"]|['"]$/g, '')).trim();
}

function readAbout(lab: Lab, key: string, value: string): void {
  if (key === 'LAB_NAME') lab.name = value;
  else if (key === 'LAB_DESCRIPTION') lab.description = value;
  else lab.report.leaveOut(key, key);
}

const isYes = (value: string | undefined) => ['true', 'yes', '1', 'y', 'on'].includes((value ?? '').toLowerCase());

function addDevice(lab: Lab, device: string, settings: ReadonlyMap<string, string>): void {
  const [, amount, unit] = /^(\d+)\s*([kmg]?)b?$/i.exec(settings.get('mem') ?? '') ?? [];
  const factor = { k: 1 / 1024, m: 1, g: 1024 }[(unit ?? '').toLowerCase()] ?? 1 / 2 ** 20;
  const cpus = Number(settings.get('cpus') ?? '');
  lab.machine(device, {
    kind: settings.get('image') ?? '',
    size: {
      ...(amount !== undefined && { ramMb: Math.max(1, Math.round(Number(amount) * factor)) }),
      ...(cpus > 0 && { vcpus: Math.ceil(cpus) }),
    },
    internet: isYes(settings.get('bridged')),
  });
  for (const key of settings.keys())
    if (!['image', 'mem', 'cpus', 'bridged'].includes(key)) lab.report.leaveOut(key, device);
}

/** A NIC in a collision domain. */
interface Attached {
  device: string;
  nic: LabNic;
}

function addDomain(lab: Lab, domain: string, attached: readonly Attached[]): void {
  const [one, other] = attached;
  if (attached.length === 2 && one !== undefined && other !== undefined && one.device !== other.device)
    return lab.link(one.device, other.device, null, ['', ''], { nics: [one.nic, other.nic] });
  const id = lab.freeId(domain === '' ? 'net' : domain);
  lab.segment(id, domain === '' ? 'net' : domain);
  for (const { device, nic } of attached) lab.link(device, id, null, ['', ''], { nics: [nic, noNic] });
}
