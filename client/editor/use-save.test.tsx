import { act, renderHook } from '@testing-library/react';
import { TRPCClientError } from '@trpc/client';
import { beforeEach, expect, test } from 'vitest';
import type { PublicError } from '#shared/errors';
import { newVm, type Topology } from '#shared/topology/schema';
import { chooseLanguage } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import type { EditorCatalogue } from './use-catalogue';
import { useEditor } from './use-editor';
import { useSave } from './use-save';

const catalogue: EditorCatalogue = { flavours: [], images: [], zones: [] };
const vm = (key: string, values: Partial<Topology['vms'][number]> = {}) => ({
  ...newVm({ key, name: key, flavourId: 1, imageId: 1, x: 0, y: 0 }),
  ...values,
});
const drawn = (...vms: Topology['vms']): Topology => ({ vms, networks: [], edges: [] });

/** A server with one template, which refuses what began with an older revision, and who edits it. */
async function scene() {
  const begun = drawn(vm('a'), vm('b'));
  const template = {
    id: 7,
    revision: 1,
    name: 'lab',
    description: '',
    topology: begun,
    updatedAt: '2026-11-27T10:00:00.000Z',
  };
  const sent: unknown[] = [];
  const server = {
    template,
    sent,
    /** What somebody else does just before the next save comes. */
    meanwhile: [] as Partial<typeof template>[],
  };
  const somebodySaves = (change: Partial<typeof template>) =>
    Object.assign(template, change, { revision: template.revision + 1 });
  const refused = (app: PublicError) =>
    TRPCClientError.from({ error: { code: -32_600, message: app.message, data: { app } } });
  const answer = (path: string, input: unknown): Promise<unknown> => {
    if (path !== 'templates.update') return Promise.resolve(path === 'templates.get' ? { ...template } : null);
    const change = input as Partial<typeof template> & { baseRevision: number };
    const other = server.meanwhile.shift();
    if (other !== undefined) somebodySaves(other);
    if (change.baseRevision !== template.revision)
      return Promise.reject(refused({ code: 'REVISION_CONFLICT', message: 'It was changed meanwhile.' }));
    sent.push(change);
    const { baseRevision: _base, ...what } = change;
    somebodySaves(what);
    return Promise.resolve({ ...template });
  };
  const { result } = renderHook(
    () => {
      const editor = useEditor({
        initial: { base: { id: 7, revision: 1 }, document: { name: 'lab', description: '', topology: begun } },
        catalogue,
        storageKey: () => 'draft of a test',
        hold: true,
      });
      return { editor, save: useSave(editor, () => undefined) };
    },
    { wrapper: apiWrapper(answer) },
  );
  const run = (command: Parameters<typeof result.current.editor.run>[0]) =>
    act(() => result.current.editor.run(command));
  const save = () => act(() => result.current.save.save());
  return { server, result, run, save };
}

beforeEach(() => chooseLanguage('en'));

test('what others saved meanwhile is saved with mine, in one step of undo', async () => {
  const { server, result, run, save } = await scene();
  run({ type: 'setVms', keys: ['a'], fields: { label: 'mine' } });
  server.meanwhile = [{ topology: drawn(vm('a'), vm('b', { x: 50 }), vm('c')), description: 'theirs' }];
  await save();
  const together = drawn(vm('a', { label: 'mine' }), vm('b', { x: 50 }), vm('c'));
  expect(server.template).toMatchObject({ revision: 3, description: 'theirs', topology: together });
  expect(result.current.editor).toMatchObject({ dirty: false, saved: { base: { id: 7, revision: 3 } } });
  act(() => result.current.editor.undo());
  expect(result.current.editor.document.topology).toEqual(drawn(vm('a', { label: 'mine' }), vm('b')));
  act(() => result.current.editor.redo());
  expect(result.current.editor.dirty).toBe(false);
});

test('however often somebody is faster, up to a bound: then it is left to be tried again, with all of it drawn', async () => {
  const { server, result, run, save } = await scene();
  run({ type: 'setVms', keys: ['a'], fields: { label: 'mine' } });
  server.meanwhile = [1, 2, 3].map((x) => ({ topology: drawn(vm('a'), vm('b', { x })) }));
  await save();
  expect(server.template.topology).toEqual(drawn(vm('a', { label: 'mine' }), vm('b', { x: 3 })));
  run({ type: 'setVms', keys: ['a'], fields: { label: 'again' } });
  server.meanwhile = Array.from({ length: 20 }, (_, x) => ({
    topology: drawn(vm('a', { label: 'mine' }), vm('b', { x })),
  }));
  await save();
  expect(result.current.save.error).toMatchObject({ field: null });
  expect(result.current.editor.dirty).toBe(true);
  expect(result.current.editor.document.topology.vms[0]).toEqual(vm('a', { label: 'again' }));
});

test('where both changed the same nothing is saved or drawn before one has chosen', async () => {
  const { server, result, run, save } = await scene();
  run({ type: 'setVms', keys: ['a'], fields: { label: 'mine' } });
  run({ type: 'setVms', keys: ['b'], fields: { label: 'mine' } });
  const mine = result.current.editor.document;
  server.meanwhile = [{ topology: drawn(vm('a', { label: 'theirs' }), vm('b', { label: 'theirs' })) }];
  await save();
  expect(server.sent).toEqual([]);
  expect(result.current.editor.document).toBe(mine);
  expect(result.current.save.conflict).toMatchObject({ mine });
  await act(() => result.current.save.merge(({ key }) => (key === 'a' ? 'mine' : 'theirs')));
  expect(server.template).toMatchObject({
    revision: 3,
    topology: drawn(vm('a', { label: 'mine' }), vm('b', { label: 'theirs' })),
  });
  expect(result.current.save.conflict).toBeNull();
  act(() => result.current.editor.undo());
  expect(result.current.editor.document).toBe(mine);
});

test('a name that somebody else gave is not given back by who changed something else', async () => {
  const { server, run, save } = await scene();
  server.template.name = 'their lab';
  run({ type: 'setVms', keys: ['a'], fields: { label: 'mine' } });
  await save();
  expect(server.template.name).toBe('their lab');
});
