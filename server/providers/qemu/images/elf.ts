/*
 * What a program of a package needs besides itself, read out of its file: as much of the ELF format as that takes
 * (https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html). 64 bits, little-endian: the processors that images are built for.
 */

const segment = { load: 1, dynamic: 2, interpreter: 3 } as const;
const tag = { needed: 1n, stringTable: 5n } as const;

export interface ElfNeeds {
  /** The names of its libraries, as the loader looks for them. */
  libraries: string[];
  /** The path of its loader; null for libraries and static programs. */
  loader: string | null;
}

/** Null for what is no such file, or is cut short. */
export function elfNeeds(file: Buffer): ElfNeeds | null {
  try {
    return read(file);
  } catch (error) {
    // an offset that leads out of the file
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function read(file: Buffer): ElfNeeds | null {
  const isElf = file.subarray(0, 4).toString('latin1') === '\x7fELF' && file[4] === 2 && file[5] === 1;
  if (!isElf) return null;
  const at = Number(file.readBigUInt64LE(32));
  const size = file.readUInt16LE(54);
  const segments = Array.from({ length: file.readUInt16LE(56) }, (_, index) => {
    const start = at + index * size;
    return {
      type: file.readUInt32LE(start),
      offset: Number(file.readBigUInt64LE(start + 8)),
      address: file.readBigUInt64LE(start + 16),
      length: Number(file.readBigUInt64LE(start + 32)),
    };
  });
  const text = (start: number) => {
    const end = file.indexOf(0, start);
    if (start < 0 || end < 0) throw new RangeError('no text there');
    return file.toString('latin1', start, end);
  };
  const interpreter = segments.find(({ type }) => type === segment.interpreter);
  const loader = interpreter === undefined ? null : text(interpreter.offset);
  const dynamic = segments.find(({ type }) => type === segment.dynamic);
  if (dynamic === undefined) return { libraries: [], loader };
  const entries = Array.from({ length: Math.floor(dynamic.length / 16) }, (_, index) => ({
    tag: file.readBigUInt64LE(dynamic.offset + index * 16),
    value: file.readBigUInt64LE(dynamic.offset + index * 16 + 8),
  }));
  const end = entries.findIndex((entry) => entry.tag === 0n);
  const used = end < 0 ? entries : entries.slice(0, end);
  const address = used.find((entry) => entry.tag === tag.stringTable)?.value;
  const holder = segments.find(
    (candidate) =>
      candidate.type === segment.load &&
      address !== undefined &&
      address >= candidate.address &&
      address < candidate.address + BigInt(candidate.length),
  );
  if (address === undefined || holder === undefined) return { libraries: [], loader };
  const strings = holder.offset + Number(address - holder.address);
  const libraries = used.filter((entry) => entry.tag === tag.needed).map(({ value }) => text(strings + Number(value)));
  return { libraries, loader };
}
