import { TRPCClientError } from '@trpc/client';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import type { PublicError } from '#shared/errors';
import { chooseLanguage } from '../i18n/i18n';
import { renderApp } from '../testing/render';
import { RegisterForm } from './RegisterForm';

/** An error as it arrives from the server. */
function serverError(app: PublicError) {
  return TRPCClientError.from({ error: { code: -32600, message: app.message, data: { app } } });
}

beforeEach(() => chooseLanguage('en'));

async function fill(email: string, password: string, name = 'Ada') {
  if (name !== '') await userEvent.type(screen.getByRole('textbox', { name: 'Name' }), name);
  if (email !== '') await userEvent.type(screen.getByRole('textbox', { name: 'E-mail address' }), email);
  if (password !== '') await userEvent.type(screen.getByLabelText('Password'), password);
  await userEvent.click(screen.getByRole('button', { name: 'Create account' }));
}

test('what the schema refuses is said at its field, and nothing is sent', async () => {
  const save = vi.fn(() => Promise.resolve());
  renderApp(<RegisterForm save={save} />);
  await fill('not-an-address', 'short', '');
  expect(screen.getByText('A name is needed.')).toBeDefined();
  expect(screen.getByText('This is not an e-mail address.')).toBeDefined();
  expect(screen.getByText('At least 10 characters.')).toBeDefined();
  expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Name' }));
  expect(save).not.toHaveBeenCalled();
});

test('what is sent is what the schema makes of it', async () => {
  const save = vi.fn(() => Promise.resolve());
  renderApp(<RegisterForm save={save} />);
  await fill(' Ada@Example.org ', 'correct horse battery');
  expect(save).toHaveBeenCalledExactlyOnceWith({
    name: 'Ada',
    email: 'ada@example.org',
    password: 'correct horse battery',
  });
});

test('an error of the server with a field stands at the field only', async () => {
  const taken = serverError({ code: 'EMAIL_TAKEN', message: 'Taken.', field: 'email' });
  renderApp(<RegisterForm save={() => Promise.reject(taken)} />);
  await fill('ada@example.org', 'correct horse battery');
  expect(screen.getAllByText('There is an account with this e-mail address already.')).toHaveLength(1);
  expect(screen.queryByRole('alert')).toBeNull();
});

test('any other error is the one alert of the form', async () => {
  const limited = serverError({ code: 'RATE_LIMITED', message: 'Too many.' });
  renderApp(<RegisterForm save={() => Promise.reject(limited)} />);
  await fill('ada@example.org', 'correct horse battery');
  expect(screen.getByRole('alert').textContent).toBe('Too many attempts. Wait a little and try again.');
});

test('a lost network has a sentence of its own', async () => {
  const lost = TRPCClientError.from(new TypeError('Failed to fetch'));
  renderApp(<RegisterForm save={() => Promise.reject(lost)} />);
  await fill('ada@example.org', 'correct horse battery');
  expect(screen.getByRole('alert').textContent).toContain('The server cannot be reached.');
});

test('the rules of the schema speak Spanish, too', async () => {
  await chooseLanguage('es');
  renderApp(<RegisterForm save={() => Promise.resolve()} />);
  await userEvent.click(screen.getByRole('button', { name: 'Crear cuenta' }));
  expect(screen.getByText('Hace falta un nombre.')).toBeDefined();
  expect(screen.getByText('Al menos 10 caracteres.')).toBeDefined();
});
