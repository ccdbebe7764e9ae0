import { open } from 'node:fs/promises';
import { ProviderError } from '#server/lib/provider-error';
import { say } from '#shared/sentence';
import type { ImageSpec } from '../../provider';

type ImageRefusal = 'IMAGE_NO_KERNEL' | 'IMAGE_KERNEL_CUT' | 'IMAGE_INITRAMFS_EMPTY';

/** Where a bzImage says how long it is (Documentation/arch/x86/boot.rst): sectors of setup, 16-byte units of the rest. */
const header = { setupSectors: 0x1f1, systemSize: 0x1f4, magic: 0x202, end: 0x206 } as const;

/** Both forms in which QEMU boots a Linux kernel, whole, and an initramfs that is not empty. IMAGE_INVALID otherwise. */
export async function checkKernel(image: ImageSpec, kernel: string, initrd: string): Promise<void> {
  const refuse = (code: ImageRefusal) => new ProviderError('IMAGE_INVALID', say(code, { image: image.name }), false);
  const file = await open(kernel);
  try {
    const { buffer } = await file.read(Buffer.alloc(header.end), 0, header.end, 0);
    if (buffer.subarray(0, 4).toString('latin1') === '\x7fELF') return;
    if (buffer.subarray(header.magic, header.end).toString('latin1') !== 'HdrS') throw refuse('IMAGE_NO_KERNEL');
    // 0 stands for 4, as of old
    const setup = (buffer.readUInt8(header.setupSectors) || 4) + 1;
    const { size } = await file.stat();
    if (size < setup * 512 + buffer.readUInt32LE(header.systemSize) * 16) throw refuse('IMAGE_KERNEL_CUT');
  } finally {
    await file.close();
  }
  const rest = await open(initrd);
  try {
    if ((await rest.stat()).size === 0) throw refuse('IMAGE_INITRAMFS_EMPTY');
  } finally {
    await rest.close();
  }
}
