import { thisMachine, type Machine } from './machine';
import { requirements, type Want } from './packages';

export interface EnsureOptions {
  want: readonly Want[];
  log: (line: string) => void;
  /** What apt-get is doing, for a line that is written over; none when output is no terminal. */
  progress?: (text: string) => void;
  machine?: Machine;
}

export interface EnsureResult {
  installed: Want[];
  lacking: { want: Want; /** One line that names what lacks and the command to type. */ message: string }[];
}

/**
 * Brings what the machine lacks for `want`: as root on Debian and Ubuntu it is installed, otherwise the command to type is
 * said. Never throws and never ends the program: what lacks is in the result.
 */
export async function ensureMachine(options: EnsureOptions): Promise<EnsureResult> {
  const machine = options.machine ?? thisMachine(process.env);
  const result: EnsureResult = { installed: [], lacking: [] };
  const missing: Want[] = [];
  for (const want of new Set(options.want)) if (!(await isThere(machine, want))) missing.push(want);
  if (missing.length === 0) return result;

  const lack = (want: Want, reason = '') => {
    const message = messageFor(want, reason);
    result.lacking.push({ want, message });
    options.log(message);
  };
  if (!machine.isRoot() || !(await machine.hasApt())) {
    const apt = await machine.hasApt();
    for (const want of missing) lack(want, apt ? '' : 'noApt');
    return result;
  }

  let fresh = false;
  const update = async () => {
    if (fresh) return;
    fresh = true;
    options.log('Fetching the lists of packages …');
    await machine.aptGet(['-q', 'update'], (text) => options.progress?.(text));
  };
  if (!(await machine.hasPackageLists())) await update();
  // one by one, so that what can be had is not lost by what cannot
  for (const want of missing) {
    const { title, packages } = requirements[want];
    options.log(`Installing ${title} …`);
    let said = '';
    const install = () =>
      machine.aptGet(['-q', '-y', '--no-install-recommends', 'install', ...packages], (text) => {
        if (text.startsWith('E: ')) said = text.slice(3);
        options.progress?.(text);
      });
    let code = await install();
    if (code !== 0 && !fresh) {
      // the lists may name versions that are gone
      await update();
      code = await install();
    }
    if (code === 0 && (await isThere(machine, want))) result.installed.push(want);
    else lack(want, said || `apt-get ended with ${code}`);
  }
  return result;
}

async function isThere(machine: Machine, want: Want): Promise<boolean> {
  for (const alternatives of requirements[want].programs) {
    const found = await Promise.all(alternatives.map((name) => machine.hasProgram(name)));
    if (!found.includes(true)) return false;
  }
  return true;
}

function messageFor(want: Want, reason: string): string {
  const { title, without, packages, programs } = requirements[want];
  const lacks = `This machine lacks ${title}: ${without}.`;
  if (reason === 'noApt') {
    return `${lacks} Install ${programs.map((names) => names.join(' or ')).join(', ')} with this system's package manager.`;
  }
  const command = `sudo apt-get install --no-install-recommends ${packages.join(' ')}`;
  return `${lacks}${reason === '' ? '' : ` It could not be installed (${reason}).`} Type: ${command}`;
}
