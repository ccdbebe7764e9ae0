import { TramaError, type TramaErrorCode } from '../sdk/index';

/** What the process ends with; in the README and in `trama --help`. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  forbidden: 3,
  notFound: 4,
  network: 5,
  interrupted: 130,
} as const;

const byCode: Partial<Record<TramaErrorCode, number>> = {
  INVALID_INPUT: exitCodes.usage,
  UNAUTHENTICATED: exitCodes.forbidden,
  INVALID_CREDENTIALS: exitCodes.forbidden,
  SECOND_FACTOR_NEEDED: exitCodes.forbidden,
  SECOND_FACTOR_WRONG: exitCodes.forbidden,
  FORBIDDEN: exitCodes.forbidden,
  NOT_FOUND: exitCodes.notFound,
  NETWORK: exitCodes.network,
};

/** A sentence for the user, what is said below it, and the exit code, for what goes wrong on this side. */
export class CliError extends Error {
  override readonly name = 'CliError';
  constructor(
    message: string,
    readonly exitCode: number = exitCodes.failed,
    readonly further: readonly string[] = [],
  ) {
    super(message);
  }
}

/** A program that was run on this terminal ended with this code, and has said itself why. */
export class ProgramEnded extends Error {
  override readonly name = 'ProgramEnded';
  constructor(readonly exitCode: number) {
    super(`A program ended with ${exitCode}.`);
  }
}

/** The sentence, the further lines and the exit code for whatever was thrown. */
export function explain(error: unknown): { lines: string[]; exitCode: number } {
  if (error instanceof CliError) return { lines: [error.message, ...error.further], exitCode: error.exitCode };
  if (error instanceof ProgramEnded) return { lines: [], exitCode: error.exitCode };
  if (!(error instanceof TramaError))
    return { lines: [error instanceof Error ? error.message : String(error)], exitCode: exitCodes.failed };
  const field = error.field === undefined || error.field === '' ? '' : `${error.field}: `;
  const hint = error.code === 'UNAUTHENTICATED' ? ' Sign in with: trama login' : '';
  const problems = error.problems
    .filter(({ message }) => message !== error.message)
    .map(({ message }) => `  - ${message}`);
  return { lines: [`${field}${error.message}${hint}`, ...problems], exitCode: byCode[error.code] ?? exitCodes.failed };
}
