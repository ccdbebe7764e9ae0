import { Button, TextInput } from '@mantine/core';
import { TRPCClientError } from '@trpc/client';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { PublicError } from '#shared/errors';
import { chooseLanguage } from '../i18n/i18n';
import { renderApp } from '../testing/render';
import { useSchemaForm } from './schema-form';

const schema = z.strictObject({ name: z.string().min(1), code: z.string().min(1) });

function Form({ save }: { save: () => Promise<unknown> }) {
  const { form, onSubmit, alert, saving } = useSchemaForm({ schema, initialValues: { name: 'Ada', code: '1' }, save });
  return (
    <form onSubmit={onSubmit} noValidate>
      {alert === null ? null : <p role="alert">{alert}</p>}
      <TextInput label="Name" {...form.getInputProps('name')} />
      <TextInput label="Code" {...form.getInputProps('code')} />
      <Button type="submit" loading={saving}>
        Save
      </Button>
    </form>
  );
}

/** A server that answers when it is told to. */
function slowServer() {
  let answer = (_error: PublicError | null) => {};
  const save = () =>
    new Promise<void>((resolve, reject) => {
      answer = (app) =>
        app === null
          ? resolve()
          : reject(TRPCClientError.from({ error: { code: -32600, message: app.message, data: { app } } }));
    });
  return { save, answer: (error: PublicError | null) => answer(error) };
}

/** Presses the button, which lets go of the focus while it waits, as browsers have it and jsdom has not. */
async function press(): Promise<HTMLElement> {
  const button = screen.getByRole('button', { name: 'Save' });
  await userEvent.click(button);
  await waitFor(() => expect(button).toHaveProperty('disabled', true));
  const elsewhere = screen.getByRole('textbox', { name: 'Name' });
  elsewhere.focus();
  elsewhere.blur();
  expect(document.activeElement).toBe(document.body);
  return button;
}

beforeEach(() => chooseLanguage('en'));

test('the field that the server refuses gets the focus', async () => {
  const { save, answer } = slowServer();
  renderApp(<Form save={save} />);
  await press();
  answer({ code: 'SECOND_FACTOR_WRONG', message: 'Wrong.', field: 'code' });
  await screen.findByText('This code is wrong or was used already.');
  expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Code' }));
});

test.each([null, { code: 'REVISION_CONFLICT', message: 'It has changed.' } as const])(
  'after %j the focus is back where it was',
  async (error) => {
    const { save, answer } = slowServer();
    renderApp(<Form save={save} />);
    const button = await press();
    answer(error);
    await waitFor(() => expect(document.activeElement).toBe(button));
    expect(screen.queryAllByRole('alert')).toHaveLength(error === null ? 0 : 1);
  },
);

test('whoever has gone on meanwhile is not called back', async () => {
  const { save, answer } = slowServer();
  renderApp(<Form save={save} />);
  const button = await press();
  const name = screen.getByRole('textbox', { name: 'Name' });
  name.focus();
  answer(null);
  await waitFor(() => expect(button).toHaveProperty('disabled', false));
  expect(document.activeElement).toBe(name);
});
