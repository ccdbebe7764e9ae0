import { act, renderHook, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { problemOf } from '#shared/errors';
import type { ImportNote } from '#shared/topology/formats/document-types';
import { chooseLanguage } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import { renderApp } from '../testing/render';
import { ImportResults } from './template-imports';
import { useTemplateImports } from './use-template-imports';

beforeEach(() => chooseLanguage('en'));
afterEach(() => vi.unstubAllGlobals());

test('what an import had to guess was told in English to a Spanish reader', async () => {
  await chooseLanguage('es');
  const guessed = { code: 'DOC_FLAVOUR_UNKNOWN', params: { vm: 'web', wanted: 'huge', taken: 'nano' } } as const;
  const report = [
    { ...problemOf('FLAVOUR_GUESSED', guessed, { node: 'web' }), kind: 'changed' as const },
    // of an older server
    { code: 'ID_CHANGED', message: 'The id 1 is now n1.', kind: 'changed' as const },
  ];
  renderApp(
    <ImportResults
      results={[{ id: 'a', file: 'lab.json', state: 'done', templateId: 1, name: 'lab', report }]}
      onDismiss={() => {}}
    />,
  );
  screen.getByText('web: aquí no hay ningún sabor huge; se ha tomado nano.');
  screen.getByText('The id 1 is now n1.');
});

test('an import report of a thousand lines filled the page', () => {
  const report: ImportNote[] = [
    ...Array.from({ length: 1000 }, (_, at) => ({
      code: 'FLAVOUR_GUESSED',
      message: `vm${at} got the flavour nano.`,
      node: `vm${at}`,
      kind: 'changed' as const,
    })),
    { code: 'ID_CHANGED', message: 'The id 1 is now n1.', kind: 'changed' as const },
  ];
  renderApp(
    <ImportResults
      results={[{ id: 'a', file: 'lab.json', state: 'done', templateId: 1, name: 'lab', report }]}
      onDismiss={() => {}}
    />,
  );
  const lines = document.querySelectorAll('section > * li:not(li li)');
  expect([...lines].map((line) => line.textContent?.split('.')[0])).toEqual([
    'vm0 got the flavour nano',
    'The id 1 is now n1',
  ]);
  // all of them are there for who wants them
  const more = screen.getByRole('group');
  expect(more).toHaveProperty('open', false);
  expect(more.querySelector('summary')?.textContent).toBe('and 999 more like it');
  expect(within(more).getAllByText(/flavour nano/)).toHaveLength(999);
});

test('nothing could be imported from a server that is reached by plain HTTP', async () => {
  // no secure context, no randomUUID
  vi.stubGlobal('crypto', { getRandomValues: (bytes: Uint8Array) => bytes.fill(7) });
  const sent: unknown[] = [];
  const wrapper = apiWrapper((_path, input) => {
    sent.push(input);
    return Promise.resolve({ template: { id: 4, name: 'ring' }, report: [] });
  });
  const { result } = renderHook(() => useTemplateImports(), { wrapper });
  await act(() => result.current.importFiles([new File(['{"topologia":{}}'], 'ring.json')]));
  await waitFor(() => expect(result.current.results).toMatchObject([{ state: 'done', templateId: 4, name: 'ring' }]));
  expect(sent).toEqual([{ text: '{"topologia":{}}', fileName: 'ring.json' }]);
});
