import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { BlockList, type AddressInfo } from 'node:net';
import { eq } from 'drizzle-orm';
import { describe, expect, expectTypeOf, onTestFinished, test } from 'vitest';
import { useDatabase } from '#db/testing/database';
import { notifications } from '#drizzle/schema/notifications';
import { webhookDeliveries, webhooks } from '#drizzle/schema/webhooks';
import type { Happening } from '#shared/notification';
import { webhookBodySchema, type WebhookBody } from '#shared/webhook';
import type { WebhookCall } from '../../../client/sdk/index';
import { verifyWebhook } from '../../../client/sdk/webhook';
import type { Actor, DomainContext } from '#server/domain/context';
import { claimDeliveries } from '#server/db/queries/webhooks';
import { refusalOf, outcomeOf } from '#server/testing/outcomes';
import { createWorld } from '#server/testing/world';
import { telling } from '../notifications/tell';
import { createWebhookCaller, pauseAfter } from './caller';

const database = useDatabase();
const world = createWorld(database);
const networks = new BlockList();
networks.addAddress('127.0.0.1', 'ipv4');
Object.assign(world.ctx.settings, { webhooks: { networks, http: true } });
const { ctx } = world;
const day = 86_400_000;

interface Received {
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** A receiver that answers with these, one after the other, the last one ever again. */
async function receiver(...statuses: number[]): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.writeHead(statuses[Math.min(received.length, statuses.length) - 1] ?? 200).end('seen');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=hidden`, received };
}

const degraded = (name: string): Happening => ({ kind: 'slice.degraded', slice: { id: 7, name }, drifted: ['web'] });
const tells = (happening: Happening, ...to: Actor[]) =>
  telling(ctx, (_tx, say) => say({ ...happening, to: to.map(({ userId }) => userId) }));
const hookOf = async (actor: Actor, url: string, allSlices = false) =>
  world.callerOf(actor).webhooks.create({ name: 'hook', url, events: ['slice.degraded'], allSlices });
/** Has all that is due called, once. */
async function call(context: DomainContext = ctx): Promise<void> {
  const caller = createWebhookCaller(context);
  await caller.look();
  await caller.idle();
}
const log = async (actor: Actor, webhookId: number) =>
  (await world.callerOf(actor).webhooks.deliveries({ webhookId })).items;
/** Has what waits for its next attempt be due. */
const due = (values: Partial<typeof webhookDeliveries.$inferInsert> = {}) =>
  ctx.db
    .update(webhookDeliveries)
    .set({ claimableAt: new Date(0), ...values })
    .where(eq(webhookDeliveries.status, 'pending'));
const kindsTold = async (actor: Actor) =>
  (await ctx.db.select().from(notifications).where(eq(notifications.userId, actor.userId))).map((row) => row.kind);

describe('a webhook', () => {
  test('is called for what it chose of what concerns its owner, signed so that the receiver can tell', async () => {
    const [ada, bob] = [await world.person(), await world.person()];
    const { url, received } = await receiver(200);
    const { webhook, secret } = await hookOf(ada, url);
    await tells(degraded('lab'), ada);
    await tells(degraded('other'), bob);
    await tells({ kind: 'template.shared', template: { id: 1, name: 't' }, by: { id: 2, name: 'Bob' } }, ada);
    await call();
    expect(received).toHaveLength(1);
    const [{ headers, body } = { headers: {}, body: '' }] = received;
    const parsed = webhookBodySchema.parse(JSON.parse(body));
    expect(parsed).toMatchObject({ version: 1, event: 'slice.degraded', data: degraded('lab') });
    expect(headers['trama-webhook-id']).toBe(parsed.id);
    expect(await verifyWebhook({ secret, headers, body })).toEqual(parsed);
    expectTypeOf<WebhookCall>().toEqualTypeOf<WebhookBody>();
    await expect(verifyWebhook({ secret, headers, body: body.replace('lab', 'lob') })).rejects.toThrow('signature');
    await expect(verifyWebhook({ secret: `${secret}x`, headers, body })).rejects.toThrow('signature');
    await expect(verifyWebhook({ secret, headers, body, now: new Date(Date.now() + 600_000) })).rejects.toThrow('old');
    expect(await log(ada, webhook.id)).toMatchObject([
      { status: 'delivered', attempts: 1, responseStatus: 200, responseBody: 'seen', nextAt: null, error: null },
    ]);
  });

  test('is told from others by the lines that the README has for who has no SDK', async () => {
    const ada = await world.person();
    const { url, received } = await receiver(200);
    const { secret } = await hookOf(ada, url);
    await tells(degraded('lab'), ada);
    await call();
    const readme = await readFile(new URL('../../../README.md', import.meta.url), 'utf8');
    const code = /```js\n(import \{ createHmac[^]*?)```/.exec(readme)?.[1] ?? '';
    const { tramaCall } = (await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`)) as {
      tramaCall: (secret: string, headers: http.IncomingHttpHeaders, body: string) => unknown;
    };
    const { headers, body } = received[0] ?? { headers: {}, body: '' };
    expect(tramaCall(secret, headers, body)).toMatchObject({ event: 'slice.degraded', data: degraded('lab') });
    expect(tramaCall(`${secret}x`, headers, body)).toBeNull();
    expect(tramaCall(secret, headers, body.replace('lab', 'lob'))).toBeNull();
    expect(tramaCall(secret, {}, body)).toBeNull();
    const signedAt = (timestamp: number) => ({
      'trama-webhook-timestamp': String(timestamp),
      'trama-webhook-signature': `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`,
    });
    const now = Math.floor(Date.now() / 1000);
    expect(tramaCall(secret, signedAt(now), body)).not.toBeNull();
    expect(tramaCall(secret, signedAt(now - 600), body)).toBeNull();
  });

  test('for all slices is an administrator’s, and is called for everybody’s as long as they are one', async () => {
    const [admin, ada] = [await world.person('admin'), await world.person()];
    const { url, received } = await receiver(200);
    expect(await outcomeOf(hookOf(ada, url, true))).toBe('FORBIDDEN');
    const { webhook } = await hookOf(admin, url, true);
    await tells(degraded('everybody’s'), ada);
    await call();
    expect(received).toHaveLength(1);
    const second = world.callerOf(await world.person('admin'));
    expect((await second.webhooks.list()).items).toMatchObject([{ id: webhook.id, owner: { id: admin.userId } }]);
    await second.users.update({ id: admin.userId, role: 'user' });
    await tells(degraded('everybody’s'), ada);
    await call();
    expect(received).toHaveLength(1);
  });

  test('keeps its secret sealed, shows it once, and has a new one when asked', async () => {
    const ada = await world.person();
    const { url, received } = await receiver(200);
    const { webhook, secret } = await hookOf(ada, url);
    const [row] = await ctx.db.select().from(webhooks).where(eq(webhooks.id, webhook.id));
    expect(row?.secret).toMatch(/^v1\./);
    expect(JSON.stringify(await world.callerOf(ada).webhooks.list())).not.toContain(secret);
    const renewed = await world.callerOf(ada).webhooks.renewSecret({ id: webhook.id });
    expect(renewed.secret).not.toBe(secret);
    await tells(degraded('lab'), ada);
    await call();
    const { headers, body } = received[0] ?? { headers: {}, body: '' };
    expect((await verifyWebhook({ secret: renewed.secret, headers, body })).event).toBe('slice.degraded');
  });

  test('cannot have more than ten beside it, nor an address without TLS where that is not allowed', async () => {
    const ada = await world.person();
    for (let n = 0; n < 10; n += 1) await hookOf(ada, 'https://hook.example.org/');
    expect(await refusalOf(hookOf(ada, 'https://hook.example.org/'))).toMatchObject({ code: 'INVALID_INPUT' });
    Object.assign(ctx.settings.webhooks, { http: false });
    onTestFinished(() => void Object.assign(ctx.settings.webhooks, { http: true }));
    const bob = await world.person();
    expect(await refusalOf(hookOf(bob, 'http://hook.example.org/'))).toMatchObject({ field: 'url' });
    expect(await outcomeOf(hookOf(bob, 'https://name:word@hook.example.org/'))).toBe('INVALID_INPUT');
  });
});

describe('a call', () => {
  test('that fails is made again later, with the same id and the same bytes, and then is done', async () => {
    const ada = await world.person();
    const { url, received } = await receiver(500, 200);
    const { webhook } = await hookOf(ada, url);
    await tells(degraded('lab'), ada);
    await call();
    const [failed] = await log(ada, webhook.id);
    expect(failed).toMatchObject({
      status: 'pending',
      attempts: 1,
      responseStatus: 500,
      error: '127.0.0.1 answers 500; 200 to 299 would be success.',
    });
    expect(Date.parse(failed?.nextAt ?? '')).toBeGreaterThan(Date.now());
    // not before its time
    await call();
    expect(received).toHaveLength(1);
    await due();
    await call();
    expect(received).toHaveLength(2);
    expect(received[1]?.body).toBe(received[0]?.body);
    expect(received[1]?.headers['trama-webhook-id']).toBe(failed?.uuid);
    expect(await log(ada, webhook.id)).toMatchObject([{ status: 'delivered', attempts: 2, error: null, nextAt: null }]);
  });

  test('waits twice as long after each attempt, at most an hour, and never all at the same time', () => {
    const longest = Array.from({ length: 12 }, (_, n) => pauseAfter(n + 1, 0) / 1000);
    expect(longest).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]);
    expect(pauseAfter(3, 1)).toBe(20_000);
  });

  test('that failed for a day is given up, told of once; after three days the webhook is switched off', async () => {
    const ada = await world.person();
    const { url } = await receiver(302);
    const { webhook } = await hookOf(ada, url);
    const over = { retryUntil: new Date(0) };
    for (const _twice of [1, 2]) {
      await tells(degraded('lab'), ada);
      await due(over);
      await call();
    }
    expect(await log(ada, webhook.id)).toMatchObject([{ status: 'failed', nextAt: null }, { status: 'failed' }]);
    expect((await log(ada, webhook.id))[0]?.error).toMatch(/redirect \(302\)/);
    expect(await kindsTold(ada)).toEqual(['slice.degraded', 'webhook.failing']);
    world.pass(3 * day);
    await tells(degraded('lab'), ada);
    await due(over);
    await call();
    world.pass(-3 * day);
    expect(await kindsTold(ada)).toEqual(['slice.degraded', 'webhook.failing', 'webhook.disabled']);
    const api = world.callerOf(ada);
    expect((await api.webhooks.list()).items).toMatchObject([{ active: false, disabledAt: expect.any(String) }]);
    await tells(degraded('lab'), ada);
    expect(await log(ada, webhook.id)).toHaveLength(3);
    expect(await api.webhooks.update({ id: webhook.id, active: true })).toMatchObject({
      active: true,
      failingSince: null,
      disabledAt: null,
    });
  });

  test('of a server that was killed is made by another, with the same id; the first one’s word counts no more', async () => {
    const ada = await world.person();
    const { url, received } = await receiver(200);
    const { webhook } = await hookOf(ada, url);
    await tells(degraded('lab'), ada);
    const [taken] = await claimDeliveries(ctx.db, { leaseMs: 60_000, limit: 1, without: [] });
    await call();
    expect(received).toHaveLength(0);
    // whoever looks sees that it is under way
    expect(await log(ada, webhook.id)).toMatchObject([{ status: 'pending', attempts: 1, attemptedAt: null }]);
    // its lease runs out
    await due();
    await call();
    expect(received.map(({ headers }) => headers['trama-webhook-id'])).toEqual([taken?.uuid]);
    expect(await log(ada, webhook.id)).toMatchObject([{ status: 'delivered', attempts: 2 }]);
  });

  test('of two servers that look at once is made by one', async () => {
    const ada = await world.person();
    const { url, received } = await receiver(200);
    await hookOf(ada, url);
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await tells(degraded(name), ada);
    await Promise.all([call(), call(), call()]);
    const ids = received.map(({ headers }) => headers['trama-webhook-id']);
    expect([ids.length, new Set(ids).size]).toEqual([6, 6]);
  });

  test('is undone with what it tells of, and not made of a webhook that was deleted or switched off', async () => {
    const ada = await world.person();
    const { url, received } = await receiver(200);
    const { webhook } = await hookOf(ada, url);
    const undone = telling(ctx, async (_tx, say) => {
      await say({ ...degraded('lab'), to: [ada.userId] });
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await log(ada, webhook.id)).toEqual([]);
    await tells(degraded('lab'), ada);
    await world.callerOf(ada).webhooks.update({ id: webhook.id, active: false });
    await call();
    expect(await log(ada, webhook.id)).toMatchObject([{ status: 'failed', responseStatus: null }]);
    await world.callerOf(ada).webhooks.delete({ id: webhook.id });
    await call();
    expect([received, await ctx.db.$count(webhookDeliveries, eq(webhookDeliveries.webhookId, webhook.id))]).toEqual([
      [],
      0,
    ]);
  });

  test('goes to no address of this machine or a private network that is not listed', async () => {
    const ada = await world.person();
    const { url, received } = await receiver(200);
    const { webhook } = await hookOf(ada, url);
    const strict = {
      ...ctx,
      db: ctx.db,
      settings: { ...ctx.settings, webhooks: { networks: new BlockList(), http: true } },
    };
    await tells(degraded('lab'), ada);
    await call(strict);
    expect(received).toEqual([]);
    expect((await log(ada, webhook.id))[0]).toMatchObject({
      status: 'pending',
      error: expect.stringMatching(/may not call/),
    });
  });

  test('can be tried, also of one that is switched off, and made again by hand', async () => {
    const ada = await world.person();
    const { url, received } = await receiver(500, 200, 200);
    const { webhook } = await hookOf(ada, url);
    const api = world.callerOf(ada);
    await api.webhooks.update({ id: webhook.id, active: false });
    const tried = await api.webhooks.test({ id: webhook.id });
    await call();
    // once, and nobody is told
    expect(await log(ada, webhook.id)).toMatchObject([{ id: tried.id, event: 'test', status: 'failed', attempts: 1 }]);
    expect(await kindsTold(ada)).toEqual([]);
    await api.webhooks.redeliver({ id: tried.id });
    await call();
    expect(await log(ada, webhook.id)).toMatchObject([{ id: tried.id, status: 'delivered', attempts: 2 }]);
    expect(received[1]?.body).toBe(received[0]?.body);
  });
});
