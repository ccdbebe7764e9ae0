import type { Command } from 'commander';
import type { Cli } from '../cli';
import { findSlice } from '../find';

async function internet(cli: Cli, name: string, { reset }: { reset?: boolean }): Promise<void> {
  const client = await cli.client();
  const { id } = await findSlice(client, name);
  const of =
    reset === true
      ? await client.api.quotas.resetInternet.mutate({ id })
      : await client.api.slices.internet.query({ id });
  const mib = (of.usedBytes / 2 ** 20).toFixed(1);
  cli.out.record(of, [
    ['Rate', of.kbps === null ? 'no limit' : `${of.kbps} kbit/s each way`],
    ['Used', of.mbPerMonth === null ? `${mib} MiB, no limit` : `${mib} of ${of.mbPerMonth} MiB`],
    ['Used up', of.usedUp ? 'yes' : 'no'],
    ['Begins anew', of.until],
  ]);
}

/** What a slice may have of the internet: `slices internet`. */
export function addInternetCommands(program: Command, cli: Cli): void {
  const slices = program.commands.find((command) => command.name() === 'slices') ?? program.command('slices');
  slices
    .command('internet')
    .description('what a slice may have of the internet, and has had in this month')
    .argument('<slice>', 'its id or name')
    .option('--reset', 'for administrators: the total of this month begins anew')
    .action((name: string, options: { reset?: boolean }) => internet(cli, name, options));
}
