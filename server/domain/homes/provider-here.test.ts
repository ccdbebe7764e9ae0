import { expect, test } from 'vitest';
import { say } from '#shared/sentence';
import { ProviderError } from '#server/lib/provider-error';
import { sayUnavailable } from './provider-here';

/** What is thrown for what a provider rejected with. */
function thrownFor(error: unknown): unknown {
  try {
    return sayUnavailable('captures', error);
  } catch (thrown) {
    return thrown;
  }
}

test('what a provider refuses is told and no failure of the server, unless something went wrong beneath', () => {
  const refused = new ProviderError('NOT_RUNNING', say('CAPTURE_NOT_RUNNING'), false);
  expect(thrownFor(refused)).toMatchObject({ code: 'CAPTURE_UNAVAILABLE', message: refused.message, cause: undefined });
  const broken = new ProviderError('INTERNAL', say('CAPTURE_NOT_RUNNING'), false, new Error('EPIPE'));
  expect(thrownFor(broken)).toMatchObject({ code: 'CAPTURE_UNAVAILABLE', cause: broken });
  const ours = new TypeError('not a function');
  expect(thrownFor(ours)).toBe(ours);
});
