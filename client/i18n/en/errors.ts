import type { ErrorCode } from '#shared/errors';

/** What signing in and the home page may be answered, and every page: all else is in `refusals`. */
export const errors = {
  title: 'That did not work',
  network: 'The server cannot be reached. Check the connection and try again.',
  unexpected: 'Something went wrong on this page. Reload it and try again.',
  needed: 'This is needed.',
  codeNeeded: 'A code is needed.',
  passwordNeeded: 'A password is needed.',
  waitSeconds_one: 'Too many attempts. Wait {{count}} second and try again.',
  waitSeconds_other: 'Too many attempts. Wait {{count}} seconds and try again.',
  waitMinutes_one: 'Too many attempts. Wait {{count}} minute and try again.',
  waitMinutes_other: 'Too many attempts. Wait {{count}} minutes and try again.',
  code: {
    UNAUTHENTICATED: 'Your session has ended. Sign in again.',
    FORBIDDEN: 'Your role does not allow this.',
    INVALID_CREDENTIALS: 'The e-mail address or the password is wrong.',
    SECOND_FACTOR_NEEDED: 'A code of your authenticator is needed besides the password.',
    SECOND_FACTOR_WRONG: 'This code is wrong or was used already.',
    RATE_LIMITED: 'Too many attempts. Wait a little and try again.',
    DATABASE_UNAVAILABLE: 'The database cannot be reached just now. Nothing is lost; try again in a moment.',
    DATABASE_BUSY: 'Others were changing the same thing at this moment. Nothing was changed; try again.',
    DATABASE_FULL:
      'The disk of the server’s database is full. Nothing that was saved is lost; an administrator has to make room.',
    INTERNAL: 'Something went wrong on the server. It has been logged.',
  } satisfies Partial<Record<ErrorCode, string>>,
} as const;
