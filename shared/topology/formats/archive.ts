import { Inflate, unzipSync } from 'fflate';

const limits = {
  /** Entries that are looked at; the rest of an archive is left. */
  entries: 2_000,
  /** Documents that are taken of one archive. */
  documents: 200,
  /** Bytes of one document, and of all together, unpacked. */
  documentBytes: 4_000_000,
  allBytes: 32_000_000,
};

/** What documents are called, as far as an archive is searched for them; what it is, its content says. */
const documentNames = /\.(?:ya?ml|json|graphml|xml|gml|gns3|unl|drawio|trama)$|(?:^|\/)lab\.conf$/i;

export interface UnpackedFile {
  name: string;
  text: string;
}

/** The documents that a file is or, if it is a ZIP archive, holds. `passedOver`: names of what was not taken. */
export interface Unpacked {
  files: UnpackedFile[];
  passedOver: string[];
  isArchive: boolean;
}

/**
 * Unpacks what somebody dropped. A ZIP archive gives the documents in it, within bounds that no archive can talk its way out of:
 * an entry is unpacked only into as much memory as it claims to need, and only if that is allowed. Never throws: what is damaged is passed over.
 */
export function unpack(name: string, bytes: Uint8Array): Unpacked {
  const isArchive = bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
  if (!isArchive) return { files: [{ name, text: decodeText(bytes) }], passedOver: [], isArchive };
  const passedOver: string[] = [];
  let [entries, documents, all] = [0, 0, 0];
  try {
    const unzipped = unzipSync(bytes, {
      filter: (entry) => {
        entries += 1;
        if (entry.name.endsWith('/') || /(?:^|\/)(?:__MACOSX\/|\.)/.test(entry.name)) return false;
        const fits =
          entries <= limits.entries &&
          documents < limits.documents &&
          documentNames.test(entry.name) &&
          entry.originalSize <= limits.documentBytes &&
          all + entry.originalSize <= limits.allBytes;
        if (!fits) {
          if (passedOver.length < limits.entries) passedOver.push(entry.name);
          return false;
        }
        documents += 1;
        all += entry.originalSize;
        return true;
      },
    });
    const files = Object.entries(unzipped).map(([path, content]) => ({ name: path, text: decodeText(content) }));
    return { files: files.toSorted((a, b) => (a.name < b.name ? -1 : 1)), passedOver, isArchive };
  } catch {
    return { files: [], passedOver: [...passedOver, name], isArchive };
  }
}

/**
 * The text of bytes: UTF-8, UTF-16 with its mark, or what an XML document says of itself. What is none of these comes with
 * replacement characters, by which `readDocument` knows it.
 */
function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const text = new TextDecoder('utf-8').decode(bytes);
  const latin = /^\s*<\?xml[^>]*encoding=["'](?:iso-8859-1|latin-?1|windows-1252|us-ascii)["']/i.test(
    text.slice(0, 200),
  );
  return latin && text.includes('\ufffd') ? new TextDecoder('windows-1252').decode(bytes) : text;
}

/** A text that was percent-encoded, deflated and written in base 64, as draw.io packs its pages; null if it is not that, or is too long. */
export function inflateText(packed: string, maxLength: number): string | null {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    const bytes = Uint8Array.from(atob(packed.replaceAll(/\s+/g, '')), (character) => character.charCodeAt(0));
    const inflate = new Inflate((chunk) => {
      length += chunk.length;
      if (length > maxLength) throw new RangeError('too long');
      chunks.push(chunk);
    });
    const step = 8192;
    for (let at = 0; at < bytes.length; at += step)
      inflate.push(bytes.subarray(at, at + step), at + step >= bytes.length);
    const whole = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return decodeURIComponent(new TextDecoder().decode(whole));
  } catch {
    return null;
  }
}
