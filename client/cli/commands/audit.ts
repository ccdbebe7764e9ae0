import type { Command } from 'commander';
import { auditWords } from '#shared/audit-words';
import type { RouterInputs, RouterOutputs } from '../../sdk/index';
import type { Cli } from '../cli';
import { inputs } from '../inputs';
import { allOr } from '../list';
import type { Column } from '../output';
import { addOptions } from '../schema-options';

type Entry = RouterOutputs['audit']['mine']['items'][number];

const columns: Column<Entry>[] = [
  { title: 'WHEN', value: ({ at }) => at },
  { title: 'WHAT', value: (entry) => auditWords(entry).what, flexible: true },
  { title: 'ON', value: (entry) => auditWords(entry).on, flexible: true },
  { title: 'RESULT', value: (entry) => auditWords(entry).outcome },
  { title: 'MORE', value: (entry) => auditWords(entry).note, flexible: true },
];
const who: Column<Entry> = { title: 'WHO', value: (entry) => auditWords(entry).who, flexible: true };

type Flags = RouterInputs['audit']['mine'] & { all?: boolean; everyone?: boolean };

/** The audit log, in the words that its page has. */
export function addAuditCommand(program: Command, cli: Cli): void {
  addOptions(
    program.command('audit').description('what was done, by whom, and how it went; newest first'),
    inputs.listAudit,
  )
    .option('--everyone', 'everybody’s deeds, for administrators, instead of your own')
    .option('--all', 'every page')
    .action(async ({ all, everyone, ...input }: Flags) => {
      const client = await cli.client();
      const { list, mine } = client.api.audit;
      if (everyone === true) {
        const [when, ...rest] = columns;
        const shown = when === undefined ? [] : [when, who, ...rest];
        return cli.out.list(await allOr(client, list, input, all), shown, 'Nothing was done.');
      }
      cli.out.list(await allOr(client, mine, input, all), columns, 'Nothing was done.');
    });
}
