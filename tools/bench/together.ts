/**
 * What it costs the server that people have one template open: processor time of the process for each page that only looks, and for each that points
 * ten times a second while the others are told of it. The pages are streams over HTTP, each of a user of its own, at one server that is alone.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { presenceLimits, presenceSchema } from '#shared/presence';
import { openSession, serverSentBlocks, type ApiSession } from '../../rig/api';
import { cpuOf, openBenchWorld } from './world';

const seconds = 10;
const counts = [1, 2, 5, 10];
const password = 'correct horse battery staple';

const world = await openBenchWorld();
try {
  const { session, server } = world;
  const empty = { vms: [], networks: [], edges: [] };
  const { id } = await session.api.templates.create.mutate({ name: 'together', topology: empty });
  const people: ApiSession[] = [];
  for (let at = 0; at < Math.max(...counts); at++) {
    const person = { email: `user${at}@bench.example`, name: `User ${at}`, password };
    const own = openSession(server.url);
    await own.api.auth.register.mutate(person);
    await session.api.templates.share.mutate({ id, email: person.email, level: 'edit' });
    people.push(own);
  }

  console.log('pages  pointing  calls/s  answers/s  CPU of the server  for each page');
  for (const count of counts)
    for (const points of [false, true]) {
      const ending = new AbortController();
      const pages = people.slice(0, count).map((person) => openPage(person, id, ending.signal));
      const ids = await Promise.all(pages.map(({ page }) => page));
      await pause(1_000);
      const answered = pages.map(({ answers }) => answers());
      const before = await cpuOf(server.process);
      const calls = points
        ? await Promise.all(pages.map((_, at) => pointAway(people[at], ids[at] ?? '', seconds)))
        : [await pause(seconds * 1_000, 0)];
      const share = ((await cpuOf(server.process)) - before) / 1e6;
      const told = pages.reduce((sum, { answers }, at) => sum + answers() - (answered[at] ?? 0), 0);
      const perSecond = (value: number) => (value / seconds).toFixed(1);
      const percent = (value: number) => `${((100 * value) / seconds).toFixed(2)} %`;
      console.log(
        [count, points ? 'yes' : 'no', perSecond(calls.reduce((sum, one) => sum + one, 0)), perSecond(told)].join('\t'),
        percent(share),
        percent(share / count),
      );
      ending.abort();
      await Promise.all(pages.map(({ ended }) => ended));
    }
} finally {
  await world.close();
}

function openPage(person: ApiSession, templateId: number, signal: AbortSignal) {
  let answers = 0;
  let told: (page: string) => void = () => undefined;
  let failed: (error: unknown) => void = () => undefined;
  const page = new Promise<string>((resolve, reject) => {
    told = resolve;
    failed = reject;
  });
  const ended = (async () => {
    const input = encodeURIComponent(JSON.stringify({ templateId }));
    const response = await fetch(`${person.url}/trpc/presence.watch?input=${input}`, {
      headers: { cookie: person.cookie() },
      signal,
    });
    if (response.body === null) throw new Error(`presence.watch answered ${response.status}`);
    for await (const block of serverSentBlocks(response.body)) {
      const data = /^data: ?(.*)$/m.exec(block)?.[1];
      if (data === undefined || /^event:/m.test(block)) continue;
      answers++;
      told(presenceSchema.parse(JSON.parse(data)).page);
    }
  })().catch((error: unknown) => {
    if (!signal.aborted) failed(error);
  });
  return { page, answers: () => answers, ended };
}

/** As the editor does it: one call at a time, at most ten a second. */
async function pointAway(person: ApiSession | undefined, page: string, forSeconds: number): Promise<number> {
  const until = performance.now() + forSeconds * 1_000;
  let calls = 0;
  while (performance.now() < until) {
    const next = pause(presenceLimits.pointEveryMs);
    await person?.api.presence.point.mutate({ page, pointed: { cursor: { x: calls, y: 0 }, chosen: [] } });
    calls++;
    await next;
  }
  return calls;
}
