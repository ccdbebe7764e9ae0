import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { tinyReadyMarker } from '#shared/image';
import { writeFileAtomic } from '#server/lib/atomic-file';
import { hasCode } from '#server/lib/error-code';
import { MarkerScanner } from './marker-scanner';
import { qemuProgram, type Accelerator } from './qemu-args';
import type { RunAs } from '#server/lib/unprivileged-user';

const verdictSchema = z.object({ qemuVersion: z.string(), accelerator: z.enum(['tcg', 'kvm']) });

export interface AcceleratorProbe {
  runAs: RunAs | null;
  /** The zone's folder: the verdict is kept in it. */
  root: string;
  qemuVersion: string;
  /** `vmlinuz` and `initrd.gz` of the tiny image, readable for `runAs`. Asked for only if a boot has to be tried. */
  tinyImage: () => Promise<readonly string[]>;
}

/**
 * KVM if a guest really boots with it, else TCG. That the device opens proves nothing: there are machines on which QEMU
 * starts with KVM and no kernel ever says a word. The verdict is kept until QEMU's version changes.
 */
export async function chooseAccelerator(probe: AcceleratorProbe): Promise<Accelerator> {
  if (!(await mayUseKvm(probe.runAs))) return 'tcg';
  const file = join(probe.root, 'accelerator.json');
  try {
    const verdict = verdictSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    if (verdict.qemuVersion === probe.qemuVersion) return verdict.accelerator;
  } catch (error) {
    if (!hasCode(error, 'ENOENT') && !(error instanceof SyntaxError) && !(error instanceof z.ZodError)) throw error;
  }
  const [kernel, initrd] = await probe.tinyImage();
  const boots = kernel !== undefined && initrd !== undefined && (await bootsWithKvm(probe, kernel, initrd));
  const accelerator = boots ? 'kvm' : 'tcg';
  await writeFileAtomic(file, JSON.stringify({ qemuVersion: probe.qemuVersion, accelerator }));
  return accelerator;
}

/** Whether the user that QEMU runs as may open the device. That user has no supplementary groups. */
async function mayUseKvm(runAs: RunAs | null): Promise<boolean> {
  try {
    if (!runAs) {
      await access('/dev/kvm', constants.R_OK | constants.W_OK);
      return true;
    }
    const { mode, uid, gid } = await stat('/dev/kvm');
    const bits = uid === runAs.uid ? mode >> 6 : gid === runAs.gid ? mode >> 3 : mode;
    return (bits & 0o6) === 0o6;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES', 'EPERM')) return false;
    throw error;
  }
}

function bootsWithKvm(probe: AcceleratorProbe, kernel: string, initrd: string, timeoutMs = 8_000): Promise<boolean> {
  const args = [
    '-nodefaults',
    '-no-user-config',
    '-display',
    'none',
    '-machine',
    'pc',
    '-accel',
    'kvm',
    '-cpu',
    'host',
    '-m',
    '96',
    '-kernel',
    kernel,
    '-initrd',
    initrd,
    '-append',
    'console=ttyS0 quiet',
    '-no-reboot',
    '-sandbox',
    'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny',
    '-serial',
    'stdio',
  ];
  return new Promise((resolve) => {
    const child = spawn(qemuProgram, args, {
      // from here the image's paths are relative, so that folders above need not be open to QEMU's user
      cwd: join(probe.root, 'images'),
      stdio: ['ignore', 'pipe', 'ignore'],
      ...probe.runAs,
    });
    const scanner = new MarkerScanner([tinyReadyMarker]);
    let booted = false;
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.stdout.on('data', (data: Buffer) => {
      if (scanner.push(data).length === 0) return;
      booted = true;
      child.kill('SIGKILL');
    });
    child.once('error', () => resolve(false));
    child.once('close', () => {
      clearTimeout(timer);
      resolve(booted);
    });
  });
}
