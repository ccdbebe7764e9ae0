import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { emptyTopology } from '#shared/topology/schema';
import { DraftSender, type DraftState, type SentDraft } from './draft-sender';

const draft = (name: string, templateId: number | null = 7): SentDraft => ({
  templateId,
  revision: templateId === null ? null : 3,
  document: { name, description: '', topology: emptyTopology },
});

/** A server that is away while `fails` says so, and what it was sent. */
function scene() {
  const log: string[] = [];
  const states: DraftState['kept'][] = [];
  const server = { fails: null as Error | null };
  const answer = async (line: string) => {
    await Promise.resolve();
    if (server.fails !== null) throw server.fails;
    log.push(line);
  };
  const sender = new DraftSender(
    {
      save: ({ document, templateId }) => answer(`save ${templateId ?? 'new'} ${document.name}`),
      drop: (templateId) => answer(`drop ${templateId ?? 'new'}`),
      refused: (error) => error instanceof RangeError,
    },
    ({ kept }) => states.push(kept),
  );
  return { sender, server, log, states };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('the last of many changes is sent when they end, and before, if they do not end', async () => {
  const { sender, log, states } = scene();
  for (let change = 0; change < 10; change++) {
    sender.want(draft(`a${change}`));
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(log).toEqual([]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(log).toEqual(['save 7 a9']);
  expect(states).toEqual(['server']);
  for (let change = 0; change < 100; change++) {
    sender.want(draft(`b${change}`));
    await vi.advanceTimersByTimeAsync(100);
  }
  // within eight seconds although nobody has rested
  expect(log).toHaveLength(2);
  expect(log[1]).toMatch(/^save 7 b(79|80)$/);
});

test('what was saved is dropped, once, and what nobody has kept is not', async () => {
  const { sender, log } = scene();
  sender.want(null);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(log).toEqual([]);
  sender.want(draft('a'));
  await vi.advanceTimersByTimeAsync(5_000);
  sender.want(null);
  sender.want(null);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(log).toEqual(['save 7 a', 'drop 7']);
});

test('a draft from before is dropped when it is given up', async () => {
  const { sender, log } = scene();
  sender.isThere(7);
  sender.want(null);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(log).toEqual(['drop 7']);
});

test('a new template that has got its id leaves no draft of a new one behind', async () => {
  const { sender, log } = scene();
  sender.want(draft('a', null));
  await vi.advanceTimersByTimeAsync(5_000);
  sender.want(draft('b', 7));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(log).toEqual(['save new a', 'drop new', 'save 7 b']);
});

test('while the server is away it says so and tries again, with what is drawn by then', async () => {
  const { sender, server, log, states } = scene();
  server.fails = new Error('no network');
  sender.want(draft('a'));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(states).toEqual(['away']);
  sender.want(draft('b'));
  server.fails = null;
  await sender.flush();
  expect(log).toEqual(['save 7 b']);
  expect(states).toEqual(['away', 'server']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(log).toHaveLength(1);
});

test('what the server refuses is not sent again until it is another', async () => {
  const { sender, server, log, states } = scene();
  server.fails = new RangeError('too large');
  sender.want(draft('a'));
  await vi.advanceTimersByTimeAsync(120_000);
  expect(states).toEqual(['refused']);
  server.fails = null;
  sender.want(draft('b'));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(log).toEqual(['save 7 b']);
});

test('whoever leaves has it sent at once, and nothing after that', async () => {
  const { sender, server, log } = scene();
  sender.want(draft('a'));
  await sender.close();
  expect(log).toEqual(['save 7 a']);
  sender.open();
  server.fails = new Error('no network');
  sender.want(draft('b'));
  await sender.close();
  server.fails = null;
  await vi.advanceTimersByTimeAsync(120_000);
  expect(log).toEqual(['save 7 a']);
});
