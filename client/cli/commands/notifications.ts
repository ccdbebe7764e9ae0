import type { Command } from 'commander';
import type { RouterInputs, RouterOutputs } from '../../sdk/index';
import type { Cli } from '../cli';
import { inputs } from '../inputs';
import { allOr } from '../list';
import type { Column } from '../output';
import { addOptions } from '../schema-options';

type Notification = RouterOutputs['notifications']['list']['items'][number];

const columns: Column<Notification>[] = [
  { title: 'WHEN', value: ({ at }) => at },
  { title: 'NEW', value: ({ readAt }) => (readAt === null ? '*' : null) },
  { title: 'WHAT', value: ({ message }) => message, flexible: true },
];

type Flags = RouterInputs['notifications']['list'] & { all?: boolean; read?: boolean };

/** What one was told of. */
export function addNotificationsCommand(program: Command, cli: Cli): void {
  addOptions(
    program.command('notifications').description('what ended, failed or was shared with you; newest first'),
    inputs.listNotifications,
  )
    .option('--all', 'every page')
    .option('--read', 'mark what is shown, and what came before it, as read')
    .action(async ({ all, read, ...input }: Flags) => {
      const client = await cli.client();
      const { list, markRead } = client.api.notifications;
      const page = await allOr(client, list, input, all);
      cli.out.list(page, columns, input.unread === true ? 'Nothing is unread.' : 'You were told of nothing.');
      const newest = page.items[0];
      if (read === true && newest !== undefined) await markRead.mutate({ upTo: newest.id });
    });
}
