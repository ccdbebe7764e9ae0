import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { beforeEach, expect, test, vi } from 'vitest';
import type { SessionInfo } from '#shared/auth';
import type { Role } from '#shared/permissions';
import { chooseLanguage } from '../i18n/i18n';
import { renderApp } from '../testing/render';
import { RecoveryCodes } from './RecoveryCodes';
import { nothingChosen, type ScopeChoice } from './scope-choice';
import { ScopePicker } from './ScopePicker';
import { SessionsTable } from './SessionsTable';

beforeEach(() => chooseLanguage('en'));

test('recovery codes are left only by who says that they are kept', async () => {
  const onDone = vi.fn();
  renderApp(<RecoveryCodes codes={['aaaa-bbbb', 'cccc-dddd']} email="ada@example.org" onDone={onDone} />);
  expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual(['aaaa-bbbb', 'cccc-dddd']);
  await userEvent.click(screen.getByRole('button', { name: 'Done' }));
  expect(onDone).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole('checkbox', { name: 'I have kept them in a safe place' }));
  await userEvent.click(screen.getByRole('button', { name: 'Done' }));
  expect(onDone).toHaveBeenCalledOnce();
});

function Picker({ owner, onChange }: { owner: Role; onChange: (choice: ScopeChoice) => void }) {
  const [choice, setChoice] = useState(nothingChosen);
  const change = (next: ScopeChoice) => {
    setChoice(next);
    onChange(next);
  };
  return <ScopePicker role={owner} value={choice} onChange={change} />;
}

test('what a level lets a token do is said in words as it is chosen', async () => {
  const onChange = vi.fn();
  renderApp(<Picker owner="user" onChange={onChange} />);
  const slices = screen.getByRole('radiogroup', { name: 'Slices' });
  await userEvent.click(within(slices).getByRole('radio', { name: 'Operate' }));
  expect(onChange).toHaveBeenLastCalledWith({ ...nothingChosen, slices: 'operate' });
  expect(screen.getByText('See slices; start, stop and reboot them, and use the consoles.')).toBeDefined();
  expect(screen.queryByRole('radiogroup', { name: 'Administration' })).toBeNull();
});

const session: SessionInfo = {
  id: 1,
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  ip: '192.0.2.1',
  current: true,
  createdAt: '2026-03-01T10:00:00.000Z',
  lastUsedAt: '2026-03-01T11:00:00.000Z',
  idleExpiresAt: '2026-03-02T11:00:00.000Z',
  expiresAt: '2026-03-31T10:00:00.000Z',
};

test('the session that looks is marked and is not signed out from here, the others are', async () => {
  const onRevoke = vi.fn();
  const other = { ...session, id: 2, userAgent: null, current: false };
  renderApp(<SessionsTable sessions={[session, other]} onRevoke={onRevoke} />);
  const [, mine, theirs] = screen.getAllByRole('row');
  if (mine === undefined || theirs === undefined) throw new Error('rows are missing');
  expect(within(mine).getByText('This one')).toBeDefined();
  expect(within(theirs).queryByText('This one')).toBeNull();

  await userEvent.click(within(mine).getByRole('button', { name: 'Actions for Chrome 141 on Linux' }));
  const refused = await screen.findByRole('menuitem', { name: /Sign out/ });
  expect(refused.getAttribute('aria-disabled')).toBe('true');
  await userEvent.click(refused);
  expect(onRevoke).not.toHaveBeenCalled();
  await userEvent.keyboard('{Escape}');

  await userEvent.click(within(theirs).getByRole('button', { name: 'Actions for Unknown device' }));
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Sign out' }));
  expect(onRevoke).toHaveBeenCalledExactlyOnceWith(other);
});
