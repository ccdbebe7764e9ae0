import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { appliedSchema, type Applied } from '#shared/deployment/applied';

/** What Neutron takes as a description, and Nova as a value of a server's metadata. */
const textLength = 255;
/** Items of metadata that are used: of the 128 that Nova's default quota allows, room for others is left. */
const itemsAtMost = 100;
const itemName = (index: number) => `trama.applied.${index}`;
/** Nobody who can write there makes this server unpack more. */
const unpackedBytes = 1024 * 1024;

const packed = (applied: Applied) => deflateRawSync(JSON.stringify(applied)).toString('base64');

function unpacked(text: string): Applied | null {
  if (text === '') return null;
  try {
    const json = inflateRawSync(Buffer.from(text, 'base64'), { maxOutputLength: unpackedBytes }).toString('utf8');
    return appliedSchema.parse(JSON.parse(json));
  } catch {
    // what people have written there
    return null;
  }
}

/** What was applied, as a description; empty where that is too short for it: then it is not known. */
export function asDescription(applied: Applied): string {
  const text = packed(applied);
  return text.length > textLength ? '' : text;
}
export const fromDescription = unpacked;

/** What was applied, as metadata of a server; nothing where that is too little for it: then it is not known. */
export function asMetadata(applied: Applied): Record<string, string> {
  const pieces = packed(applied).match(new RegExp(`.{1,${textLength}}`, 'g')) ?? [];
  if (pieces.length > itemsAtMost) return {};
  return Object.fromEntries(pieces.map((piece, index) => [itemName(index), piece]));
}

export function fromMetadata(metadata: Readonly<Record<string, string>>): Applied | null {
  let text = '';
  for (let index = 0; index < itemsAtMost; index += 1) text += metadata[itemName(index)] ?? '';
  return unpacked(text);
}
