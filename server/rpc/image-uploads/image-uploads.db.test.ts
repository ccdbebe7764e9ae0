import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { images, imageShares } from '#drizzle/schema/catalogue';
import { processUploads, sweepUploads } from '#server/domain/images/process-uploads';
import { imageFolders } from '#server/domain/images/upload-files';
import { line } from '#server/testing/drawings';
import { serve, type Served } from '#server/testing/http';
import { outcomeOf, refusalOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';
import { chunkBytes, chunkHead } from '#shared/upload-chunk';

const run = promisify(execFile);
const database = useDatabase();
const world = createWorld(database);
const { ctx } = world;
const mb = 2 ** 20;
let root: string;
let served: Served;

beforeAll(async () => {
  served = await serve(world);
});
afterAll(() => served.close());
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'trama-uploads-'));
  ctx.settings.images = imageFolders(root);
  return () => rm(root, { recursive: true, force: true });
});

/** A disk of 12 MiB that boots, as far as its first sector says. */
function disk(): Buffer {
  const content = Buffer.concat([Buffer.alloc(2 * mb), randomBytes(9 * mb), Buffer.alloc(mb)]);
  content.writeUInt16LE(0xaa55, 510);
  return content;
}
const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');
type Person = Awaited<ReturnType<typeof world.person>>;

/** A piece over HTTP, as a browser or a program sends it. */
async function send(person: Person, id: number, offset: number, content: Uint8Array): Promise<unknown> {
  const response = await fetch(`${served.url}/trpc/imageUploads.writeChunk`, {
    method: 'POST',
    headers: { cookie: `trama_session=${person.token}`, 'content-type': 'application/octet-stream' },
    body: Buffer.concat([chunkHead(id, offset), content]),
  });
  const body = (await response.json()) as { result?: { data: unknown }; error?: { data: { app: unknown } } };
  return body.result?.data ?? body.error?.data.app;
}

/** A piece of which half comes, and then the connection ends. Resolves when the server has let go of it. */
async function sendHalf(person: Person, id: number, offset: number, content: Buffer): Promise<void> {
  const whole = Buffer.concat([chunkHead(id, offset), content]);
  const request = http.request(`${served.url}/trpc/imageUploads.writeChunk`, {
    method: 'POST',
    headers: {
      cookie: `trama_session=${person.token}`,
      'content-type': 'application/octet-stream',
      'content-length': whole.length,
    },
  });
  const ended = new Promise<void>((resolve) => {
    request.on('error', () => resolve());
    request.on('close', () => resolve());
  });
  const file = path.join(ctx.settings.images.uploads, String(id), 'part');
  request.write(whole.subarray(0, whole.length / 2));
  await expect.poll(async () => (await stat(file).catch(() => null))?.size ?? 0).toBeGreaterThan(offset);
  request.destroy();
  await ended;
}

/** Uploads it whole. */
async function upload(person: Person, name: string, content: Buffer, fileName = `${name}.raw`): Promise<number> {
  const api = world.callerOf(person);
  const { id } = await api.imageUploads.create({ name, fileName, sizeBytes: content.length });
  for (let offset = 0; offset < content.length; offset += chunkBytes)
    await send(person, id, offset, content.subarray(offset, offset + chunkBytes));
  await api.imageUploads.finish({ id });
  await processUploads(ctx);
  return id;
}

describe('an upload', () => {
  it('that is interrupted goes on where it was, and becomes an image of the same bytes', async () => {
    const owner = await world.person();
    const api = world.callerOf(owner);
    const content = disk();
    const made = await api.imageUploads.create({ name: 'mine', fileName: 'disk.raw', sizeBytes: content.length });
    expect(made).toMatchObject({ state: 'uploading', receivedBytes: 0, sha256: null });
    const { id } = made;
    expect(await send(owner, id, 0, content.subarray(0, chunkBytes))).toEqual({ receivedBytes: chunkBytes });
    // the connection ends in the middle of the second piece: what came of it counts
    await sendHalf(owner, id, chunkBytes, content.subarray(chunkBytes, 2 * chunkBytes));
    await expect.poll(async () => (await api.imageUploads.get({ id })).receivedBytes).toBeGreaterThan(chunkBytes);
    expect(await refusalOf(api.imageUploads.finish({ id }))).toMatchObject({ code: 'UPLOAD_OFFSET' });
    // whoever comes back asks where to begin
    const { receivedBytes: from } = await api.imageUploads.get({ id });
    expect(await send(owner, id, from + 1, Buffer.from('x'))).toMatchObject({
      code: 'UPLOAD_OFFSET',
      params: { received: from },
    });
    for (let offset = from; offset < content.length; offset += chunkBytes)
      await send(owner, id, offset, content.subarray(offset, offset + chunkBytes));
    // a piece whose answer was lost comes again
    expect(await send(owner, id, 0, content.subarray(0, 100))).toEqual({ receivedBytes: content.length });

    const sum = sha256(content);
    expect(await api.imageUploads.finish({ id, sha256: sum })).toMatchObject({ state: 'checking' });
    expect(await send(owner, id, 0, content.subarray(0, 100))).toMatchObject({ code: 'UPLOAD_CLOSED' });
    await processUploads(ctx);
    const done = await api.imageUploads.get({ id });
    expect(done).toMatchObject({ state: 'ready', format: 'raw', sha256: sum, error: null, percent: null });
    const [image] = (await api.images.list({ search: 'mine' })).items;
    expect(image).toMatchObject({
      id: done.imageId,
      kind: 'disk',
      minDiskGb: 1,
      visibility: 'private',
      owner: { id: owner.userId },
    });
    const kept = path.join(ctx.settings.images.own, `${image?.sha256}.qcow2`);
    expect(sha256(await readFile(kept))).toBe(image?.sha256);
    await run('qemu-img', ['convert', '-f', 'qcow2', '-O', 'raw', kept, path.join(root, 'seen')]);
    expect(sha256(await readFile(path.join(root, 'seen')))).toBe(sum);
    // nothing is left of the way there
    expect(await readdir(ctx.settings.images.uploads)).toEqual([]);
  });

  it('that a dead server was making an image of is begun anew', async () => {
    const owner = await world.person();
    const api = world.callerOf(owner);
    const content = disk();
    const { id } = await api.imageUploads.create({ name: 'again', fileName: 'x.raw', sizeBytes: content.length });
    for (let offset = 0; offset < content.length; offset += chunkBytes)
      await send(owner, id, offset, content.subarray(offset, offset + chunkBytes));
    await api.imageUploads.finish({ id });
    const dying = new AbortController();
    const log = { ...ctx.log };
    // as soon as it is being converted
    const dead = processUploads({ ...ctx, log }, { signal: dying.signal });
    await expect.poll(async () => (await api.imageUploads.get({ id })).state).not.toBe('checking');
    dying.abort();
    await dead;
    await processUploads(ctx);
    expect(await api.imageUploads.get({ id })).toMatchObject({ state: 'ready' });
  });

  it('fails with the reason, and leaves nothing', async () => {
    const owner = await world.person();
    const api = world.callerOf(owner);
    await run('qemu-img', ['create', '-f', 'qcow2', '-b', '/etc/passwd', '-F', 'raw', path.join(root, 'hostile')]);
    const hostile = await upload(owner, 'hostile', await readFile(path.join(root, 'hostile')), 'passwd.qcow2');
    const failed = await api.imageUploads.get({ id: hostile });
    expect(failed).toMatchObject({ state: 'failed', sentences: [{ code: 'DISK_BACKING_FILE' }], imageId: null });
    expect(failed.error).toContain('passwd.qcow2 is only what differs from another image');

    const content = disk();
    const { id } = await api.imageUploads.create({ name: 'other', fileName: 'x.raw', sizeBytes: 1000 });
    await send(owner, id, 0, content.subarray(0, 1000));
    await api.imageUploads.finish({ id, sha256: 'a'.repeat(64) });
    await processUploads(ctx);
    expect((await api.imageUploads.get({ id })).sentences).toMatchObject([{ code: 'UPLOAD_WRONG_CHECKSUM' }]);
    expect(await readdir(ctx.settings.images.uploads)).toEqual([]);
    expect((await api.images.list({})).items.filter((image) => image.owner !== null)).toEqual([]);
    expect(await outcomeOf(api.imageUploads.finish({ id }))).toBe('UPLOAD_CLOSED');
  });

  it('is cancelled at any time, and nothing is left of it', async () => {
    const owner = await world.person();
    const api = world.callerOf(owner);
    const content = disk();
    const { id } = await api.imageUploads.create({ name: 'no', fileName: 'x.raw', sizeBytes: content.length });
    await send(owner, id, 0, content.subarray(0, 1000));
    expect(await readdir(ctx.settings.images.uploads)).toEqual([String(id)]);
    await api.imageUploads.cancel({ id });
    expect(await readdir(ctx.settings.images.uploads)).toEqual([]);
    expect(await send(owner, id, 0, content.subarray(0, 1000))).toMatchObject({ code: 'NOT_FOUND' });

    const second = await api.imageUploads.create({ name: 'no', fileName: 'x.raw', sizeBytes: content.length });
    for (let offset = 0; offset < content.length; offset += chunkBytes)
      await send(owner, second.id, offset, content.subarray(offset, offset + chunkBytes));
    await api.imageUploads.finish({ id: second.id });
    // while it is being made
    const making = processUploads(ctx);
    await api.imageUploads.cancel({ id: second.id });
    await making;
    expect((await api.images.list({ search: 'no' })).items).toEqual([]);
    expect(await readdir(ctx.settings.images.uploads)).toEqual([]);
  });

  it('that nobody goes on with is swept after a day, with what a crash has left', async () => {
    const owner = await world.person();
    const api = world.callerOf(owner);
    const { id } = await api.imageUploads.create({ name: 'left', fileName: 'x', sizeBytes: 5000 });
    await send(owner, id, 0, randomBytes(1000));
    await sweepUploads(ctx);
    expect(await readdir(ctx.settings.images.uploads)).toEqual([String(id)]);
    await run('mkdir', [path.join(ctx.settings.images.uploads, '999999')]);
    world.pass(25 * 3_600_000);
    await sweepUploads(ctx);
    expect(await readdir(ctx.settings.images.uploads)).toEqual([]);
    expect(await outcomeOf(api.imageUploads.get({ id }))).toBe('NOT_FOUND');
    world.pass(-25 * 3_600_000);
  });

  it('takes no more than was announced, than a piece may have, nor what is no piece', async () => {
    const owner = await world.person();
    const api = world.callerOf(owner);
    const { id } = await api.imageUploads.create({ name: 'long', fileName: 'x', sizeBytes: 10 });
    expect(await send(owner, id, 0, Buffer.alloc(11))).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await send(owner, id, 2 ** 60, Buffer.alloc(1))).toMatchObject({ code: 'INVALID_INPUT' });
    const large = await api.imageUploads.create({ name: 'large', fileName: 'x', sizeBytes: 20 * mb });
    expect(await send(owner, large.id, 0, Buffer.alloc(chunkBytes + 1))).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    expect(await send(owner, large.id, 0, Buffer.alloc(6 * mb))).toBeUndefined();
    const empty = { method: 'POST', headers: { cookie: `trama_session=${owner.token}` } };
    const bytes = { ...empty.headers, 'content-type': 'application/octet-stream' };
    const url = `${served.url}/trpc/imageUploads.writeChunk`;
    expect((await fetch(url, { ...empty, headers: bytes, body: 'short' })).status).toBe(400);
    // a form can send neither, and nothing else takes bytes
    expect((await fetch(url, { ...empty, body: new URLSearchParams('a=b') })).status).toBe(415);
    expect(
      (await fetch(`${served.url}/trpc/imageUploads.cancel`, { ...empty, headers: bytes, body: 'x' })).status,
    ).toBe(415);
  });

  it('counts in the quota from its announcement, and is refused beyond it, as are too many', async () => {
    const owner = await world.person();
    const api = world.callerOf(owner);
    await world.quota({ userId: owner.userId }, { imageMb: 30 });
    const file = { fileName: 'x', sizeBytes: 20 * mb };
    const { id } = await api.imageUploads.create({ ...file, name: 'one' });
    expect((await api.quotas.mine()).used).toMatchObject({ imageMb: 20 });
    expect(await refusalOf(api.imageUploads.create({ ...file, name: 'two' }))).toMatchObject({
      code: 'QUOTA_EXCEEDED',
      params: { field: 'imageMb', used: 20, more: 20, limit: 30 },
    });
    expect(await outcomeOf(api.imageUploads.create({ ...file, name: 'ONE', sizeBytes: 1 }))).toBe('NAME_TAKEN');
    await api.imageUploads.cancel({ id });
    await upload(owner, 'kept', disk());
    // what it takes as a qcow2
    expect((await api.quotas.mine()).used.imageMb).toBeGreaterThanOrEqual(9);
    for (let n = 0; n < 5; n += 1) await api.imageUploads.create({ fileName: 'x', sizeBytes: 1, name: `n${n}` });
    expect(await outcomeOf(api.imageUploads.create({ fileName: 'x', sizeBytes: 1, name: 'n5' }))).toBe(
      'TOO_MANY_UPLOADS',
    );
  });

  it('whose disk others have too is kept once, until the last of its images is deleted', async () => {
    const content = disk();
    const [first, second] = [await world.person(), await world.person()];
    await upload(first, 'same', content);
    await upload(second, 'same', content);
    expect(await readdir(ctx.settings.images.own)).toHaveLength(1);
    const [file = ''] = await readdir(ctx.settings.images.own);
    const old = new Date(Date.now() - 7_200_000);
    const retire = async (person: Person) =>
      ctx.db.update(images).set({ retiredAt: new Date() }).where(eq(images.ownerId, person.userId));
    for (const [person, left] of [
      [first, 1],
      [second, 0],
    ] as const) {
      await retire(person);
      await utimes(path.join(ctx.settings.images.own, file), old, old);
      await sweepUploads(ctx);
      expect(await readdir(ctx.settings.images.own)).toHaveLength(left);
    }
  });
});

describe('an image of one’s own', () => {
  const withImage = (imageId: number) => {
    const topology = line(1);
    for (const vm of topology.vms) vm.imageId = imageId;
    return topology;
  };

  it('is seen and taken by its owner, by those that it is shared with, and by nobody else', async () => {
    const owner = await world.person();
    const friend = await world.person();
    const stranger = await world.person();
    const id = await upload(owner, 'private', disk());
    const { imageId } = await world.callerOf(owner).imageUploads.get({ id });
    if (imageId === null) throw new Error('no image');
    const zoneId = await world.zone();
    const names = async (person: Person) =>
      (await world.callerOf(person).images.list({ search: 'priv' })).items.map(({ name }) => name);
    const takes = (person: Person) =>
      refusalOf(
        world.callerOf(person).templates.create({ name: `lab ${Math.random()}`, topology: withImage(imageId) }),
      );

    const mine = await world.callerOf(owner).templates.create({ name: 'mine', topology: withImage(imageId) });
    expect([await names(owner), await names(friend), await names(stranger)]).toEqual([['private'], [], []]);
    expect(await takes(stranger)).toMatchObject({
      code: 'INVALID_TOPOLOGY',
      problems: [{ code: 'IMAGE_UNKNOWN', message: 'vm-1 has an image that does not exist.' }],
    });
    // of a template that is shared, the images are not
    await world.callerOf(owner).templates.share({ id: mine.id, email: friend.email });
    const slice = { name: 's', templateId: mine.id, zoneId };
    const api = world.callerOf(friend);
    expect(await outcomeOf(api.slices.create(slice))).toBe('INVALID_TOPOLOGY');

    await ctx.db.insert(imageShares).values({ imageId, userId: friend.userId });
    // the word of its owner: only what is `shared` is
    expect(await names(friend)).toEqual([]);
    await ctx.db.update(images).set({ visibility: 'shared' }).where(eq(images.id, imageId));
    expect([await names(friend), await names(stranger)]).toEqual([['private'], []]);
    expect(await outcomeOf(api.slices.create(slice))).toBe('OK');
    const theirs = await api.templates.create({ name: 'theirs', topology: withImage(imageId) });
    await ctx.db.update(images).set({ visibility: 'all' }).where(eq(images.id, imageId));
    expect(await names(stranger)).toEqual(['private']);

    // who has it keeps it, and takes it for nothing more
    await ctx.db.update(images).set({ visibility: 'private' }).where(eq(images.id, imageId));
    const moved = { ...withImage(imageId), vms: withImage(imageId).vms.map((vm) => ({ ...vm, x: 700 })) };
    const change = { id: theirs.id, topology: moved, baseRevision: theirs.revision };
    expect(await outcomeOf(api.templates.update(change))).toBe('OK');
    expect(await takes(friend)).toMatchObject({ code: 'INVALID_TOPOLOGY' });
    // administrators see everybody's
    expect(await names(await world.person('admin'))).toEqual(['private']);
  });

  it('has a name among its owner’s only, and no source that an administrator could change', async () => {
    const [one, other] = [await world.person(), await world.person()];
    for (const person of [one, other]) await upload(person, 'tiny', disk());
    const all = (await world.callerOf(await world.person('admin')).images.list({ search: 'tiny' })).items;
    expect(all.map(({ owner }) => owner?.id ?? null).toSorted()).toEqual([null, one.userId, other.userId].toSorted());
    const admin = world.callerOf(await world.person('admin'));
    const id = all.find(({ owner }) => owner !== null)?.id ?? 0;
    const change = { id, name: 'x', kind: 'disk' as const, source: '/etc/passwd' };
    expect(await outcomeOf(admin.images.update(change))).toBe('FORBIDDEN');
  });
});
