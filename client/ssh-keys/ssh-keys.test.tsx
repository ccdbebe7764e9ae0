import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import type { SshKey } from '#shared/ssh-key';
import { chooseLanguage } from '../i18n/i18n';
import { Dialogs } from '../layouts/Dialogs';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { SshKeysSection } from './SshKeysSection';

beforeEach(() => chooseLanguage('en'));

const key: SshKey = {
  id: 3,
  name: 'ada@laptop',
  type: 'ssh-ed25519',
  fingerprint: 'SHA256:abc',
  publicKey: 'ssh-ed25519 AAAA ada@laptop',
  createdAt: '2030-01-01T00:00:00.000Z',
};

function show(keys: SshKey[]) {
  const asked: [string, unknown][] = [];
  const wrapper = apiWrapper((path, input) => {
    if (path === 'sshKeys.list') return Promise.resolve({ items: keys });
    asked.push([path, input]);
    return Promise.resolve(path === 'sshKeys.create' ? { added: [key], known: [] } : null);
  });
  render(
    <>
      <Dialogs />
      <SshKeysSection />
    </>,
    { wrapper },
  );
  return asked;
}

test('a key of a file is read into the field and added; no name is none', async () => {
  const asked = show([]);
  expect(await screen.findByText('No SSH keys yet')).toBeDefined();
  await userEvent.click(screen.getByRole('button', { name: 'Add keys' }));
  const panel = await screen.findByRole('dialog', { name: 'Add SSH keys' });
  const field = within(panel).getByLabelText('Public keys');
  const input = panel.querySelector('input[type=file]');
  if (!(input instanceof HTMLInputElement)) throw new Error('no file can be chosen');
  await userEvent.upload(input, new File(['\u0000\u0001'], 'key.pub', { type: 'text/plain' }));
  expect(await within(panel).findByText('key.pub is no text file of keys.')).toBeDefined();
  await userEvent.upload(input, new File(['ssh-ed25519 AAAA ada@laptop\n'], 'id.pub', { type: 'text/plain' }));
  await expect.poll(() => field instanceof HTMLTextAreaElement && field.value).toBe('ssh-ed25519 AAAA ada@laptop\n');
  await userEvent.click(within(panel).getByRole('button', { name: 'Add' }));
  await expect.poll(() => asked).toEqual([['sshKeys.create', { text: 'ssh-ed25519 AAAA ada@laptop\n' }]]);
});

test('a key is shown by its fingerprint, and deleted by who confirms it', async () => {
  const asked = show([key]);
  expect(await screen.findByText('SHA256:abc')).toBeDefined();
  await userEvent.click(screen.getByRole('button', { name: 'Actions for ada@laptop' }));
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Delete' }));
  const question = await screen.findByRole('dialog', { name: 'Delete SSH key “ada@laptop”?' });
  await userEvent.click(within(question).getByRole('button', { name: 'Delete key' }));
  await expect.poll(() => asked).toEqual([['sshKeys.delete', { id: 3 }]]);
});
