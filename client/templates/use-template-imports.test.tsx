import { act, renderHook, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { strToU8, zipSync } from 'fflate';
import { beforeEach, expect, test, vi } from 'vitest';
import { chooseLanguage, loadTexts } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import { renderApp } from '../testing/render';
import { ImportDialog, type ImportQuestion } from './ImportDialog';
import { useTemplateImports } from './use-template-imports';

const flavours = [
  { id: 1, name: 'nano', vcpus: 1, ramMb: 1024, diskGb: 2, retiredAt: null },
  { id: 2, name: 'small', vcpus: 2, ramMb: 4096, diskGb: 6, retiredAt: null },
];
const images = [
  { id: 1, name: 'tiny', kind: 'disk' as const, minRamMb: 96, minDiskGb: 0, retiredAt: null },
  { id: 2, name: 'debian', kind: 'disk' as const, minRamMb: 2048, minDiskGb: 4, retiredAt: null },
];
const lab = 'topology:\n  nodes:\n    a: { kind: ceos }\n    b: { kind: ceos }\n    c: { kind: srl }\n  links: []\n';

beforeEach(async () => {
  localStorage.clear();
  await chooseLanguage('en');
  await loadTexts(['templates']);
});

function hook() {
  const sent: unknown[] = [];
  const wrapper = apiWrapper((path, input) => {
    if (path === 'flavours.list') return Promise.resolve({ items: flavours, nextCursor: null });
    if (path === 'images.list') return Promise.resolve({ items: images, nextCursor: null });
    sent.push(input);
    return Promise.resolve({ template: { id: 4, name: 'lab' }, format: 'containerlab', report: [] });
  });
  return { sent, ...renderHook(() => useTemplateImports(), { wrapper }) };
}

test('kinds of all files are asked once, sent by names, and remembered for the next time', async () => {
  const { sent, result } = hook();
  const files = [new File([lab], 'a.clab.yml'), new File([lab], 'b.clab.yml')];
  act(() => void result.current.importFiles(files));
  await waitFor(() => expect(result.current.question).not.toBeNull());
  expect(result.current.question?.kinds).toEqual([
    { kind: 'ceos', count: 4, flavourId: 1, imageId: 1 },
    { kind: 'srl', count: 2, flavourId: 1, imageId: 1 },
  ]);
  expect(sent).toEqual([]);
  const [first, ...rest] = result.current.question?.kinds ?? [];
  act(() => result.current.answer(first === undefined ? null : [{ ...first, flavourId: 2, imageId: 2 }, ...rest]));
  await waitFor(() => expect(result.current.results.map(({ state }) => state)).toEqual(['done', 'done']));
  const kinds = [
    { kind: 'ceos', flavour: 'small', image: 'debian' },
    { kind: 'srl', flavour: 'nano', image: 'tiny' },
  ];
  expect(sent).toEqual(['a.clab.yml', 'b.clab.yml'].map((fileName) => ({ text: lab, fileName, kinds })));

  act(() => void result.current.importFiles([new File([lab], 'c.clab.yml')]));
  await waitFor(() =>
    expect(result.current.question?.kinds[0]).toEqual({ kind: 'ceos', count: 2, flavourId: 2, imageId: 2 }),
  );
  act(() => result.current.answer(null));
  // given up: nothing is sent, nothing is left of it
  await waitFor(() => expect(result.current.results).toHaveLength(2));
  expect(sent).toHaveLength(2);
});

test('an archive gives its labs, and what is none is told', async () => {
  const { sent, result } = hook();
  const zip = zipSync({
    'x/a.clab.yml': strToU8(lab),
    'x/vars.yml': strToU8('a: 1'),
    'x/bad.gml': strToU8('graph [ node ['),
  });
  act(() => void result.current.importFiles([new File([zip], 'labs.zip')]));
  await waitFor(() => expect(result.current.question).not.toBeNull());
  act(() => result.current.answer(result.current.question?.kinds ?? []));
  await waitFor(() => expect(sent).toHaveLength(1));
  await waitFor(() =>
    expect(result.current.results).toMatchObject([
      { state: 'done', file: 'x/a.clab.yml' },
      { state: 'failed', file: 'x/bad.gml', message: 'Line 1, column 15: this is not GML: ] is missing' },
      { state: 'passedOver', file: 'labs.zip', names: ['x/vars.yml'] },
    ]),
  );
});

test('the dialog gives all kinds one image at once, and refuses a flavour that is too small for it', async () => {
  const question: ImportQuestion = {
    files: [{ file: 'a.yml', format: 'containerlab', vms: 3, networks: 0, edges: 0 }],
    kinds: [
      { kind: 'ceos', count: 2, flavourId: 2, imageId: 1 },
      { kind: '', count: 1, flavourId: 1, imageId: 1 },
    ],
    flavours,
    images,
  };
  const onImport = vi.fn();
  renderApp(<ImportDialog question={question} onImport={onImport} onCancel={() => {}} />);
  screen.getByText('a.yml (containerlab): 3 VMs, 0 networks, 0 links');
  const user = userEvent.setup();
  await user.click(
    within(screen.getByRole('group', { name: 'All kinds' })).getByRole('combobox', { name: 'Image of All kinds' }),
  );
  await user.click(await screen.findByRole('option', { name: 'debian' }));
  screen.getByText('Too small for the image.');
  expect(screen.getByRole('button', { name: 'Import' })).toHaveProperty('disabled', true);
  await user.click(screen.getByRole('combobox', { name: 'Flavour of no stated kind (1×)' }));
  await user.click(await screen.findByRole('option', { name: /^small/ }));
  await user.click(screen.getByRole('button', { name: 'Import' }));
  expect(onImport).toHaveBeenCalledWith([
    { kind: 'ceos', count: 2, flavourId: 2, imageId: 2 },
    { kind: '', count: 1, flavourId: 2, imageId: 2 },
  ]);
});
