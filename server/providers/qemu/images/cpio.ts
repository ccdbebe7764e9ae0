/** One entry of an archive. `mode` holds the permission bits only; owners are root. */
export type CpioEntry =
  | { path: string; kind: 'file'; mode: number; content: Uint8Array | string }
  | { path: string; kind: 'folder'; mode: number }
  | { path: string; kind: 'link'; target: string };

const typeBits = { file: 0o100000, folder: 0o040000, link: 0o120000 } as const;

/**
 * An archive in the “newc” format, which the Linux kernel unpacks as its initramfs
 * (https://docs.kernel.org/driver-api/early-userspace/buffer-format.html). Folders must come before what is in them.
 */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  const parts: Buffer[] = [];
  let inode = 1;
  const add = (path: string, mode: number, content: Buffer) => {
    const name = Buffer.from(`${path}\0`);
    const fields = [inode++, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length, 0];
    const header = '070701' + fields.map((field) => field.toString(16).padStart(8, '0')).join('');
    parts.push(padded(Buffer.concat([Buffer.from(header), name])), padded(content));
  };
  for (const entry of entries) {
    const content =
      entry.kind === 'file' ? Buffer.from(entry.content) : Buffer.from(entry.kind === 'link' ? entry.target : '');
    const permissions = entry.kind === 'link' ? 0o777 : entry.mode;
    add(entry.path, typeBits[entry.kind] | permissions, content);
  }
  inode = 0;
  add('TRAILER!!!', 0, Buffer.alloc(0));
  return Buffer.concat(parts);
}

/** Headers with their name, and contents, begin at multiples of four. */
function padded(data: Buffer): Buffer {
  const excess = data.length % 4;
  return excess === 0 ? data : Buffer.concat([data, Buffer.alloc(4 - excess)]);
}
