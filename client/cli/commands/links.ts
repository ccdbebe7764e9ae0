import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { InvalidArgumentError, type Command } from 'commander';
import { linkName } from '#shared/capture/links';
import { limits } from '#shared/limits';
import { runLimits } from '#shared/links/limits';
import type { RouterInputs, RouterOutputs, Slice } from '../../sdk/index';
import type { Cli } from '../cli';
import { CliError, exitCodes } from '../errors';
import { findLinks, findSlice } from '../find';
import { readSteps, wordsOf } from '../link-steps';
import type { Column } from '../output';

type RunOfSlice = RouterOutputs['links']['get'];
type Run = NonNullable<RunOfSlice['run']>;

const units: Record<string, number> = { s: 1, m: 60, h: 3_600 };
/** Seconds of a time like `90`, `90s`, `10m` or `1h`, of an option. */
function secondsOf(text: string): number {
  const [, number, unit = 's'] = /^(\d{1,6})([smh])?$/.exec(text) ?? [];
  const seconds = Number(number) * (units[unit] ?? 1);
  if (number === undefined || seconds < 1 || seconds > runLimits.seconds)
    throw new InvalidArgumentError('Like 90s, 10m or 1h; a day at most.');
  return seconds;
}

function wholeUpTo(most: number, least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d{1,10}$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return value;
  };
}

/** What is said of a run above its steps. */
function headline({ kind, status, elapsedMs, durationSeconds, chaos, steps, outcomes }: Run): string {
  const what = kind === 'chaos' ? `chaos (seed ${chaos?.seed ?? '?'})` : 'link changes';
  if (status === 'ended') return `${what}: over`;
  if (status === 'ending') return `${what}: everything is put back`;
  const seconds = elapsedMs / 1_000;
  const next = steps[outcomes.length];
  const left = (at: number) => `in ${Math.max(0, Math.ceil(at - seconds))} s`;
  const coming = next === undefined ? 'no step is left' : `next step ${left(next.at)}`;
  return `${what}: ${coming}, over ${left(durationSeconds)}`;
}

function show(cli: Cli, slice: Slice, { run }: RunOfSlice): void {
  if (run === null) return cli.out.record({ run }, [['Link changes', 'none']]);
  const names = new Map(slice.edges.map((edge) => [edge.key, linkName(slice, edge)]));
  const items = run.steps.map((step, index) => ({ ...step, ended: run.outcomes[index] }));
  const columns: Column<(typeof items)[number]>[] = [
    { title: 'AT', value: ({ at }) => `${at} s`, right: true },
    { title: 'LINK', value: ({ edge }) => names.get(edge) ?? edge, flexible: true },
    { title: 'WHAT', value: ({ deed, link }) => (link === undefined ? deed : `${deed} ${JSON.stringify(link)}`) },
    {
      title: 'STATE',
      value: ({ ended }) => (ended === undefined ? 'to come' : (ended.error ?? ended.outcome)),
    },
  ];
  if (cli.out.json) return cli.out.value({ run });
  cli.out.message(headline(run));
  cli.out.list({ items }, columns, 'There are no steps.');
}

/** The key of the one link that is called so. */
function linkKey(slice: Slice, text: string): string {
  const [found, ...others] = findLinks(slice, text);
  if (found === undefined || others.length > 0)
    throw new CliError(`${text} is more than one link: name both ends, as ${text}:OTHER.`, exitCodes.usage);
  return found.key;
}

interface ScheduleFlags {
  at?: string[];
  for?: number;
  /** Commander's word for `--no-restore`. */
  restore: boolean;
}

async function schedule(cli: Cli, name: string, file: string | undefined, flags: ScheduleFlags): Promise<void> {
  if ((file === undefined) === (flags.at === undefined))
    throw new CliError('Give the steps, as a file or by --at.', exitCodes.usage);
  const text = file === undefined ? null : file === '-' ? await cli.prompt.readAll() : await readFile(file, 'utf8');
  const written = readSteps(text === null ? (flags.at ?? []) : wordsOf(text));
  const client = await cli.client();
  const slice = await findSlice(client, name);
  const steps = written.map(({ at, deed, link, quality }) => {
    const step: RouterInputs['links']['schedule']['steps'][number] = { at, edge: linkKey(slice, link), deed };
    return deed === 'bend' ? { ...step, link: quality } : step;
  });
  const { restore } = flags;
  const input = { id: slice.id, steps, restore, ...(flags.for !== undefined && { durationSeconds: flags.for }) };
  show(cli, slice, await client.api.links.schedule.mutate(input));
}

interface ChaosFlags {
  links?: string[];
  atOnce: number;
  fail: number;
  repair: number;
  for: number;
  seed?: number;
}

async function chaos(cli: Cli, name: string, flags: ChaosFlags): Promise<void> {
  const client = await cli.client();
  const slice = await findSlice(client, name);
  const edges = flags.links?.flatMap((text) => findLinks(slice, text).map(({ key }) => key));
  const run = await client.api.links.chaos.mutate({
    id: slice.id,
    ...(edges !== undefined && { edges: [...new Set(edges)] }),
    ...{ atOnce: flags.atOnce, failureSeconds: flags.fail, repairSeconds: flags.repair, durationSeconds: flags.for },
    seed: flags.seed ?? randomInt(runLimits.seed),
  });
  show(cli, slice, run);
}

/** `links`: changes of a slice's links by a plan, or by chance. */
export function addLinksCommands(program: Command, cli: Cli): void {
  const links = program.command('links').description('change links of a slice by a plan, or let them fail by chance');
  const onOne = (name: string, description: string) =>
    links.command(name).description(description).argument('<slice>', 'its id or name');
  onOne('show', 'the changes that go on, or the last ones').action(async (name: string) => {
    const client = await cli.client();
    const slice = await findSlice(client, name);
    show(cli, slice, await client.api.links.get.query({ id: slice.id }));
  });
  onOne('schedule', 'change links at times from now')
    .argument('[file]', 'the steps, one in each line as of --at; - is standard input')
    .option(
      '--at <step...>',
      'SECONDS DEED LINK: 30 down r1:r2, 60 bend r1:r2 delayMs=100, 90 up r1:r2; again for more',
    )
    .option('--for <time>', 'how long it lasts: 90s, 10m; else a minute longer than its last step', secondsOf)
    .option('--no-restore', 'leave the links as they are then, instead of putting back what was changed')
    .action((name: string, file: string | undefined, flags: ScheduleFlags) => schedule(cli, name, file, flags));
  onOne('chaos', 'let links fail by chance, and be repaired')
    .option('--links <link...>', 'which may fail: ids, ends as r1:r2, or a VM for all of its links; else all')
    .option('--at-once <number>', 'links that are down at once at most', wholeUpTo(limits.edgesPerTopology, 1), 1)
    .option('--fail <time>', 'mean time between two failures', secondsOf, 60)
    .option('--repair <time>', 'mean time until one is repaired', secondsOf, 20)
    .option('--for <time>', 'how long it lasts', secondsOf, 600)
    .option('--seed <number>', 'fails the same links at the same times', wholeUpTo(runLimits.seed, 0))
    .action((name: string, flags: ChaosFlags) => chaos(cli, name, flags));
  onOne('stop', 'end the changes now, and put back what they changed')
    .option('--keep', 'leave the links as they are')
    .action(async (name: string, { keep }: { keep?: boolean }) => {
      const client = await cli.client();
      const slice = await findSlice(client, name);
      const input = { id: slice.id, ...(keep === true && { restore: false }) };
      show(cli, slice, await client.api.links.stop.mutate(input));
    });
}
