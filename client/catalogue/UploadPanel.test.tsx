import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import type { ImageUpload } from '#shared/image-upload';
import { say } from '#shared/sentence';
import { chooseLanguage } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { sampleQuota, sampleUpload as upload } from '../testing/samples';
import { UploadPanel } from './UploadPanel';

beforeEach(() => chooseLanguage('en'));

const refused = say('DISK_BACKING_FILE', { file: 'top.qcow2' });

function show(items: ImageUpload[]) {
  const asked: string[] = [];
  const api = apiWrapper(async (path, input) => {
    asked.push(`${path} ${JSON.stringify(input)}`);
    if (path === 'quotas.mine') return sampleQuota({ imageMb: 20_480 }, { imageMb: 400 });
    if (path === 'imageUploads.create') throw new Error('the network is away');
    return path === 'imageUploads.list' ? { items, nextCursor: null } : null;
  });
  render(<UploadPanel />, { wrapper: api });
  return asked;
}

test('one that was interrupted says how far it is, and how it goes on', async () => {
  show([upload]);
  const bar = await screen.findByRole('progressbar', { name: 'Progress of lab' });
  expect(bar.getAttribute('aria-valuetext')).toBe('25%');
  expect(screen.getByText('25 % · 100 MiB / 400 MiB')).toBeDefined();
  expect(screen.getByText('Interrupted')).toBeDefined();
  expect(screen.getByText(/Choose the same file again/)).toBeDefined();
  const meter = await screen.findByRole('meter', { name: 'Own images' });
  expect(meter.getAttribute('aria-valuetext')).toBe('400 MiB of 20 GiB');
});

test('one that failed says why in the reader’s language, and is dismissed', async () => {
  await chooseLanguage('es');
  const failed = { ...upload, state: 'failed' as const, error: refused.message, sentences: [...refused.sentences] };
  const asked = show([failed]);
  expect(await screen.findByText(/top\.qcow2 solo contiene las diferencias/)).toBeDefined();
  await userEvent.click(screen.getByRole('button', { name: 'Descartar: lab' }));
  expect(asked).toContain('imageUploads.cancel {"id":1}');
});

test('a file that is chosen is announced under its name without its endings', async () => {
  const asked = show([]);
  const input = document.querySelector('input[type=file]');
  if (!(input instanceof HTMLInputElement)) throw new Error('no field for a file');
  await userEvent.upload(input, new File(['12345'], 'disk.qcow2.xz'));
  expect(screen.getByRole('textbox', { name: 'Name' })).toHaveProperty('value', 'disk');
  await userEvent.click(screen.getByRole('button', { name: 'Upload image' }));
  expect(asked).toContain('imageUploads.create {"name":"disk","fileName":"disk.qcow2.xz","sizeBytes":5}');
});

test('a URL is fetched under the name of its file, and what is wrong with it is said on its field', async () => {
  await chooseLanguage('es');
  const asked = show([]);
  await userEvent.click(screen.getByRole('radio', { name: 'Una URL' }));
  const url = screen.getByRole('textbox', { name: 'URL del disco' });
  await userEvent.click(url);
  await userEvent.paste('http://files.example.org/images/disk.qcow2.xz?token=x');
  await userEvent.tab();
  expect(screen.getByRole('textbox', { name: 'Nombre' })).toHaveProperty('value', 'disk');
  await userEvent.click(screen.getByRole('button', { name: 'Obtener imagen' }));
  expect(await screen.findByText(/Sin TLS cualquiera en el camino/)).toBeDefined();
  const sum = 'ab'.repeat(32);
  await userEvent.click(screen.getByRole('textbox', { name: 'SHA-256' }));
  await userEvent.paste(sum.toUpperCase());
  await userEvent.click(screen.getByRole('button', { name: 'Obtener imagen' }));
  const input = { name: 'disk', url: 'http://files.example.org/images/disk.qcow2.xz?token=x', sha256: sum };
  await waitFor(() => expect(asked).toContain(`imageUploads.fetch ${JSON.stringify(input)}`));
});

test('what is fetched says how much has come while nobody knows how much there is', async () => {
  show([{ ...upload, state: 'fetching', sizeBytes: null, url: 'https://files.example.org/lab.qcow2' }]);
  expect(await screen.findByText('100 MiB / ?')).toBeDefined();
  expect(screen.getByText('https://files.example.org/lab.qcow2')).toBeDefined();
  expect(screen.getByText('Fetching')).toBeDefined();
});
