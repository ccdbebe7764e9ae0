import { AppError } from '#shared/errors';

/** Stands where a procedure's domain function will be. */
export function notYet(): never {
  throw new AppError('INTERNAL', 'Not built yet.');
}
