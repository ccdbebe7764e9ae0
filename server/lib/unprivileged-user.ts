import { CommandError, runCommand } from './run-command';

/** Whom a process runs as. */
export interface RunAs {
  uid: number;
  gid: number;
}

/**
 * Whom QEMU should run as: nobody else when the server is not root; when it is, `trama-vm` if there is such a user,
 * else `nobody`.
 */
export async function unprivilegedUser(): Promise<RunAs | null> {
  if (process.getuid?.() !== 0) return null;
  for (const user of ['trama-vm', 'nobody']) {
    try {
      const { stdout } = await runCommand('getent', ['passwd', user]);
      const [, , uid, gid] = stdout.split(':');
      if (Number(uid) > 0 && Number(gid) > 0) return { uid: Number(uid), gid: Number(gid) };
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
    }
  }
  return { uid: 65_534, gid: 65_534 };
}
