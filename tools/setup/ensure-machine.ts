import { setTimeout as sleep } from 'node:timers/promises';
import { thisMachine, type Machine } from './machine';
import { requirements, type Want } from './packages';

export interface EnsureOptions {
  want: readonly Want[];
  log: (line: string) => void;
  /** What apt-get is doing, for a line that is written over; none when output is no terminal. */
  progress?: (text: string) => void;
  machine?: Machine;
  /** Waits so many milliseconds before the next try. */
  pause?: (ms: number) => Promise<unknown>;
}

/** What apt-get says when it was the network, or another apt-get, and not the package: it may go well in a moment. */
const passing =
  /failed to fetch|unable to fetch|could not (connect|resolve|get lock)|temporary failure|timed? ?out|connection (failed|reset|refused)|is held by process|index files failed/i;
/** Pauses before the second and the third try. */
const pausesMs = [5_000, 20_000];

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
  const hasApt = await machine.hasApt();
  if (!machine.isRoot() || !hasApt) {
    for (const want of missing) lack(want, hasApt ? '' : 'noApt');
    return result;
  }

  const pause = options.pause ?? sleep;
  /** apt-get, again after each pause while the network is away. Answers its code and what it said last of an error. */
  const apt = async (args: readonly string[], pauses = pausesMs): Promise<{ code: number; said: string }> => {
    for (let attempt = 0; ; attempt++) {
      let said = '';
      let hopeful = false;
      const code = await machine.aptGet(args, (text) => {
        if (text.startsWith('E: ')) said = text.slice(3);
        hopeful ||= /^[EW]: /.test(text) && passing.test(text);
        options.progress?.(text);
      });
      const wait = pauses[attempt];
      if (code === 0 || !hopeful || wait === undefined) return { code, said };
      options.log(
        `Packages cannot be fetched now (${said || 'the network did not answer'}); trying again in ${wait / 1000} s.`,
      );
      await pause(wait);
    }
  };

  let fresh = false;
  const update = async () => {
    if (fresh) return;
    fresh = true;
    options.log('Fetching the lists of packages …');
    await apt(['-q', 'update']);
  };
  if (!(await machine.hasPackageLists())) await update();
  // one by one, so that what can be had is not lost by what cannot
  for (const want of missing) {
    const { title, packages } = requirements[want];
    options.log(`Installing ${title} …`);
    const args = ['-q', '-y', '--no-install-recommends', 'install', ...packages];
    // old lists may name versions that are gone: then waiting does not help, but new lists do
    let { code, said } = await apt(args, fresh ? pausesMs : []);
    if (code !== 0 && !fresh) {
      await update();
      ({ code, said } = await apt(args));
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
