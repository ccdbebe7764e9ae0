import { beforeEach, expect, test } from 'vitest';
import type { TemplateDraft } from '#shared/template-draft';
import { emptyTopology } from '#shared/topology/schema';
import { dropDraft, findDraft, markSent, writeDraft } from './draft-store';

const key = 'trama.draft.1.7';
const document = (name: string) => ({ name, description: '', topology: emptyTopology });
const at = (clock: string) => `2026-11-27T${clock}:00.000Z`;
const atServer = (name: string, clock: string): TemplateDraft => ({
  ...{ document: document(name), revision: 3, base: null, savedAt: at(clock) },
});
const here = (name: string, clock: string) =>
  writeDraft(localStorage, key, { document: document(name), revision: 3, at: Date.parse(at(clock)) });
const found = (server: TemplateDraft | null, saved = 'saved') =>
  findDraft(localStorage, key, server, ({ name }) => name === saved)?.document.name ?? null;

beforeEach(() => localStorage.clear());

test('there is what one of the two has', () => {
  expect(found(null)).toBeNull();
  expect(found(atServer('server', '10:00'))).toBe('server');
  here('local', '10:00');
  expect(found(null)).toBe('local');
});

test('the server’s draft that came from this browser is behind what this browser has, whatever the clocks say', () => {
  here('local', '09:00');
  markSent(localStorage, key, at('10:00'));
  expect(found(atServer('server', '10:00'))).toBe('local');
  // another browser has gone on with it
  expect(found(atServer('server', '11:00'))).toBe('server');
  here('local', '12:00');
  expect(found(atServer('server', '11:00'))).toBe('local');
});

test('what is saved already is no draft', () => {
  expect(found(atServer('server', '10:00'), 'server')).toBeNull();
  here('local', '11:00');
  expect(found(atServer('server', '10:00'), 'local')).toBeNull();
  dropDraft(localStorage, key);
  expect(localStorage.length).toBe(0);
});

test('what cannot be read costs nothing but itself', () => {
  localStorage.setItem(key, '{"version":1,"document":{"name":"half');
  expect(found(atServer('server', '10:00'))).toBe('server');
});
