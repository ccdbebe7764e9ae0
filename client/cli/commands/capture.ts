import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { Writable } from 'node:stream';
import { InvalidArgumentError, type Command } from 'commander';
import { decodeFrame } from '#shared/capture/decode';
import { parseFilter } from '#shared/capture/filter';
import { linkName, pcapngInterfaces, pcapngNames } from '#shared/capture/links';
import { pcapngHeader, pcapngPacket } from '#shared/capture/pcapng';
import { wholeFrame } from '#shared/capture/whole-frame';
import type { CaptureBatch, Slice } from '../../sdk/index';
import type { Cli } from '../cli';
import { CliError, exitCodes } from '../errors';
import { findLinks, findSlice } from '../find';
import { inputs } from '../inputs';
import { optionFor } from '../schema-options';

interface CaptureFlags {
  write?: string;
  count?: number;
  snapLength?: number;
  filter?: string;
}

/** What becomes of the frames. */
interface Sink {
  take(frames: CaptureBatch['frames']): Promise<void>;
  close(): Promise<void>;
}

/** Writes pcapng into a file, or with `-` to standard output. */
async function pcapngSink(
  { out }: Cli,
  file: string,
  { slice, links, snapLength }: { slice: Slice; links: Slice['edges']; snapLength: number },
): Promise<Sink> {
  const own = file === '-' ? null : (await open(file, 'w')).createWriteStream();
  const stream: Writable = own ?? out.stdout;
  const write = async (data: Uint8Array) => {
    if (!stream.write(data)) await once(stream, 'drain');
  };
  const interfaces = pcapngInterfaces(slice, links, snapLength);
  const places = new Map(links.map(({ id }, place) => [id, place]));
  await write(pcapngHeader('trama capture', interfaces, pcapngNames(slice)));
  return {
    async take(frames) {
      for (const { edgeId, at, length, data } of frames) {
        const interfaceId = places.get(edgeId) ?? 0;
        await write(pcapngPacket({ interfaceId, at, length, data: Buffer.from(data, 'base64') }));
      }
    },
    async close() {
      if (own === null) return;
      own.end();
      await finished(own);
    },
  };
}

function textSink({ out }: Cli, slice: Slice, links: Slice['edges']): Sink {
  const names = new Map(links.map((link) => [link.id, linkName(slice, link)]));
  return {
    async take(frames) {
      for (const frame of frames) {
        if (out.json) {
          out.line(frame);
          continue;
        }
        const { source, destination, protocol, summary } = decodeFrame(Buffer.from(frame.data, 'base64'));
        const time = new Date(frame.at / 1000).toISOString();
        out.text(
          `${time} ${names.get(frame.edgeId) ?? ''} ${source} → ${destination} ${protocol} ${frame.length} ${summary}`,
        );
      }
    },
    close: () => Promise.resolve(),
  };
}

async function capture(cli: Cli, name: string, texts: readonly string[], flags: CaptureFlags): Promise<void> {
  const { write, count = Infinity, snapLength = wholeFrame, filter } = flags;
  const parsed = parseFilter(filter ?? '');
  if (!parsed.ok) throw new CliError(parsed.said.message, exitCodes.usage);
  if (write === '-' && cli.out.stdout.isTTY === true)
    throw new CliError('A capture file is not for a terminal: write it into a file or a pipe.', exitCodes.usage);
  const client = await cli.client();
  const slice = await findSlice(client, name);
  const found = texts.length === 0 ? slice.edges : texts.flatMap((text) => findLinks(slice, text));
  const links = [...new Map(found.map((link) => [link.id, link])).values()];
  if (links.length === 0) throw new CliError(`The slice ${slice.name} has no links.`, exitCodes.notFound);
  const sink =
    write === undefined ? textSink(cli, slice, links) : await pcapngSink(cli, write, { slice, links, snapLength });
  cli.out.message(`Capturing ${links.map((link) => linkName(slice, link)).join(', ')}. Ctrl-C ends.`);
  const ending = new AbortController();
  const signal = AbortSignal.any([cli.signal, ending.signal]);
  let taken = 0;
  let dropped = 0;
  try {
    for await (const batch of client.capture({
      sliceId: slice.id,
      edgeIds: links.map(({ id }) => id),
      snapLength,
      ...(filter !== undefined && { filter }),
      signal,
    })) {
      dropped += batch.dropped;
      const frames = batch.frames.slice(0, count - taken);
      taken += frames.length;
      await sink.take(frames);
      if (taken >= count) ending.abort();
    }
  } finally {
    await sink.close();
    const lost = dropped === 0 ? '' : ` ${dropped} were left out: they came faster than they were read.`;
    cli.out.message(`${taken} frames.${lost}`);
  }
}

function countOf(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(text);
}

/** `capture`: what passes on links of a slice. */
export function addCaptureCommand(program: Command, cli: Cli): void {
  program
    .command('capture')
    .description('what passes on links of a slice, live; as pcapng for Wireshark with -w')
    .argument('<slice>', 'its id or name')
    .argument(
      '[link...]',
      'links: their ids, their ends as `web:db`, or a VM for all of its links; all of them unless given',
    )
    .option('-w, --write <file>', 'write pcapng into this file; - is standard output')
    .option('-c, --count <number>', 'end after so many frames', countOf)
    .addOption(optionFor('filter', inputs.followCapture.filter))
    .addOption(optionFor('snapLength', inputs.followCapture.snapLength))
    .action((name: string, links: string[], flags: CaptureFlags) => capture(cli, name, links, flags));
}
