import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import type { Catalogue } from '#shared/topology/catalogue';
import { documentFormats, formatEndings, type DocumentFormat } from '#shared/topology/formats/document-types';
import type { Cli } from '../cli';
import { CliError, exitCodes } from '../errors';
import { noteWords } from './templates';

/** The flavours that an installation begins with: what sizes are compared with where there is no server to ask. */
const usualFlavours = [
  ['nano', 1, 1024, 2],
  ['mini', 1, 2048, 3],
  ['micro', 2, 2048, 4],
  ['small', 2, 4096, 6],
  ['medium', 4, 8192, 8],
  ['large', 8, 12_288, 10],
  ['xlarge', 16, 16_384, 12],
] as const;

function usualCatalogue(flavours: readonly string[], images: readonly string[]): Catalogue {
  return {
    flavours: [
      ...usualFlavours.map(([name, vcpus, ramMb, diskGb], index) => ({
        id: index + 1,
        name,
        vcpus,
        ramMb,
        diskGb,
        retiredAt: null,
      })),
      ...flavours.map((name, index) => ({ id: 100 + index, name, vcpus: 1, ramMb: 1024, diskGb: 2, retiredAt: null })),
    ],
    images: ['tiny', ...images].map((name, index) => ({
      id: index + 1,
      name,
      // it is not known, and nothing is asked of it that only the other could not have
      kind: 'disk' as const,
      minRamMb: 0,
      minDiskGb: 0,
      retiredAt: null,
    })),
  };
}

/** By the end of the file's name; null if that says nothing. */
export function formatOfName(name: string): DocumentFormat | null {
  const lower = name.toLowerCase().replace(/\.yaml$/, '.yml');
  const ending = (format: DocumentFormat) => lower.endsWith(`.${formatEndings[format]}`);
  const known = documentFormats.find(ending);
  if (known !== undefined) return known;
  if (lower.endsWith('.gv')) return 'dot';
  return lower.endsWith('.json') ? 'trama' : null;
}

async function convert(cli: Cli, from: string, to: string, options: { to?: string }): Promise<void> {
  const format = documentFormats.find((one) => one === options.to) ?? formatOfName(to);
  if (format === null || (options.to !== undefined && format !== options.to))
    throw new CliError(`Say the format with --to: ${documentFormats.join(', ')}.`, exitCodes.usage);
  // parsers are loaded by who converts only
  const [{ unpack }, { readDocument }, { writeDocument }] = await Promise.all([
    import('#shared/topology/formats/archive'),
    import('#shared/topology/formats/document'),
    import('#shared/topology/formats/write-document'),
  ]);
  const bytes = from === '-' ? new TextEncoder().encode(await cli.prompt.readAll()) : await readFile(from);
  const { files } = unpack(path.basename(from), bytes);
  const [file] = files;
  if (file === undefined || files.length > 1)
    throw new CliError(`${from} holds ${files.length} documents; one at a time can be converted.`);

  // what the document asks for is there: first it is found what that is
  const first = readDocument(file.text, usualCatalogue([], []));
  const wanted = (pattern: RegExp) =>
    first.report
      .flatMap(({ code, params }) => (pattern.test(code) ? [String(params?.['wanted'] ?? '')] : []))
      .filter((name) => name !== '');
  const kinds = first.kinds.flatMap(({ kind }) => (kind === '' ? [] : [kind.slice(0, 63)]));
  const catalogue = usualCatalogue(wanted(/^FLAVOUR_/), [...wanted(/^IMAGE_/), ...kinds]);
  const choices = new Map(
    first.kinds.flatMap(({ kind, flavourId }) => {
      const flavour = catalogue.flavours.find(({ id }) => id === flavourId)?.name;
      return kind === '' || flavour === undefined ? [] : [[kind, { flavour, image: kind.slice(0, 63) }] as const];
    }),
  );
  const { report, ...document } = readDocument(file.text, catalogue, choices);
  const name = document.name ?? path.basename(from).replace(/\..*$/, '');
  const text = writeDocument(format, { ...document, name: name === '' ? 'topology' : name }, catalogue);
  for (const { kind, message } of report) cli.out.message(`${noteWords[kind]}: ${message}`);
  if (to === '-') return cli.out.raw(text);
  await writeFile(to, text);
  const { vms, networks, edges } = document.topology;
  cli.out.message(
    `${from} (${document.format}) is ${to} (${format}): ${vms.length} VMs, ${networks.length} networks, ${edges.length} links.`,
  );
}

export function addConvertCommand(program: Command, cli: Cli): void {
  program
    .command('convert')
    .description('a topology of another tool as ours, or the other way round; no server is asked')
    .argument('<in>', 'a document in any known format, or a ZIP archive with one; - for standard input')
    .argument('<out>', 'the file to write; - for standard output')
    .option('--to <format>', `of what is written, if the name does not say it: ${documentFormats.join(', ')}`)
    .action((from: string, to: string, options: { to?: string }) => convert(cli, from, to, options));
}
