import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { asReason, say } from '#shared/sentence';
import { testConnectionInput, type ConnectionTest } from '#shared/zone-test';
import { chooseLanguage } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { ZoneForm } from './ZoneForm';

const result: ConnectionTest = {
  ok: false,
  offers: { flavours: [], images: [] },
  steps: [
    { name: 'signIn', state: 'limited', ...asReason(say('CLOUD_READER_ONLY', { roles: 'reader' })) },
    { name: 'external', state: 'failed', ...asReason(say('CLOUD_EXTERNAL_MISSING', { name: 'net', names: 'public' })) },
  ],
};

async function show() {
  const sent: unknown[] = [];
  const answer = (path: string, input: unknown) => {
    if (path === 'zones.testConnection') sent.push(testConnectionInput.parse(input));
    return Promise.resolve(result);
  };
  render(<ZoneForm zone={null} onDone={() => {}} />, { wrapper: apiWrapper(answer) });
  await userEvent.click(screen.getByRole('combobox', { name: 'Provider' }));
  await userEvent.click(await screen.findByRole('option', { name: 'OpenStack' }));
  return sent;
}
const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));
const type = (name: string, text: string) => userEvent.type(screen.getByLabelText(name, { selector: 'input' }), text);

beforeEach(() => chooseLanguage('en'));

test('what is typed is tried out, unsaved, and what was found stands there until it is changed', async () => {
  const sent = await show();
  await type('Auth URL', 'https://cloud.test:5000');
  await type('Application credential, its id', 'abc');
  await type('Application credential, its secret', 'secret');
  await press('Test connection');
  expect(await screen.findByText('The connection does not work yet.')).toBeDefined();
  expect(sent).toMatchObject([
    {
      id: null,
      settings: { authUrl: 'https://cloud.test:5000', applicationCredential: 'abc', applicationSecret: 'secret' },
    },
  ]);
  expect(screen.getByText('Signing in: works in part')).toBeDefined();
  expect(screen.getByText('There is no external network net; there is public.')).toBeDefined();
  await type('Region', 'here');
  expect(screen.queryByText('The connection does not work yet.')).toBeNull();
});

test('what is no setting is said on its field, and nothing is tried', async () => {
  const sent = await show();
  await type('Auth URL', 'cloud.test');
  await press('Test connection');
  expect(await screen.findByText('An address that begins with https:// or http://.')).toBeDefined();
  expect(sent).toEqual([]);
});
