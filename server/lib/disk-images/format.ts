import { open, type FileHandle } from 'node:fs/promises';
import { DiskFaultError } from './fault';

export type DiskFormat = 'qcow2' | 'raw' | 'vmdk' | 'vdi' | 'vhdx' | 'iso';
export type Packing = 'gz' | 'xz';

/** A file that is read here and there. What lies beyond its end reads as zeros. */
interface Source {
  bytes: number;
  at(offset: number, length: number): Promise<Buffer>;
}

async function withSource<Result>(path: string, work: (source: Source) => Promise<Result>): Promise<Result> {
  const file: FileHandle = await open(path, 'r');
  try {
    return await work({
      bytes: (await file.stat()).size,
      async at(offset, length) {
        const buffer = Buffer.alloc(length);
        await file.read(buffer, 0, length, offset);
        return buffer;
      },
    });
  } finally {
    await file.close();
  }
}

/** By how a file begins, whether it is packed; null if it is not. */
export function packingOf(path: string): Promise<Packing | null> {
  return withSource(path, async (source) => {
    const head = await source.at(0, 6);
    if (head.readUInt16BE(0) === 0x1f8b) return 'gz';
    return head.equals(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])) ? 'xz' : null;
  });
}

/**
 * What kind of disk a file holds, by its own words, and that it is whole and alone. Whatever names another file (a backing file, a
 * data file, an extent) is found here, before any program that would open it is given the file. Formats:
 * qemu/docs/interop/qcow2.txt; VMware Virtual Disks 5.0; qemu/block/vdi.c; ECMA-119; UEFI 2.10, 5.3.
 */
export function recogniseDisk(path: string, { maxBytes }: { maxBytes: number }): Promise<DiskFormat> {
  return withSource(path, async (source) => {
    const head = await source.at(0, 4096);
    const fitting = (bytes: number) => {
      if (bytes > maxBytes) throw new DiskFaultError('too-large', `a disk of ${bytes} bytes`);
    };
    const text = head.toString('latin1');
    if (text.startsWith('QFI\xfb')) return qcow2(source, head, fitting);
    if (text.startsWith('KDMV')) return vmdk(source, head, fitting);
    if (/^\s*# Disk DescriptorFile/.test(text) || text.startsWith('COWD')) throw new DiskFaultError('several-files');
    if (head.readUInt32LE(0x40) === 0xbeda107f) return vdi(source, head, fitting);
    if (text.startsWith('vhdxfile')) return 'vhdx';
    fitting(source.bytes);
    const bootable = head.readUInt16LE(510) === 0xaa55;
    if ((await source.at(32_769, 5)).toString('latin1') === 'CD001') return iso(source, bootable);
    if (bootable) return raw(source, head);
    throw new DiskFaultError(source.bytes < 512 ? 'damaged' : 'unknown');
  });
}

async function qcow2(source: Source, head: Buffer, fitting: (bytes: number) => void): Promise<DiskFormat> {
  const version = head.readUInt32BE(4);
  if (source.bytes < 104) throw new DiskFaultError('damaged', 'no whole header');
  if (version !== 2 && version !== 3) throw new DiskFaultError('unknown', `qcow2 of version ${version}`);
  if (head.readBigUInt64BE(8) !== 0n) throw new DiskFaultError('backing-file');
  const features = version === 3 ? head.readBigUInt64BE(72) : 0n;
  if ((features & 4n) !== 0n) throw new DiskFaultError('data-file');
  if (head.readUInt32BE(32) !== 0) throw new DiskFaultError('encrypted');
  if ((features & 2n) !== 0n) throw new DiskFaultError('damaged', 'marked as corrupt');
  fitting(Number(head.readBigUInt64BE(24)));
  const tableEnd = Number(head.readBigUInt64BE(40)) + head.readUInt32BE(36) * 8;
  if (tableEnd > source.bytes) throw new DiskFaultError('damaged', 'ends before its first table');
  return 'qcow2';
}

async function vmdk(source: Source, head: Buffer, fitting: (bytes: number) => void): Promise<DiskFormat> {
  const sectors = head.readBigUInt64LE(12);
  // qemu takes the descriptor in such a file for one that names others
  if (sectors === 0n) throw new DiskFaultError('several-files');
  fitting(Number(sectors) * 512);
  const [offset, length] = [Number(head.readBigUInt64LE(28)) * 512, Number(head.readBigUInt64LE(36)) * 512];
  const descriptor = (await source.at(offset, Math.min(length, 65_536))).toString('latin1');
  if (/parentFileNameHint/i.test(descriptor) || /parentCID\s*=\s*(?!f{8}\b)/i.test(descriptor))
    throw new DiskFaultError('backing-file');
  if (/encryptionKeys/i.test(descriptor)) throw new DiskFaultError('encrypted');
  const kind = /createType\s*=\s*"([^"]*)"/i.exec(descriptor)?.[1];
  const extents = descriptor.match(/^\s*(?:RW|RDONLY|NOACCESS)\s/gm)?.length ?? 0;
  if ((kind !== 'monolithicSparse' && kind !== 'streamOptimized') || extents !== 1)
    throw new DiskFaultError('several-files', `a vmdk of type ${kind ?? 'none'}`);
  return 'vmdk';
}

async function vdi(source: Source, head: Buffer, fitting: (bytes: number) => void): Promise<DiskFormat> {
  fitting(Number(head.readBigUInt64LE(368)));
  if (head.subarray(424, 456).some((byte) => byte !== 0)) throw new DiskFaultError('backing-file');
  const end = head.readUInt32LE(344) + head.readUInt32LE(388) * head.readUInt32LE(376);
  if (end > source.bytes) throw new DiskFaultError('damaged', `${source.bytes} of ${end} bytes`);
  return 'vdi';
}

async function iso(source: Source, bootable: boolean): Promise<DiskFormat> {
  const blocks = (await source.at(32_768 + 80, 4)).readUInt32LE(0);
  if (blocks * 2048 > source.bytes) throw new DiskFaultError('damaged', `${source.bytes} of ${blocks * 2048} bytes`);
  // VMs have no CD drive: it boots if it is also a disk, as isohybrid makes them
  if (!bootable) throw new DiskFaultError('cd-only');
  return 'iso';
}

async function raw(source: Source, head: Buffer): Promise<DiskFormat> {
  for (let entry = 446; entry < 510; entry += 16) {
    const [type, first, count] = [
      head.readUInt8(entry + 4),
      head.readUInt32LE(entry + 8),
      head.readUInt32LE(entry + 12),
    ];
    // what stands for a GPT says no size
    const end = type === 0 || type === 0xee ? 0 : (first + count) * 512;
    if (end > source.bytes) throw new DiskFaultError('damaged', `a partition ends at ${end} of ${source.bytes} bytes`);
  }
  if (head.toString('latin1', 512, 520) === 'EFI PART') {
    const end = (Number(head.readBigUInt64LE(512 + 32)) + 1) * 512;
    if (end > source.bytes) throw new DiskFaultError('damaged', `${source.bytes} of ${end} bytes`);
  }
  return 'raw';
}
