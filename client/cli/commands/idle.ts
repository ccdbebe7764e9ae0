import { Option, type Command } from 'commander';
import type { IdleAction, IdleRule } from '#shared/idle';
import { roles } from '#shared/permissions';
import { minutesText } from '#shared/schedule/terms';
import type { RouterInputs } from '../../sdk/index';
import type { Cli } from '../cli';
import { CliError, exitCodes } from '../errors';
import { findSlice, findZone } from '../find';
import { duration } from './leases';

interface IdleFlags {
  after?: number;
  do?: IdleAction;
  none?: boolean;
}

const ruleText = (rule: IdleRule | null) =>
  rule === null ? null : `after ${minutesText(rule.minutes)}: ${rule.action}`;

/** The rule that the options say; null for none any more, undefined where they say nothing. */
function ruleOf({ after, do: action, none }: IdleFlags): IdleRule | null | undefined {
  if (none === true && after === undefined && action === undefined) return null;
  if (none !== true && after === undefined && action === undefined) return undefined;
  if (none === true || after === undefined || action === undefined)
    throw new CliError('Say --after and --do, or --none.', exitCodes.usage);
  return { minutes: after, action };
}

async function idle(cli: Cli, name: string, flags: IdleFlags): Promise<void> {
  const rule = ruleOf(flags);
  const client = await cli.client();
  const { id } = await findSlice(client, name);
  const of =
    rule === undefined ? await client.api.idle.get.query({ id }) : await client.api.idle.set.mutate({ id, rule });
  cli.out.record(of, [
    ['Its own', ruleText(of.own) ?? 'nothing'],
    ['Of its zone', ruleText(of.zone)],
    ['Of its owner’s role', ruleText(of.role)],
    ['Nothing happens since', of.since],
  ]);
}

async function idleRules(
  cli: Cli,
  flags: IdleFlags & { zone?: string; role?: Extract<RouterInputs['idle']['setRule']['of'], { role: string }>['role'] },
): Promise<void> {
  const rule = ruleOf(flags);
  const { zone, role } = flags;
  const client = await cli.client();
  if (rule !== undefined && (zone === undefined) === (role === undefined))
    throw new CliError('Say whose: --zone or --role.', exitCodes.usage);
  const of = role !== undefined ? { role } : { zoneId: zone === undefined ? 0 : (await findZone(client, zone)).id };
  const all =
    rule === undefined ? await client.api.idle.rules.query() : await client.api.idle.setRule.mutate({ of, rule });
  const items = [
    ...all.zones.map((one) => ({ of: `zone ${one.zone.name}`, rule: one.rule })),
    ...all.roles.map((one) => ({ of: `role ${one.role}`, rule: one.rule })),
  ];
  cli.out.list(
    { items },
    [
      { title: 'OF', value: (one) => one.of, flexible: true },
      { title: 'RULE', value: (one) => ruleText(one.rule) },
    ],
    'Nothing is done about slices in which nothing happens.',
  );
}

/** What is done when nothing happens in a slice: `slices idle`, and for administrators `idle-rules`. */
export function addIdleCommands(program: Command, cli: Cli): void {
  const slices = program.commands.find((command) => command.name() === 'slices') ?? program.command('slices');
  const withRule = (command: Command) =>
    command
      .option('--after <time>', 'how long nothing happens: 30m, 2h', duration)
      .addOption(new Option('--do <what>', 'what is done then').choices(['suggest', 'suspend', 'stop']))
      .option('--none', 'nothing any more');
  withRule(
    slices
      .command('idle')
      .description('what is done when nothing happens in a slice; without options, show it')
      .argument('<slice>', 'its id or name'),
  ).action((name: string, flags: IdleFlags) => idle(cli, name, flags));
  withRule(
    program
      .command('idle-rules')
      .description('for administrators: the same by zone and role; with --zone or --role, change it')
      .option('--zone <zone>', 'its id or name')
      .addOption(new Option('--role <role>').choices(roles)),
  ).action((flags: Parameters<typeof idleRules>[1]) => idleRules(cli, flags));
}
