import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import http, { type RequestListener } from 'node:http';
import { BlockList } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import { beforeEach, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { auditLog } from '#drizzle/schema/audit';
import { imageUploads } from '#drizzle/schema/image-uploads';
import { createImageFetcher } from '#server/domain/images/fetch-uploads';
import { processUploads } from '#server/domain/images/process-uploads';
import { imageFolders } from '#server/domain/images/upload-files';
import { listening } from '#server/testing/listening';
import { outcomeOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';

const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
const mb = 2 ** 20;
const loopback = new BlockList();
loopback.addAddress('127.0.0.1');
let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'trama-fetches-'));
  ctx.settings.images = imageFolders(root);
  ctx.settings.imageNetworks = loopback;
  return () => rm(root, { recursive: true, force: true });
});

/** A disk of 3 MiB that boots, as far as its first sector says. */
function disk(): Buffer {
  const content = Buffer.concat([Buffer.alloc(mb), randomBytes(mb), Buffer.alloc(mb)]);
  content.writeUInt16LE(0xaa55, 510);
  return content;
}
const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');
const serving = async (handler: RequestListener) => `http://127.0.0.1:${await listening(http.createServer(handler))}`;

/** Fetches what waits, and makes images of it. */
async function work(): Promise<void> {
  const fetcher = createImageFetcher(ctx);
  await fetcher.look();
  await fetcher.idle();
  await processUploads(ctx);
}

it('fetches a disk, compares its checksum and makes the image of it, and keeps no secret of the address', async () => {
  const owner = await world.person();
  const api = world.callerOf(owner);
  const content = disk();
  const sum = sha256(content);
  const url = await serving((_request, response) => void response.end(content));
  const asked = { name: 'far', url: `${url}/images/disk%201.raw?token=secret`, sha256: sum };
  const made = await api.imageUploads.fetch(asked);
  expect(made).toMatchObject({
    state: 'fetching',
    sizeBytes: null,
    receivedBytes: 0,
    fileName: 'disk 1.raw',
    url: `${url}/images/disk%201.raw`,
  });
  await work();
  const done = await api.imageUploads.get({ id: made.id });
  expect(done).toMatchObject({ state: 'ready', sha256: sum, sizeBytes: content.length, receivedBytes: content.length });
  const [image] = (await api.images.list({ search: 'far' })).items;
  expect(image).toMatchObject({ id: done.imageId, kind: 'disk', owner: { id: owner.userId } });
  const [row] = await ctx.db.select().from(imageUploads).where(eq(imageUploads.id, made.id));
  const audit = await ctx.db.select().from(auditLog).where(eq(auditLog.action, 'image-uploads.fetch'));
  expect(JSON.stringify([row, audit])).not.toContain('secret');
  expect(await readdir(ctx.settings.images.uploads)).toEqual([]);
});

it('refuses what is not there, has another checksum, is no disk, or is at an address that is not listed, and leaves nothing', async () => {
  const api = world.callerOf(await world.person());
  const url = await serving((request, response) => {
    if (request.url === '/none') response.writeHead(404);
    if (request.url === '/inside') response.writeHead(302, { location: 'http://127.0.0.2:1/' });
    response.end(request.url === '/text' ? 'a page in place of the disk, as servers send it' : disk());
  });
  const outcome = async (file: string, sum = 'a'.repeat(64)) => {
    const { id } = await api.imageUploads.fetch({ name: file, url: `${url}/${file}`, sha256: sum });
    await work();
    const { state, sentences } = await api.imageUploads.get({ id });
    return [state, sentences?.map(({ code }) => code)];
  };
  expect(await outcome('none')).toEqual(['failed', ['URL_NOTHING_THERE']]);
  expect(await outcome('other')).toEqual(['failed', ['UPLOAD_WRONG_CHECKSUM']]);
  expect(await outcome('inside')).toEqual(['failed', ['URL_FORBIDDEN_ADDRESS']]);
  const page = sha256(Buffer.from('a page in place of the disk, as servers send it'));
  expect(await outcome('text', page)).toEqual(['failed', ['DISK_DAMAGED']]);
  // nothing of loopback unless it is listed
  ctx.settings.imageNetworks = new BlockList();
  expect(await outcome('disk')).toEqual(['failed', ['URL_FORBIDDEN_ADDRESS']]);
  expect(await readdir(ctx.settings.images.uploads)).toEqual([]);
});

it('takes of the quota what its server says, and what comes where it says nothing', async () => {
  const owner = await world.person();
  const api = world.callerOf(owner);
  await world.quota({ userId: owner.userId }, { imageMb: 2 });
  const content = disk();
  const url = await serving((request, response) => {
    if (request.url === '/said') response.setHeader('content-length', content.length);
    response.write(content.subarray(0, mb));
    response.end(content.subarray(mb));
  });
  for (const name of ['said', 'unsaid']) {
    const { id } = await api.imageUploads.fetch({ name, url: `${url}/${name}`, sha256: sha256(content) });
    await work();
    expect((await api.imageUploads.get({ id })).sentences).toMatchObject([{ code: 'QUOTA_IMAGES' }]);
  }
  await world.quota({ userId: owner.userId }, { imageMb: 0 });
  expect(await outcomeOf(api.imageUploads.fetch({ name: 'x', url: 'https://files.example.org/' }))).toBe(
    'QUOTA_EXCEEDED',
  );
});

it('is cancelled while it comes, begun anew by the server that follows, and of one account two come at once', async () => {
  const owner = await world.person();
  const api = world.callerOf(owner);
  const content = disk();
  const held = new Set<http.ServerResponse>();
  let begun = 0;
  const url = await serving((_request, response) => {
    begun += 1;
    held.add(response);
    response.writeHead(200, { 'content-length': content.length }).write(content.subarray(0, mb));
  });
  const ids = [];
  for (const name of ['one', 'two', 'three'])
    ids.push((await api.imageUploads.fetch({ name, url: `${url}/${name}`, sha256: sha256(content) })).id);
  const dying = createImageFetcher(ctx);
  await dying.look();
  await expect.poll(() => begun).toBe(2);
  await dying.look();
  const [first = 0, second = 0, third = 0] = ids;
  await expect.poll(async () => (await api.imageUploads.get({ id: first })).receivedBytes).toBe(mb);
  expect((await api.imageUploads.get({ id: third })).sizeBytes).toBeNull();
  await dying.stop();
  expect([begun, (await api.imageUploads.get({ id: first })).state]).toEqual([2, 'fetching']);

  const next = createImageFetcher(ctx);
  await next.look();
  await expect.poll(() => begun).toBe(4);
  await api.imageUploads.cancel({ id: first });
  await api.imageUploads.cancel({ id: third });
  for (const response of held) response.end(content.subarray(mb));
  await next.idle();
  await processUploads(ctx);
  expect(await outcomeOf(api.imageUploads.get({ id: first }))).toBe('NOT_FOUND');
  expect((await api.imageUploads.get({ id: second })).state).toBe('ready');
  expect((await api.images.list({})).items.filter((image) => image.owner?.id === owner.userId)).toHaveLength(1);
  expect(await readdir(ctx.settings.images.uploads)).toEqual([]);
});
