import { onlineManager } from '@tanstack/react-query';
import { Notifications } from '@mantine/notifications';
import { act, renderHook, screen, waitFor } from '@testing-library/react';
import { TRPCClientError } from '@trpc/client';
import { afterEach, expect, test } from 'vitest';
import type { PublicError } from '#shared/errors';
import { say } from '#shared/sentence';
import { chooseLanguage } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { sampleDeployment } from '../testing/samples';
import { useSliceCommands } from './use-slice-commands';

afterEach(() => onlineManager.setOnline(true));
afterEach(() => chooseLanguage('en'));

test('every button spun while one wish was on its way', async () => {
  const answers: (() => void)[] = [];
  const wrapper = apiWrapper(
    () => new Promise((resolve) => answers.push(() => resolve(sampleDeployment({ kind: 'stop' })))),
  );
  const { result } = renderHook(() => useSliceCommands(7), { wrapper });
  act(() => result.current.start('stop', 12));
  await waitFor(() => expect(result.current.isPending('stop', 12)).toBe(true));
  expect(result.current.isPending('stop')).toBe(false);
  expect(result.current.isPending('stop', 13)).toBe(false);
  expect(result.current.isPending('start', 12)).toBe(false);
  // a second wish does not end the spinning of the first
  act(() => result.current.start('reboot', 13));
  await waitFor(() => expect(answers.length).toBe(2));
  expect(result.current.isPending('stop', 12)).toBe(true);
  act(() => answers[0]?.());
  await waitFor(() => expect(result.current.isPending('stop', 12)).toBe(false));
  expect(result.current.isPending('reboot', 13)).toBe(true);
});

test('a wish that was pressed while offline was sent by itself later', async () => {
  const asked: string[] = [];
  const wrapper = apiWrapper((path) => {
    asked.push(path);
    return Promise.reject(new TypeError('Failed to fetch'));
  });
  const { result } = renderHook(() => useSliceCommands(7), { wrapper });
  onlineManager.setOnline(false);
  act(() => result.current.start('destroy'));
  // it fails where it was pressed
  await waitFor(() => expect(asked).toEqual(['deployments.start']));
  await waitFor(() => expect(result.current.isPending('destroy')).toBe(false));
  onlineManager.setOnline(true);
  // whatever is sent now is sent after what would have been waiting
  act(() => result.current.cancel(5));
  await waitFor(() => expect(asked).toContain('deployments.cancel'));
  expect(asked).toEqual(['deployments.start', 'deployments.cancel']);
});

test('a suspension without room on the disk says what it needs, in the reader’s language', async () => {
  await chooseLanguage('es');
  const said = say('KEEP_NO_ROOM', { needs: 300, free: 100 });
  const problem = { code: 'KEEP_NO_ROOM', message: said.message, sentences: [...said.sentences] };
  const app: PublicError = { code: 'PLAN_NOT_RUNNABLE', message: said.message, problems: [problem] };
  const Wrapper = apiWrapper(() =>
    Promise.reject(TRPCClientError.from({ error: { code: -32_600, message: app.message, data: { app } } })),
  );
  const { result } = renderHook(() => useSliceCommands(7), {
    wrapper: ({ children }) => (
      <Wrapper>
        <Notifications />
        {children}
      </Wrapper>
    ),
  });
  act(() => result.current.start('suspend'));
  await screen.findByText(/hacen falta 300 MiB y quedan 100 MiB libres/);
  await waitFor(() => expect(result.current.isPending('suspend')).toBe(false));
});
