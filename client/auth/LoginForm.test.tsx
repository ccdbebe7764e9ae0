import { TRPCClientError } from '@trpc/client';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import type { PublicError } from '#shared/errors';
import { chooseLanguage } from '../i18n/i18n';
import { renderApp } from '../testing/render';
import { LoginForm, type Credentials } from './LoginForm';

/** An error as it arrives from the server. */
function serverError(app: PublicError) {
  return TRPCClientError.from({ error: { code: -32600, message: app.message, data: { app } } });
}

/** A server that knows one account with a second factor. */
const server = () =>
  vi.fn((input: Credentials) => {
    if (input.password !== 'right') return Promise.reject(serverError({ code: 'INVALID_CREDENTIALS', message: 'No.' }));
    if (input.code === undefined)
      return Promise.reject(serverError({ code: 'SECOND_FACTOR_NEEDED', message: 'Code.' }));
    if (input.code !== '123456') return Promise.reject(serverError({ code: 'SECOND_FACTOR_WRONG', message: 'Wrong.' }));
    return Promise.resolve();
  });

beforeEach(() => chooseLanguage('en'));

async function signIn(password: string) {
  await userEvent.type(screen.getByRole('textbox', { name: 'E-mail address' }), 'ada@example.org');
  await userEvent.type(screen.getByLabelText('Password'), `${password}{Enter}`);
}

test('the code is asked for after the password, has the focus, and is sent with both', async () => {
  const save = server();
  renderApp(<LoginForm save={save} />);
  await signIn('right');
  const code = await screen.findByRole('textbox', { name: 'Code' });
  expect(document.activeElement).toBe(code);
  expect(code.getAttribute('autocomplete')).toBe('one-time-code');
  expect(screen.queryByRole('alert')).toBeNull();
  await userEvent.keyboard(' 123456 {Enter}');
  expect(save).toHaveBeenLastCalledWith({ email: 'ada@example.org', password: 'right', code: '123456' });
});

test('without a second factor no code is sent', async () => {
  const save = vi.fn(() => Promise.resolve());
  renderApp(<LoginForm save={save} />);
  await signIn('right');
  expect(save).toHaveBeenCalledExactlyOnceWith({ email: 'ada@example.org', password: 'right' });
});

test('a wrong code is said at its field only, and an empty one is not sent', async () => {
  const save = server();
  renderApp(<LoginForm save={save} />);
  await signIn('right');
  await screen.findByRole('textbox', { name: 'Code' });
  await userEvent.keyboard('{Enter}');
  expect(screen.getByText('A code is needed.')).toBeDefined();
  expect(save).toHaveBeenCalledTimes(1);
  await userEvent.keyboard('000000{Enter}');
  expect(await screen.findAllByText('This code is wrong or was used already.')).toHaveLength(1);
  expect(screen.queryByRole('alert')).toBeNull();
});

test('a recovery code is asked for by its name, and the way back begins anew', async () => {
  renderApp(<LoginForm save={server()} />);
  await signIn('right');
  await userEvent.click(await screen.findByRole('button', { name: 'Use a recovery code' }));
  expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Recovery code' }));
  await userEvent.click(screen.getByRole('button', { name: 'Back' }));
  expect(screen.getByLabelText('Password')).toBeDefined();
});

test('a wrong password is the one alert', async () => {
  renderApp(<LoginForm save={server()} />);
  await signIn('wrong');
  expect((await screen.findByRole('alert')).textContent).toBe('The e-mail address or the password is wrong.');
});

test.each([
  [1, 'Too many attempts. Wait 1 second and try again.'],
  [30, 'Too many attempts. Wait 30 seconds and try again.'],
  [121, 'Too many attempts. Wait 3 minutes and try again.'],
])('a pause of %d seconds is told', async (seconds, sentence) => {
  const limited = serverError({ code: 'RATE_LIMITED', message: 'Slow.', params: { seconds } });
  renderApp(<LoginForm save={() => Promise.reject(limited)} />);
  await signIn('right');
  expect((await screen.findByRole('alert')).textContent).toBe(sentence);
});
