import { stringify } from 'yaml';
import type { Catalogue } from '../catalogue';
import type { DocumentFormat, TemplateDocument } from './document-types';
import { expandedByDefault } from '../parameters/expand';
import { writeLegacy } from './legacy';
import { writeTrama } from './trama';
import { writeContainerlab } from './write-containerlab';
import { writeDot } from './write-dot';
import { writeDrawio } from './write-drawio';
import { writeGraphml } from './write-graphml';
import { writeHot } from './write-hot';
import { writeSvg } from './write-svg';

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

const writers: Record<DocumentFormat, (document: TemplateDocument, catalogue: Catalogue) => string> = {
  trama: (document, catalogue) => json(writeTrama(document, catalogue)),
  'trama-yaml': (document, catalogue) =>
    stringify(writeTrama(document, catalogue), { lineWidth: 0, aliasDuplicateObjects: false }),
  legacy: (document, catalogue) => json(writeLegacy(document, catalogue)),
  containerlab: writeContainerlab,
  graphml: writeGraphml,
  drawio: writeDrawio,
  dot: writeDot,
  hot: writeHot,
  svg: writeSvg,
};

/**
 * The file's text, with a line's end. `catalogue` must know everything that the topology uses. INVALID_DOCUMENT where the
 * predecessor's format has no place for the drawing.
 */
export function writeDocument(format: DocumentFormat, document: TemplateDocument, catalogue: Catalogue): string {
  const isOurs = format === 'trama' || format === 'trama-yaml';
  return writers[format](
    isOurs ? document : { ...document, topology: expandedByDefault(document.topology) },
    catalogue,
  );
}
