import { InvalidArgumentError, Option, type Command } from 'commander';
import { roles } from '#shared/permissions';
import { leaseEnds, minutesOf, minutesText, scheduledKinds, weekdayNames, weekdaysOf } from '#shared/schedule/terms';
import type { RouterInputs, RouterOutputs, SliceSummary } from '../../sdk/index';
import type { Cli } from '../cli';
import { CliError, exitCodes } from '../errors';
import { findSlice, findZone } from '../find';
import type { Column } from '../output';

type LeaseOfSlice = RouterOutputs['leases']['get'];
type Schedule = RouterOutputs['schedules']['list']['items'][number];
type Limit = LeaseOfSlice['limit'];

/** A lease in a line; null for none. */
export function leaseText(lease: SliceSummary['lease']): string | null {
  if (lease === null) return null;
  if (lease.ended) return `ended ${lease.expiresAt}: ${lease.atEnd}`;
  return `${lease.warned ? 'ends soon, ' : 'until '}${lease.expiresAt}, then ${lease.atEnd}`;
}

/** Minutes of a time like `4h`, of an option. */
export function duration(text: string): number {
  const minutes = minutesOf(text);
  if (minutes === null || minutes < 1) throw new InvalidArgumentError('Like 90m, 4h, 2d, 1w or 1d12h.');
  return minutes;
}
const durationOrNone = (text: string) => (text === 'none' ? null : duration(text));

function moment(text: string): string {
  const at = new Date(text);
  // what is no day of the calendar would become another one
  const isDay =
    /^\d{4}-\d{2}-\d{2}/.test(text) && new Date(text.slice(0, 10)).toISOString().startsWith(text.slice(0, 10));
  if (Number.isNaN(at.getTime()) || !isDay) throw new InvalidArgumentError('Like 2026-12-24T18:00, by your clock.');
  return at.toISOString();
}

const limitText = ({ maxMinutes, atEnd, warnMinutes }: Limit) =>
  `${maxMinutes === null ? 'any length' : `at most ${minutesText(maxMinutes)}`}, then ${atEnd.join(' or ')}, warned ${minutesText(warnMinutes)} before`;

function showLease(cli: Cli, of: LeaseOfSlice): void {
  cli.out.record(of, [
    ['Lease', leaseText(of.lease) ?? 'none'],
    ['Allowed', limitText(of.limit)],
  ]);
}

export interface LeaseFlags {
  for?: number;
  until?: string;
  none?: boolean;
  atEnd?: RouterInputs['leases']['set']['atEnd'];
}

/** When a lease ends that is given by `--for` or by `--until`; undefined without either. */
function endOf(flags: Pick<LeaseFlags, 'for' | 'until'>): string | undefined {
  return flags.for === undefined ? flags.until : new Date(Date.now() + flags.for * 60_000).toISOString();
}

/** The lease of a slice that is made, as the options of {@link addLeaseOptions} say; undefined where they say nothing. */
export function newLeaseOf(flags: LeaseFlags): RouterInputs['slices']['create']['lease'] {
  if (flags.for !== undefined && flags.until !== undefined)
    throw new CliError('Say one of --for and --until.', exitCodes.usage);
  const expiresAt = endOf(flags);
  const { atEnd } = flags;
  if (expiresAt !== undefined) return { expiresAt, ...(atEnd !== undefined && { atEnd }) };
  if (atEnd !== undefined) throw new CliError('Say until when: --for or --until.', exitCodes.usage);
  return undefined;
}

async function lease(cli: Cli, name: string, flags: LeaseFlags): Promise<void> {
  const client = await cli.client();
  const { id, lease: now } = await findSlice(client, name);
  const { atEnd } = flags;
  const given = [flags.for, flags.until, flags.none].filter((flag) => flag !== undefined);
  if (given.length > 1) throw new CliError('Say one of --for, --until and --none.', exitCodes.usage);
  if (given.length === 0 && atEnd === undefined) return showLease(cli, await client.api.leases.get.query({ id }));
  const expiresAt = flags.none === true ? null : (endOf(flags) ?? now?.expiresAt);
  if (expiresAt === undefined) throw new CliError('Say until when: --for or --until.', exitCodes.usage);
  showLease(cli, await client.api.leases.set.mutate({ id, expiresAt, ...(atEnd !== undefined && { atEnd }) }));
}

const ruleText = ({ rule }: Schedule) =>
  rule.repeat === 'once'
    ? `${rule.date} ${rule.time} ${rule.timeZone}`
    : `${rule.weekdays.map((day) => weekdayNames[day - 1]).join(',')} ${rule.time} ${rule.timeZone}`;
const scheduleColumns: Column<Schedule>[] = [
  { title: 'ID', value: ({ id }) => id, right: true },
  { title: 'OPERATION', value: ({ kind }) => kind },
  { title: 'WHEN', value: ruleText, flexible: true },
  { title: 'NEXT', value: ({ nextAt }) => nextAt ?? 'over' },
];
const noSchedules = 'Nothing is done to it at times.';

interface ScheduleFlags {
  at: string;
  on?: string;
  every?: number[];
  timeZone: string;
}

async function schedule(
  cli: Cli,
  name: string,
  kind: RouterInputs['schedules']['add']['kind'],
  { at: time, on, every, timeZone }: ScheduleFlags,
): Promise<void> {
  if ((on === undefined) === (every === undefined))
    throw new CliError('Say on which day, --on, or on which days of each week, --every.', exitCodes.usage);
  const client = await cli.client();
  const { id } = await findSlice(client, name);
  const rule =
    on === undefined
      ? ({ repeat: 'weekly', weekdays: every ?? [], time, timeZone } as const)
      : ({ repeat: 'once', date: on, time, timeZone } as const);
  cli.out.list(await client.api.schedules.add.mutate({ sliceId: id, kind, rule }), scheduleColumns, noSchedules);
}

function days(text: string): number[] {
  const numbers = weekdaysOf(text);
  if (numbers === null) throw new InvalidArgumentError('Like mon-fri, or sat,sun.');
  return numbers;
}

interface LimitFlags {
  zone?: string;
  role?: (typeof roles)[number];
  max?: number | null;
  warn?: number;
  atEnd?: Limit['atEnd'];
}

async function limits(cli: Cli, flags: LimitFlags): Promise<void> {
  const client = await cli.client();
  const all = await client.api.leases.limits.query();
  const { zone, role, max, warn, atEnd } = flags;
  let shown = all;
  if (zone !== undefined || role !== undefined) {
    if (zone !== undefined && role !== undefined) throw new CliError('Say one of --zone and --role.', exitCodes.usage);
    const zoneId = zone === undefined ? 0 : (await findZone(client, zone)).id;
    const now = [
      ...all.zones.filter((one) => one.zone.id === zoneId),
      ...all.roles.filter((one) => one.role === role),
    ][0]?.limit;
    if (now === undefined) throw new CliError('There is no such zone or role.', exitCodes.notFound);
    const limit = {
      maxMinutes: max === undefined ? now.maxMinutes : max,
      warnMinutes: warn ?? now.warnMinutes,
      atEnd: atEnd ?? now.atEnd,
    };
    shown = await client.api.leases.setLimit.mutate({ of: role === undefined ? { zoneId } : { role }, limit });
  }
  if (cli.out.json) return cli.out.value(shown);
  const items = [
    ...shown.zones.map(({ zone: { name }, limit }) => ({ of: `zone ${name}`, limit })),
    ...shown.roles.map((one) => ({ of: `role ${one.role}`, limit: one.limit })),
  ];
  const columns: Column<(typeof items)[number]>[] = [
    { title: 'OF', value: ({ of }) => of },
    { title: 'LEASES', value: ({ limit }) => limitText(limit), flexible: true },
  ];
  cli.out.list({ items }, columns, 'There are no zones.');
}

/** Until when a lease lasts, and what is done then. */
export function addLeaseOptions(command: Command): Command {
  return command
    .option('--for <time>', 'how long it may run, from now: 90m, 4h, 2d, 1w', duration)
    .option('--until <moment>', 'until when, by your clock: 2026-12-24T18:00', moment)
    .addOption(new Option('--at-end <operation>', 'what is done then').choices(leaseEnds));
}

/** Leases and schedules of slices, among their commands, and the limits of leases. */
export function addLeaseCommands(program: Command, cli: Cli): void {
  const slices = program.commands.find((command) => command.name() === 'slices') ?? program.command('slices');
  const onOne = (name: string, description: string) =>
    slices.command(name).description(description).argument('<slice>', 'its id or name');
  addLeaseOptions(onOne('lease', 'until when a slice may run, and what is done then; without options, show it'))
    .option('--none', 'no end, where that is allowed')
    .action((name: string, flags: LeaseFlags) => lease(cli, name, flags));
  onOne('extend', 'let a slice run longer')
    .option('--for <time>', 'by so much, as 4h; without it anew, for as long as it was given', duration)
    .action(async (name: string, flags: { for?: number }) => {
      const client = await cli.client();
      const { id } = await findSlice(client, name);
      const minutes = flags.for === undefined ? {} : { minutes: flags.for };
      showLease(cli, await client.api.leases.extend.mutate({ id, ...minutes }));
    });
  onOne('schedule', 'have something done to a slice at a time')
    .addArgument(slices.createArgument('<operation>', 'what').choices(scheduledKinds))
    .requiredOption('--at <time>', 'time of day: 08:30')
    .option('--on <day>', 'once: 2026-12-24')
    .option('--every <days>', 'each week: mon-fri, or sat,sun', days)
    .option('--time-zone <name>', 'by whose clock', Intl.DateTimeFormat().resolvedOptions().timeZone)
    .action((name: string, kind: RouterInputs['schedules']['add']['kind'], flags: ScheduleFlags) =>
      schedule(cli, name, kind, flags),
    );
  onOne('schedules', 'what is done to a slice at times').action(async (name: string) => {
    const client = await cli.client();
    const { id } = await findSlice(client, name);
    cli.out.list(await client.api.schedules.list.query({ id }), scheduleColumns, noSchedules);
  });
  slices
    .command('unschedule')
    .description('take a schedule away; `slices schedules` has their ids')
    .argument('<id>', 'its id')
    .action(async (text: string) => {
      if (!/^\d{1,15}$/.test(text)) throw new CliError('The id of a schedule is a number.', exitCodes.usage);
      const left = await (await cli.client()).api.schedules.remove.mutate({ id: Number(text) });
      cli.out.list(left, scheduleColumns, noSchedules);
    });

  program
    .command('lease-limits')
    .description('for administrators: how long leases may be, by zone and role; with --zone or --role, change it')
    .option('--zone <zone>', 'its id or name')
    .addOption(new Option('--role <role>').choices(roles))
    .option('--max <time>', 'longest, as 8h; none for no limit', durationOrNone)
    .option('--warn <time>', 'how long before its end it is warned of', duration)
    .addOption(new Option('--at-end <operations...>', 'what may be done at its end').choices(leaseEnds))
    .action((flags: LimitFlags) => limits(cli, flags));
}
