import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { SshLack, SshTarget } from '#shared/ssh-access';
import { configFolder } from './config';
import { CliError, exitCodes, ProgramEnded } from './errors';

type Environment = Record<string, string | undefined>;

const remedies: Record<SshLack, string> = {
  server: 'its image takes no SSH keys.',
  forward: 'its TCP port 22 is not forwarded. Add that port to its topology, also while it runs.',
  key: 'the slice’s owner has no SSH key. Add one, then start or reboot the VM: trama ssh-keys add ~/.ssh/id_ed25519.pub',
  stopped: 'it does not run.',
  port: 'the port at its host has not been given yet.',
};

/** Why one cannot sign in to the VM. */
export const sshRefusal = (vm: string, lacks: SshLack): CliError =>
  new CliError(`One cannot sign in to ${vm} by SSH: ${remedies[lacks]}`);

/** A word of a value in OpenSSH's configuration: spaces need quotes, and `%` begins a token (ssh_config(5), TOKENS). */
const quoted = (value: string) => `"${value.replaceAll('%', '%%')}"`;

/**
 * The arguments of OpenSSH's client. Every VM has host keys of its own, on ports that others had before: each is known by a name of its own, in a
 * file of its own, and the first key that it shows is taken.
 * @param further what stands behind `--`: options of ssh, and a command for the guest
 */
export function sshArguments(
  target: SshTarget,
  known: { file: string; alias: string },
  further: readonly string[],
): string[] {
  const options = {
    UserKnownHostsFile: quoted(known.file),
    HostKeyAlias: known.alias,
    StrictHostKeyChecking: 'accept-new',
  };
  return [
    ...['-p', String(target.port)],
    ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    `${target.user}@${target.host}`,
    ...further,
  ];
}

/** Where the host key of a VM of the server at `url` is kept. */
export function knownHost(env: Environment, url: string, ids: { sliceId: number; vmId: number }) {
  const server = new URL(url).host.replaceAll(/[^a-z0-9.-]/gi, '_');
  const alias = `trama-${ids.sliceId}-${ids.vmId}`;
  return { alias, file: path.join(configFolder(env), 'known_hosts', server, alias) };
}

/**
 * Runs the machine's own `ssh` on this terminal. Resolves when it ended well; a ProgramEnded with its exit code when it did not, and a CliError
 * where there is none.
 */
export async function runSsh(
  env: Environment,
  target: SshTarget,
  known: { file: string; alias: string },
  further: readonly string[],
): Promise<void> {
  await mkdir(path.dirname(known.file), { recursive: true, mode: 0o700 });
  const code = await new Promise<number>((resolve, reject) => {
    spawn('ssh', sshArguments(target, known, further), { env, stdio: 'inherit' })
      .once('error', (error: NodeJS.ErrnoException) =>
        reject(
          error.code === 'ENOENT'
            ? new CliError('There is no ssh on this machine: install OpenSSH’s client.', exitCodes.failed)
            : error,
        ),
      )
      // as a shell tells of a program that a signal has ended
      .once('close', (ended, signal) => resolve(signal === null ? (ended ?? 1) : 128 + os.constants.signals[signal]));
  });
  if (code !== 0) throw new ProgramEnded(code);
}
