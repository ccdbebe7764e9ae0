import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { RouterOutputs, Slice } from '../../sdk/index';
import { figureText } from '../../figures/figure-text';
import type { Cli } from '../cli';
import { findSlice } from '../find';
import type { Column } from '../output';

type Figures = RouterOutputs['slices']['figures'];
type VmFigures = Figures['vms'][number];

/** New figures come so often. */
const everyMs = 15_000;
/** To the terminal's upper left corner, and everything below it away. */
const clear = '\u001b[H\u001b[J';

const columnsOf = (slice: Slice): Column<VmFigures>[] => {
  const figure = (title: string, kind: 'cpu' | 'memory' | 'disk' | 'traffic', which: 'now' | 'peak' = 'now') => ({
    title,
    value: (vm: VmFigures) => {
      const value = vm[kind][which];
      return value === null ? null : figureText(kind, value, 'en');
    },
    right: true,
  });
  return [
    { title: 'VM', value: ({ vmId }) => slice.vmList.find(({ id }) => id === vmId)?.name ?? vmId, flexible: true },
    figure('CPU', 'cpu'),
    figure('PEAK', 'cpu', 'peak'),
    figure('MEMORY', 'memory'),
    figure('DISK', 'disk'),
    figure('TRAFFIC', 'traffic'),
  ];
};

function show({ out }: Cli, slice: Slice, { vms, ...of }: Figures): void {
  if (out.json) return out.value({ ...of, vms });
  out.list({ items: vms }, columnsOf(slice), 'Nothing of its VMs was measured in the last hour.');
}

async function top(cli: Cli, name: string, { watch = false }: { watch?: boolean }): Promise<void> {
  const client = await cli.client();
  const slice = await findSlice(client, name);
  const ask = () => client.api.slices.figures.query({ id: slice.id, points: 12 });
  show(cli, slice, await ask());
  while (watch && !cli.signal.aborted) {
    await sleep(everyMs, undefined, { signal: cli.signal }).catch(() => undefined);
    if (cli.signal.aborted) return;
    const figures = await ask();
    if (!cli.out.json && cli.out.stdout.isTTY === true) cli.out.raw(clear);
    show(cli, slice, figures);
  }
}

/** `slices top`: what the VMs of a slice use of their host. */
export function addTopCommand(slices: Command, cli: Cli): void {
  slices
    .command('top')
    .description('what the VMs of a slice use of their host now: processor, memory, disk and traffic')
    .argument('<slice>', 'its id or name')
    .option('--watch', 'again and again, until Ctrl-C')
    .action((name: string, options: { watch?: boolean }) => top(cli, name, options));
}
