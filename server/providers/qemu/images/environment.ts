import type { VmSpec } from '../../provider';

/** Where guests have it: login shells read all of this folder, and the tiny guest's shell and services this file. */
export const environmentFile = '/etc/profile.d/trama-environment.sh';

/**
 * The environment as a shell script. Between single quotes nothing but a single quote means anything (POSIX.1-2017, Shell Command Language,
 * 2.2.2), and names are checked to be ones: no value is ever carried out.
 */
function environmentScript(environment: VmSpec['environment']): string {
  return environment.map(({ name, value }) => `export ${name}='${value.replaceAll("'", String.raw`'\''`)}'\n`).join('');
}

/** It as one of a VM's start-up files; none where it has no variables. */
export function environmentFiles({ environment }: Pick<VmSpec, 'environment'>): VmSpec['files'] {
  return environment.length === 0
    ? []
    : [{ path: environmentFile, content: environmentScript(environment), mode: '0644' }];
}
