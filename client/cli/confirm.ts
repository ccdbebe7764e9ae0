import type { Cli } from './cli';
import { CliError, exitCodes } from './errors';

/** Asks before what cannot be taken back. Where nobody can answer, only `--yes` is an answer. */
export async function confirm(cli: Cli, yes: boolean | undefined, question: string): Promise<void> {
  if (yes === true) return;
  if (!cli.prompt.interactive) throw new CliError(`${question} Say so with --yes.`, exitCodes.usage);
  const answer = await cli.prompt.ask(`${question} [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError('Nothing was done.');
}
