import type { Command } from 'commander';
import type { LinePlace } from '#shared/line';
import type { Deployment, Slice, TramaClient } from '../../sdk/index';
import type { Cli } from '../cli';
import { CliError, exitCodes } from '../errors';
import { findSlice } from '../find';
import type { WaitFlags } from '../wait-options';

function placeText({ place, of, zone, since, kept }: LinePlace): string {
  const next = kept ? ' What becomes free is kept for it.' : '';
  return `place ${place} of ${of} in the line of zone ${zone.name}, since ${since}.${next}`;
}

/**
 * Deploys a slice where there is room; else it waits in line, and here for its turn, unless it was told not to. Answers the deployment;
 * null where it was told not to wait for one.
 */
export async function deployInLine(
  cli: Cli,
  client: TramaClient,
  slice: Slice,
  { idempotencyKey, flags }: { idempotencyKey: string; flags: WaitFlags & { onFailure?: Deployment['onFailure'] } },
): Promise<Deployment | null> {
  const { wait, timeout, onFailure } = flags;
  const joined = await client.api.line.join.mutate({
    sliceId: slice.id,
    idempotencyKey,
    ...(onFailure !== undefined && { onFailure }),
  });
  if (joined.deploymentId !== null) return client.api.deployments.get.query({ id: joined.deploymentId });
  if (wait === false && cli.out.json) cli.out.value(joined);
  else if (joined.place !== null) cli.out.message(`${slice.name} waits: ${placeText(joined.place)}`);
  if (wait === false) return null;
  const signal =
    timeout === undefined ? cli.signal : AbortSignal.any([cli.signal, AbortSignal.timeout(timeout * 1000)]);
  for await (const { data } of client.watch({ sliceId: slice.id, lastEventId: slice.lastEventId, signal })) {
    if (data.type !== 'slice.line') continue;
    if (data.what === 'dropped') throw new CliError(data.error ?? `${slice.name} cannot wait in line any more.`);
    if (data.what === 'left') throw new CliError(`${slice.name} does not wait in line any more.`);
    if (data.what !== 'admitted') continue;
    const { deployment } = await client.api.slices.get.query({ id: slice.id });
    if (deployment !== null) return client.api.deployments.get.query({ id: deployment.id });
  }
  throw new CliError(
    `Not waiting here any more; ${slice.name} keeps its place. See it with: trama slices line ${slice.id}`,
    cli.signal.aborted ? exitCodes.interrupted : undefined,
  );
}

async function line(cli: Cli, name: string, { leave = false }: { leave?: boolean }): Promise<void> {
  const client = await cli.client();
  const { id: sliceId, name: called } = await findSlice(client, name);
  const answer = leave ? await client.api.line.leave.mutate({ sliceId }) : await client.api.line.get.query({ sliceId });
  if (cli.out.json) return cli.out.value(answer);
  const { place } = answer;
  cli.out.message(place === null ? `${called} does not wait in line.` : `${called}: ${placeText(place)}`);
}

/** `slices line`: where a slice waits for room. */
export function addLineCommands(slices: Command, cli: Cli): void {
  slices
    .command('line')
    .description('where a slice waits in line for room in its zone')
    .argument('<slice>', 'its id or name')
    .option('--leave', 'do not wait any more')
    .action((name: string, flags: { leave?: boolean }) => line(cli, name, flags));
}
