import { expect, test } from 'vitest';
import { fetchUploadInput } from './image-upload';

const sha256 = 'a'.repeat(64);

test.each([
  [{ url: 'ftp://files.example.org/disk.qcow2' }, 'url'],
  [{ url: 'file:///etc/passwd' }, 'url'],
  [{ url: '/etc/passwd' }, 'url'],
  [{ url: 'https://user:word@files.example.org/disk.qcow2' }, 'url'],
  [{ url: `https://files.example.org/${'x'.repeat(2048)}` }, 'url'],
  [{ url: 'http://files.example.org/disk.qcow2' }, 'sha256'],
  [{ url: 'https://files.example.org/disk.qcow2', sha256: 'beef' }, 'sha256'],
  [{ url: 'https://files.example.org/disk.qcow2', name: '' }, 'name'],
])('%o is refused on its field', (input, field) => {
  const { error } = fetchUploadInput.safeParse({ name: 'x', ...input });
  expect([...new Set(error?.issues.map(({ path }) => path.join('.')))]).toEqual([field]);
});

test('https is taken without a checksum, http with one', () => {
  const taken = [{ url: 'HTTPS://files.example.org/disk.qcow2' }, { url: 'http://files.example.org/', sha256 }];
  for (const input of taken) expect(fetchUploadInput.safeParse({ name: 'x', ...input }).success).toBe(true);
});
