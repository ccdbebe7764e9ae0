import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { imageNameAt, imageNameOf } from '#shared/image-name';
import { chunkHead, chunkHeadBytes } from '#shared/upload-chunk';
import { isPassing } from '../../sdk/errors';
import { sendPieces } from '../../sdk/send-pieces';
import { TramaError, type RouterOutputs, type TramaClient } from '../../sdk/index';
import type { Cli } from '../cli';
import { CliError, exitCodes } from '../errors';
import { findSlice, findVm } from '../find';
import type { Column } from '../output';
import { addWaitOptions, type WaitFlags } from '../wait-options';

type Upload = RouterOutputs['imageUploads']['get'];
/** Of a file that is here. */
type Sized = Upload & { sizeBytes: number };

const lookAgainMs = 500;

const columns: Column<Upload>[] = [
  { title: 'ID', value: ({ id }) => id, right: true },
  { title: 'NAME', value: ({ name }) => name, flexible: true },
  { title: 'FILE', value: ({ fileName }) => fileName, flexible: true },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'MIB', value: (upload) => amountOf(upload), right: true },
  { title: 'IMAGE', value: ({ imageId }) => imageId, right: true },
  { title: 'WHY', value: ({ error }) => error, flexible: true },
];
const inMib = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
const amountOf = ({ receivedBytes, sizeBytes }: Pick<Upload, 'receivedBytes' | 'sizeBytes'>) =>
  `${inMib(receivedBytes)}/${sizeBytes === null ? '?' : inMib(sizeBytes)}`;

async function sumOf(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file, { highWaterMark: 1024 * 1024, signal }))
    hash.update(piece as Buffer);
  return hash.digest('hex');
}

/** An upload of the same file that was not ended, or a new one. */
async function begin(cli: Cli, client: TramaClient, file: string, name: string): Promise<Sized> {
  const { size } = await stat(file);
  const fileName = path.basename(file);
  for await (const upload of client.all(client.api.imageUploads.list, {}))
    if (
      upload.state === 'uploading' &&
      upload.fileName === fileName &&
      upload.sizeBytes === size &&
      upload.name === name
    ) {
      cli.out.message(`Going on at ${inMib(upload.receivedBytes)} of ${inMib(size)} MiB.`);
      return { ...upload, sizeBytes: size };
    }
  return { ...(await client.api.imageUploads.create.mutate({ name, fileName, sizeBytes: size })), sizeBytes: size };
}

/** How far it is, how fast and how long it takes still: in place on a terminal, else now and then a line. */
class Meter {
  readonly #began = performance.now();
  #told = 0;

  constructor(
    private readonly cli: Cli,
    private readonly upload: Sized,
  ) {}

  show(received: number): void {
    const { sizeBytes, receivedBytes, fileName } = this.upload;
    const seconds = Math.max(0.001, (performance.now() - this.#began) / 1_000);
    const speed = (received - receivedBytes) / seconds;
    const percent = Math.floor((received / sizeBytes) * 100);
    const left = speed > 0 ? ` ${Math.ceil((sizeBytes - received) / speed)} s left` : '';
    const line = `${fileName} ${percent} %  ${inMib(received)}/${inMib(sizeBytes)} MiB  ${inMib(speed)} MiB/s${left}`;
    if (this.cli.out.live) return this.cli.out.status(line);
    if (percent < this.#told + 10) return;
    this.#told = percent;
    this.cli.out.message(line);
  }

  end(): void {
    if (this.cli.out.live) this.cli.out.status('');
  }
}

/** Sends what is missing. */
async function sendRest(cli: Cli, client: TramaClient, upload: Sized, handle: FileHandle): Promise<void> {
  const { id, sizeBytes } = upload;
  const { signal } = cli;
  const meter = new Meter(cli, upload);
  try {
    await sendPieces({
      from: upload.receivedBytes,
      sizeBytes,
      async send(offset, length) {
        const piece = new Uint8Array(chunkHeadBytes + length);
        piece.set(chunkHead(id, offset));
        const { bytesRead } = await handle.read(piece, chunkHeadBytes, length, offset);
        if (bytesRead === 0) throw new CliError('The file has become shorter meanwhile.');
        const sent = piece.subarray(0, chunkHeadBytes + bytesRead);
        return (await client.api.imageUploads.writeChunk.mutate(sent, { signal })).receivedBytes;
      },
      received: async () => (await client.api.imageUploads.get.query({ id })).receivedBytes,
      judge(error) {
        if (signal.aborted || !(error instanceof TramaError)) return 'lasting';
        const received = error.params?.['received'];
        if (error.code === 'UPLOAD_OFFSET' && typeof received === 'number') return received;
        return isPassing(error) ? 'passing' : 'lasting';
      },
      pause: (ms) => delay(ms, undefined, { signal }),
      onSent: (received) => meter.show(received),
    });
  } finally {
    meter.end();
  }
}

function howFar(upload: Upload): string {
  if (upload.state === 'fetching') return ` ${amountOf(upload)} MiB`;
  return upload.percent === null ? '' : ` ${upload.percent} %`;
}

/** Follows it until it is an image. */
async function follow(cli: Cli, client: TramaClient, id: number, over: number): Promise<Upload> {
  for (let told = ''; ;) {
    const upload = await client.api.imageUploads.get.query({ id });
    if (upload.state === 'ready' || upload.state === 'failed') {
      if (cli.out.live) cli.out.status('');
      return upload;
    }
    const line = `${upload.state}${howFar(upload)}`;
    if (cli.out.live) cli.out.status(line);
    else if (upload.state !== told) cli.out.message(upload.state);
    told = upload.state;
    if (Date.now() > over) throw new CliError(`It goes on. How far it is: trama images uploads`);
    await delay(lookAgainMs, undefined, { signal: cli.signal });
  }
}

/** Waits for the image, unless that is not wanted, and shows it. */
async function showEnd(cli: Cli, client: TramaClient, id: number, flags: WaitFlags): Promise<void> {
  if (flags.wait === false) return cli.out.value(await client.api.imageUploads.get.query({ id }));
  const over = flags.timeout === undefined ? Infinity : Date.now() + flags.timeout * 1_000;
  const done = await follow(cli, client, id, over);
  if (done.state === 'failed') throw new CliError(done.error ?? 'It became no image.');
  cli.out.record(done, [
    ['image', done.imageId],
    ['name', done.name],
    ['format', done.format],
    ['SHA-256', done.sha256],
  ]);
}

/** As {@link showEnd}, of what goes on at the server when one does not wait for it any more. */
async function showEndOf(cli: Cli, client: TramaClient, id: number, flags: WaitFlags): Promise<void> {
  await showEnd(cli, client, id, flags).catch((error: unknown) => {
    if (!cli.signal.aborted) throw error;
    throw new CliError(
      `The server goes on. How far it is: trama images uploads; to give it up: trama images cancel-upload ${id}`,
      exitCodes.interrupted,
    );
  });
}

interface SaveFlags extends WaitFlags {
  name?: string;
  description?: string;
}

interface FetchFlags extends WaitFlags {
  name?: string;
  sha256?: string;
}

/** Has the server fetch an image. Ctrl-C ends only the waiting. */
async function fetchImage(cli: Cli, url: string, flags: FetchFlags): Promise<void> {
  const client = await cli.client();
  const name = flags.name ?? imageNameAt(url);
  const sha256 = flags.sha256?.toLowerCase() ?? null;
  const { id } = await client.api.imageUploads.fetch.mutate({ name, url, sha256 });
  await showEndOf(cli, client, id, flags);
}

/** Has the server save a VM's disk. Ctrl-C ends only the waiting. */
async function saveImage(cli: Cli, sliceName: string, vmName: string, flags: SaveFlags): Promise<void> {
  const client = await cli.client();
  const vm = findVm(await findSlice(client, sliceName), vmName);
  const { description = '' } = flags;
  const { id } = await client.api.imageUploads.save.mutate({ vmId: vm.id, name: flags.name ?? vm.name, description });
  await showEndOf(cli, client, id, flags);
}

async function uploadImage(cli: Cli, file: string, flags: WaitFlags & { name?: string }): Promise<void> {
  const client = await cli.client();
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw new CliError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      exitCodes.usage,
    );
  });
  let id: number | undefined;
  try {
    const upload = await begin(cli, client, file, flags.name ?? imageNameOf(path.basename(file)));
    ({ id } = upload);
    // read anew from its beginning: what was sent is compared with the file as it is
    const sum = sumOf(file, cli.signal);
    sum.catch(() => undefined);
    await sendRest(cli, client, upload, handle);
    const sha256 = await sum;
    cli.out.message(`SHA-256 ${sha256}`);
    await client.api.imageUploads.finish.mutate({ id, sha256 });
    await showEnd(cli, client, id, flags);
  } catch (error) {
    if (!cli.signal.aborted || id === undefined) throw error;
    throw new CliError(
      `Interrupted. The same command goes on where it was; to give it up: trama images cancel-upload ${id}`,
      exitCodes.interrupted,
    );
  } finally {
    await handle.close();
  }
}

/** Images of one's own. */
export function addImageUploadCommands(images: Command, cli: Cli): void {
  addWaitOptions(
    images
      .command('upload')
      .description(
        'make an image of your own of a disk: qcow2, raw, vmdk, vdi, vhdx or a hybrid ISO, also .gz and .xz; goes on where it broke off',
      )
      .argument('<file>', 'the disk')
      .option('--name <name>', 'what the image is called; the file’s name unless given'),
  ).action((file: string, flags: WaitFlags & { name?: string }) => uploadImage(cli, file, flags));
  addWaitOptions(
    images
      .command('fetch')
      .description('make an image of your own of a disk that the server fetches from a URL')
      .argument('<url>', 'https, or http with --sha256')
      .option('--name <name>', 'what the image is called; the file’s name unless given')
      .option('--sha256 <sum>', 'of the file: another one is refused'),
  ).action((url: string, flags: FetchFlags) => fetchImage(cli, url, flags));
  addWaitOptions(
    images
      .command('save')
      .description('make an image of your own of what a VM has on its disk, whether it runs or not')
      .argument('<slice>', 'its slice: name or id')
      .argument('<vm>', 'name or id')
      .option('--name <name>', 'what the image is called; as the VM unless given')
      .option('--description <text>', 'what is said of it'),
  ).action((slice: string, vm: string, flags: SaveFlags) => saveImage(cli, slice, vm, flags));
  images
    .command('uploads')
    .description('what you upload, or have fetched or saved, and how that ended')
    .action(async () => {
      const client = await cli.client();
      cli.out.list(await client.api.imageUploads.list.query({}), columns, 'Nothing was uploaded.');
    });
  images
    .command('cancel-upload')
    .description('give an upload, a fetch or a save up; nothing is left of it')
    .argument('<id>', 'its id, as `images uploads` shows it')
    .action(async (id: string) => {
      const client = await cli.client();
      await client.api.imageUploads.cancel.mutate({ id: Number(id) });
      cli.out.message('Nothing is left of it.');
    });
}
