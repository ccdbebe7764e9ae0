import type { z } from 'zod';
import type {
  exportTemplateInput,
  exportTemplateOutput,
  importTemplateInput,
  importTemplateOutput,
} from '#shared/template';
import { nameSchema } from '#shared/primitives';
import { unaccented } from '#shared/slug';
import { AppError } from '#shared/errors';
import type { Catalogue } from '#shared/topology/catalogue';
import { readDocument } from '#shared/topology/formats/document';
import { formatEndings, type DocumentFormat, type KindChoices } from '#shared/topology/formats/document-types';
import { writeDocument } from '#shared/topology/formats/write-document';
import { byName } from '#shared/topology/formats/guess';
import { catalogueOf, liveCatalogue } from '#server/db/queries/topologies';
import { inSnapshot } from '#server/db/transaction';
import type { Actor, DomainContext } from '../context';
import { numberedName } from '../names';
import { wholeTemplate } from './read-templates';
import { createImported } from './write-templates';

/** Makes a template of a file. INVALID_DOCUMENT, INVALID_TOPOLOGY; NAME_TAKEN only for a name that was asked for. */
export async function importTemplate(
  ctx: DomainContext,
  {
    actor,
    file: { text, name, message, fileName, kinds },
  }: { actor: Actor; file: z.infer<typeof importTemplateInput> },
): Promise<z.infer<typeof importTemplateOutput>> {
  const catalogue = await liveCatalogue(ctx.db, actor.userId);
  const document = readDocument(text, catalogue, choicesOf(kinds, catalogue));
  const template = await createImported(ctx, {
    actor,
    name,
    suggestion: (n) => numberedName(usableName(document.name) ?? nameOfFile(fileName) ?? 'Imported topology', n),
    description: document.description,
    message,
    topology: document.topology,
  });
  return { template, format: document.format, report: document.report };
}

/** What was chosen for the document's kinds. INVALID_INPUT for a flavour or an image that is not there. */
function choicesOf(kinds: z.infer<typeof importTemplateInput>['kinds'], catalogue: Catalogue): KindChoices {
  const has = (items: readonly { name: string }[], name: string) => byName(items, name) !== null;
  return new Map(
    (kinds ?? []).map(({ kind, flavour, image }) => {
      const lacking = has(catalogue.flavours, flavour) ? (has(catalogue.images, image) ? null : image) : flavour;
      if (lacking !== null)
        throw new AppError('INVALID_INPUT', `There is no flavour or image ${lacking} here.`, { field: 'kinds' });
      return [kind, { flavour, image }];
    }),
  );
}

/** The template's current drawing as a file. INVALID_DOCUMENT when the format has no place for it. */
export async function exportTemplate(
  ctx: DomainContext,
  { actor, file: { id, format } }: { actor: Actor; file: z.infer<typeof exportTemplateInput> },
): Promise<z.infer<typeof exportTemplateOutput>> {
  return inSnapshot(ctx.db, async (tx) => {
    const template = await wholeTemplate(tx, { actor, id });
    const text = writeDocument(format, template, await catalogueOf(tx, template.topology));
    return { fileName: fileNameOf(template.name, format), text };
  });
}

/** `lab 3.trama.json` → `lab 3`; null where nothing is left that a name may be. */
function nameOfFile(fileName = ''): string | null {
  const base = fileName
    .replace(/^.*[/\\]/, '')
    .replace(/\.(json|txt|ya?ml|graphml|xml|gml|gns3|unl|drawio|conf)$/i, '')
    .replace(/\.(trama|legacy|clab)$/i, '')
    .trim();
  return usableName(base);
}

/** The text as a name of a template; null where nothing is left that one may be. */
function usableName(text: string | null): string | null {
  // what no name may hold
  const plain = (text ?? '').replace(/[<>/\\\p{Control}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, ' ').trim();
  const name = nameSchema.safeParse(numberedName(plain, 1));
  return name.success ? name.data : null;
}

/** `web servers` → `web-servers.trama.json`: safe on every file system. */
function fileNameOf(name: string, format: DocumentFormat): string {
  const plain = unaccented(name)
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return `${plain === '' ? 'topology' : plain}.${formatEndings[format]}`;
}
