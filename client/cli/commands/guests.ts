import type { Command } from 'commander';
import type { RouterOutputs } from '../../sdk/index';
import type { Cli } from '../cli';
import { CliError } from '../errors';
import { findSlice, findVm } from '../find';
import { inputs } from '../inputs';
import { optionFor } from '../schema-options';

type Guest = NonNullable<RouterOutputs['slices']['vmStatus']['guest']>;

const mebibytes = (value: number) => `${Math.round(value)} MiB`;

/** What a guest says of itself. Fails, and says why, where it says nothing. */
async function showStatus(cli: Cli, sliceName: string, vmName: string): Promise<void> {
  const client = await cli.client();
  const slice = await findSlice(client, sliceName);
  const vm = findVm(slice, vmName);
  const status = await client.api.slices.vmStatus.query({ sliceId: slice.id, vmId: vm.id });
  if (cli.out.json) return cli.out.value(status);
  if (status.guest === null) throw new CliError(`${vm.name}: unknown. ${status.reason ?? ''}`.trim());
  const { nics, uptimeSeconds, load, memory, disk }: Guest = status.guest;
  cli.out.record(status, [
    ['VM', vm.name],
    ['Up for', uptimeSeconds === null ? null : `${uptimeSeconds} s`],
    ['Load', load?.join(' ') ?? null],
    ['Memory', memory && `${mebibytes(memory.availableMb)} of ${mebibytes(memory.totalMb)} available`],
    ['Root disk', disk && `${mebibytes(disk.usedMb)} of ${mebibytes(disk.totalMb)} used`],
  ]);
  cli.out.raw('\n');
  cli.out.list(
    { items: nics ?? [] },
    [
      { title: 'INTERFACE', value: ({ name }) => name },
      { title: 'MAC', value: ({ mac }) => mac },
      { title: 'ADDRESSES', value: ({ addresses }) => addresses.join(', ') || null, flexible: true },
    ],
    nics === null ? 'It does not say which addresses it has.' : 'It has no interface.',
  );
}

/** Runs a command line in a guest, and ends as it did. */
async function exec(
  cli: Cli,
  [sliceName, vmName, words]: [string, string, string[]],
  flags: { seconds?: number },
): Promise<void> {
  const client = await cli.client();
  const slice = await findSlice(client, sliceName);
  const vm = findVm(slice, vmName);
  const asked = { sliceId: slice.id, vmId: vm.id, command: words.join(' '), ...flags };
  const run = await client.api.slices.exec.mutate(asked);
  if (cli.out.json) cli.out.value(run);
  // the server has left nothing in it that a terminal obeys
  else cli.out.raw(run.output);
  if (run.truncated) cli.out.message('It printed more, which is left out.');
  if (run.timedOut) throw new CliError(`It took too long, and was ended after ${run.durationMs} ms.`);
  if (run.exitCode !== 0) throw new CliError(`It ended with ${run.exitCode ?? '?'}.`, run.exitCode ?? undefined);
}

/** Of `slices`, what its guests say; and what they are told to do. */
export function addGuestCommands(program: Command, slices: Command, cli: Cli): void {
  program
    .command('exec')
    .description('run a command line in the guest of a VM; ends with its exit code')
    .argument('<slice>', 'its id or name')
    .argument('<vm>', 'its name')
    .argument('<command...>', 'the command line, behind -- where it has options')
    .addOption(optionFor('seconds', inputs.execInVm.seconds))
    .action((slice: string, vm: string, words: string[], flags: { seconds?: number }) =>
      exec(cli, [slice, vm, words], flags),
    );
  slices
    .command('status')
    .description('what the guest of a VM says of itself: uptime, load, memory, disk and addresses')
    .argument('<slice>', 'its id or name')
    .argument('<vm>', 'its name')
    .action((slice: string, vm: string) => showStatus(cli, slice, vm));
}
