import { expect, test } from 'vitest';
import { cpioArchive } from './cpio';

/** Reads an archive by the format's description, independently of the writer. */
function entriesOf(archive: Buffer) {
  const entries: { name: string; mode: string; content: string }[] = [];
  let at = 0;
  const align = () => (at = (at + 3) & ~3);
  for (;;) {
    expect(archive.subarray(at, at + 6).toString()).toBe('070701');
    const field = (index: number) =>
      Number.parseInt(archive.subarray(at + 6 + index * 8, at + 14 + index * 8).toString(), 16);
    const [mode, size, nameSize] = [field(1), field(6), field(11)];
    at += 110;
    const name = archive.subarray(at, at + nameSize - 1).toString();
    at += nameSize;
    align();
    const content = archive.subarray(at, at + size).toString();
    at += size;
    align();
    if (name === 'TRAILER!!!') return { entries, rest: archive.length - at };
    entries.push({ name, mode: mode.toString(8), content });
  }
}

test('writes folders, files and links that can be read back, aligned, with a trailer', () => {
  const archive = cpioArchive([
    { path: 'bin', kind: 'folder', mode: 0o755 },
    { path: 'bin/tool', kind: 'file', mode: 0o755, content: 'odd' },
    { path: 'bin/sh', kind: 'link', target: 'tool' },
    { path: 'ñ', kind: 'file', mode: 0o600, content: new Uint8Array([65, 66, 67, 68, 69]) },
  ]);
  expect(entriesOf(archive)).toEqual({
    entries: [
      { name: 'bin', mode: '40755', content: '' },
      { name: 'bin/tool', mode: '100755', content: 'odd' },
      { name: 'bin/sh', mode: '120777', content: 'tool' },
      { name: 'ñ', mode: '100600', content: 'ABCDE' },
    ],
    rest: 0,
  });
});
