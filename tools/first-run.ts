import { constants } from 'node:fs';
import { access, mkdir, realpath } from 'node:fs/promises';
import { hasCode } from '#server/lib/error-code';

/** Makes the data folder, if need be, and answers its real path. One line for the person who starts Trama when it cannot be used. */
export async function usableDataFolder(dataDir: string): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true });
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(dataDir);
  } catch (cause) {
    const why = hasCode(cause, 'EEXIST', 'ENOTDIR')
      ? 'is not a folder'
      : hasCode(cause, 'EACCES', 'EPERM')
        ? 'cannot be written to by this user'
        : hasCode(cause, 'EROFS')
          ? 'is on a file system that cannot be written to'
          : hasCode(cause, 'ENOSPC', 'EDQUOT')
            ? 'is on a disk that is full'
            : null;
    if (why === null) throw cause;
    throw new Error(`The data folder ${dataDir} ${why}. Choose another: TRAMA_DATA=other-folder npm start`, { cause });
  }
}

/** One line when VMs will be slow; null when KVM can be opened. Whether it also works is found out before the first VM. */
export async function emulationNotice(device = '/dev/kvm'): Promise<string | null> {
  try {
    await access(device, constants.R_OK | constants.W_OK);
    return null;
  } catch (error) {
    const why = hasCode(error, 'ENOENT')
      ? `This machine has no KVM (${device})`
      : `This user may not use KVM (${device}; on most systems its group is kvm)`;
    return `${why}: VMs are emulated. A tiny one boots in a few seconds, a distribution in about a minute.`;
  }
}
