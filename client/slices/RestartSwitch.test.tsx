import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test } from 'vitest';
import { chooseLanguage } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { sampleSlice } from '../testing/samples';
import { RestartSwitch } from './RestartSwitch';

beforeEach(() => chooseLanguage('en'));
const theSwitch = () => screen.findByRole<HTMLInputElement>('switch', { name: /after a restart of the machine/ });

test('it is turned on, and off again where the server refuses', async () => {
  const asked: unknown[] = [];
  let refuse = () => {};
  const answer = (path: string, input: unknown) => {
    asked.push([path, input]);
    return new Promise((_resolve, reject) => {
      refuse = () => reject(new Error('refused'));
    });
  };
  render(<RestartSwitch slice={sampleSlice()} reason={null} />, { wrapper: apiWrapper(answer) });
  const restart = await theSwitch();
  await userEvent.click(restart);
  expect(restart).toMatchObject({ checked: true, disabled: true });
  expect(asked).toEqual([['slices.setRestart', { id: 7, restartAfterReboot: true }]]);
  refuse();
  await waitFor(() => expect(restart).toMatchObject({ checked: false, disabled: false }));
});

test('who may not change it reads why', async () => {
  render(<RestartSwitch slice={sampleSlice({ restartAfterReboot: true })} reason="Only its owner can." />, {
    wrapper: apiWrapper(() => Promise.reject(new Error('not asked'))),
  });
  expect(await theSwitch()).toMatchObject({ checked: true, disabled: true });
  await screen.findByText('Only its owner can.');
});

test('a slice that is destroyed has none', () => {
  render(<RestartSwitch slice={sampleSlice({ status: 'destroyed' })} reason={null} />, {
    wrapper: apiWrapper(() => Promise.reject(new Error('not asked'))),
  });
  expect(screen.queryByRole('switch')).toBeNull();
});
