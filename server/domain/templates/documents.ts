import type { z } from 'zod';
import type {
  exportTemplateInput,
  exportTemplateOutput,
  importTemplateInput,
  importTemplateOutput,
} from '#shared/template';
import { nameSchema } from '#shared/primitives';
import { readDocument, writeDocument } from '#shared/topology/formats/document';
import { catalogueOf, liveCatalogue } from '#server/db/queries/topologies';
import { inSnapshot } from '#server/db/transaction';
import type { Actor, DomainContext } from '../context';
import { numberedName } from '../names';
import { wholeTemplate } from './read-templates';
import { createImported } from './write-templates';

/** Makes a template of a file. INVALID_DOCUMENT, INVALID_TOPOLOGY; NAME_TAKEN only for a name that was asked for. */
export async function importTemplate(
  ctx: DomainContext,
  { actor, file: { text, name, fileName } }: { actor: Actor; file: z.infer<typeof importTemplateInput> },
): Promise<z.infer<typeof importTemplateOutput>> {
  const document = readDocument(text, await liveCatalogue(ctx.db));
  const template = await createImported(ctx, {
    actor,
    name,
    suggestion: (n) => numberedName(document.name ?? nameOfFile(fileName) ?? 'Imported topology', n),
    description: document.description,
    topology: document.topology,
  });
  return { template, warnings: document.warnings };
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
    .replace(/\.(json|txt)$/i, '')
    .replace(/\.(trama|legacy)$/i, '')
    // what no name may hold
    .replace(/[<>\p{Control}]/gu, ' ')
    .trim();
  const name = nameSchema.safeParse(numberedName(base, 1));
  return name.success ? name.data : null;
}

/** `web servers` → `web-servers.trama.json`: safe on every file system. */
function fileNameOf(name: string, format: string): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{Mark}+/gu, '')
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return `${plain === '' ? 'topology' : plain}.${format}.json`;
}
