import { getUntypedClient } from '@trpc/client';
import type { Command } from 'commander';
import { TramaError } from '../../sdk/index';
import type { Cli } from '../cli';
import { CliError, exitCodes } from '../errors';

/** JSON of the argument, or of standard input for `-`; undefined for nothing. */
async function inputOf(cli: Cli, text: string | undefined): Promise<unknown> {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text === '-' ? await cli.prompt.readAll() : text) as unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CliError(`The input is not JSON: ${error.message}`, exitCodes.usage);
  }
}

/**
 * Which kind a procedure is, the server says: it refuses a mutation that is asked for as a query, without running it, and
 * answers a subscription with a stream.
 */
async function call(cli: Cli, procedure: string, text: string | undefined): Promise<void> {
  if (!/^[A-Za-z]+\.[A-Za-z]+$/.test(procedure))
    throw new CliError('A procedure is called like slices.list; docs/api.md has them all.', exitCodes.usage);
  const input = await inputOf(cli, text);
  const client = await cli.client();
  const untyped = getUntypedClient(client.api);
  try {
    cli.out.value(await untyped.query(procedure, input));
  } catch (error) {
    if (!(error instanceof TramaError)) throw error;
    if (error.status === 405) return cli.out.value(await untyped.mutation(procedure, input));
    if (error.code !== 'NETWORK' || error.status !== 200) throw error;
    await new Promise<void>((resolve, reject) => {
      untyped.subscription(procedure, input, {
        onData: (item) => cli.out.line(item),
        onError: reject,
        onComplete: resolve,
      });
    });
  }
}

export function addCallCommand(program: Command, cli: Cli): void {
  program
    .command('call')
    .description('any procedure of the API; the answer is JSON')
    .argument('<procedure>', 'e.g. slices.list')
    .argument('[json]', 'its input; - for standard input')
    .action((procedure: string, text: string | undefined) => call(cli, procedure, text));
}
