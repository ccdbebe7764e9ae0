import { expect, test, vi } from 'vitest';
import { collectExport, type ExportPiece } from './collect-export';

const pieces: Record<string, ExportPiece> = {
  start: { fileName: 'audit.csv', text: 'id,at\n1,a\n', nextCursor: 'two' },
  two: { fileName: 'other.csv', text: '2,b\n', nextCursor: 'three' },
  three: { fileName: 'other.csv', text: '3,c\n', nextCursor: null },
};
async function ask(cursor: string | null): Promise<ExportPiece> {
  const piece = pieces[cursor ?? 'start'];
  if (piece === undefined) throw new Error('no such piece');
  return piece;
}

test('the pieces stand behind each other, and the lines are counted', async () => {
  const onProgress = vi.fn();
  const file = await collectExport(ask, onProgress, new AbortController().signal);
  expect(file).toEqual({ fileName: 'audit.csv', text: 'id,at\n1,a\n2,b\n3,c\n' });
  expect(onProgress.mock.calls).toEqual([[2], [3], [4]]);
});

test('what is stopped is no file, and asks for nothing more', async () => {
  const stop = new AbortController();
  const asked = vi.fn(async (cursor: string | null) => {
    if (cursor === 'two') stop.abort();
    return ask(cursor);
  });
  expect(await collectExport(asked, () => {}, stop.signal)).toBeNull();
  expect(asked).toHaveBeenCalledTimes(2);
});

test('what fails on the way fails as a whole', async () => {
  const failing = (cursor: string | null) => (cursor === null ? ask(null) : Promise.reject(new Error('away')));
  await expect(collectExport(failing, () => {}, new AbortController().signal)).rejects.toThrow('away');
});
