import { say } from '../../sentence';
import type { Catalogue } from '../catalogue';
import { isCml, readCml } from './cml';
import { isContainerlab, readContainerlab } from './containerlab';
import type { ImportedDocument, KindChoices, ReadableFormat } from './document-types';
import { isDrawio, readDrawio } from './drawio';
import { isEveNg, readEveNg } from './eve-ng';
import { isGml, readGml } from './gml';
import { isGns3, readGns3 } from './gns3';
import { isGraphml, readGraphml } from './graphml';
import { isKathara, readKathara } from './kathara';
import type { Lab } from './lab';
import { isLegacy, readLegacy } from './legacy';
import { isNetlab, readNetlab } from './netlab';
import { isNetlabInventory, readNetlabInventory } from './netlab-inventory';
import { asMap, readJsonObject, readText, refuse } from './read-json';
import { Cursor } from './source';
import { withoutTemplateLines } from './template-lines';
import { topologyOf } from './topology-of';
import { readTrama } from './trama';
import { readXml } from './xml-source';
import { readYaml } from './yaml-source';

/**
 * Reads a file in any format that we know; its content says which. INVALID_DOCUMENT with one sentence that says what is
 * wrong and where. The topology still has to pass `validateTopology`.
 */
export function readDocument(file: string, catalogue: Catalogue, choices: KindChoices = new Map()): ImportedDocument {
  const text = readText(file);
  const foreign = (format: ReadableFormat, lab: Lab) => ({ format, ...topologyOf(lab, catalogue, choices) });
  if (/^\s*</.test(text)) {
    const root = readXml(text);
    if (isGraphml(root)) return foreign('graphml', readGraphml(root));
    if (isEveNg(root)) return foreign('eve-ng', readEveNg(root));
    if (isDrawio(root)) return foreign('drawio', readDrawio(root));
    refuse(say('DOC_UNKNOWN_XML', { root: root.name.slice(0, 60) }));
  }
  if (isGml(text)) return foreign('gml', readGml(text));
  if (isKathara(text)) return foreign('kathara', readKathara(text));
  const isJson = /^\s*[[{](?!\{)/.test(text);
  const { plain, passedOver } = isJson ? { plain: text, passedOver: 0 } : withoutTemplateLines(text);
  const document = isJson ? readJsonObject(plain) : readYaml(plain);
  const value = asMap(document.value);
  if (value['format'] === 'trama') return own('trama', readTrama(value, catalogue, undefined, document));
  if (isLegacy(value)) return own('legacy', readLegacy(value, catalogue, document));
  const [format, lab] = foreignLab(new Cursor(document, value));
  if (passedOver > 0) lab.report.add('changed', 'DOC_TEMPLATE_LINES', { count: passedOver });
  return foreign(format, lab);
}

function foreignLab(root: Cursor): [ReadableFormat, Lab] {
  if (isContainerlab(root)) return ['containerlab', readContainerlab(root)];
  if (isGns3(root)) return ['gns3', readGns3(root)];
  if (isCml(root)) return ['cml', readCml(root)];
  if (isNetlabInventory(root)) return ['netlab', readNetlabInventory(root)];
  if (isNetlab(root)) return ['netlab', readNetlab(root)];
  return refuse(say('DOC_UNKNOWN_FORMAT'));
}

function own(format: ReadableFormat, { warnings, ...read }: ReturnType<typeof readTrama>): ImportedDocument {
  return { format, ...read, report: warnings.map((warning) => ({ ...warning, kind: 'changed' })), kinds: [] };
}
