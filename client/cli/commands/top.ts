import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { linkName } from '#shared/capture/links';
import { topTalkers, TrafficTotals, type Talker } from '#shared/capture/talkers';
import type { RouterOutputs, Slice, TramaClient } from '../../sdk/index';
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

/** Links and VMs that are listed: more than fit on a screen, and each second. */
const mostTalkers = 50;

const talkerColumns = (title: string, nameOf: (id: number) => string): Column<Talker>[] => [
  { title, value: ({ id }) => nameOf(id), flexible: true },
  { title: 'RATE', value: ({ bitsPerSecond }) => figureText('traffic', bitsPerSecond / 8, 'en'), right: true },
  { title: 'FRAMES/S', value: ({ framesPerSecond }) => framesPerSecond.toFixed(1), right: true },
  { title: 'FRAMES', value: ({ frames }) => frames, right: true },
  { title: 'BYTES', value: ({ bytes }) => bytes, right: true },
  { title: 'LOST', value: ({ drops }) => drops, right: true },
];

/** Which links and VMs talk most: once, or each second. What has passed is counted from the first reading on. */
async function topLinks(cli: Cli, client: TramaClient, slice: Slice, watch: boolean): Promise<void> {
  const { out } = cli;
  const totals = new TrafficTotals();
  const names = new Map(slice.edges.map((edge) => [edge.id, linkName(slice, edge)]));
  const vmNames = new Map(slice.vmList.map(({ id, name }) => [id, name]));
  let readings = 0;
  for await (const traffic of client.traffic({ sliceId: slice.id, signal: cli.signal })) {
    totals.take(traffic.links);
    readings += 1;
    // of one reading alone nobody knows a rate
    if (readings < 2) continue;
    const links = topTalkers(totals.links, mostTalkers);
    const vms = topTalkers(totals.vms(slice.edges, slice.vmList), mostTalkers);
    if (out.json && watch) out.line({ links, vms });
    else if (out.json) out.value({ links, vms });
    else {
      if (watch && out.stdout.isTTY === true) out.raw(clear);
      out.list(
        { items: links },
        talkerColumns('LINK', (id) => names.get(id) ?? String(id)),
        'Nothing passes: it has no link at which a VM runs.',
      );
      if (vms.length > 0) {
        out.raw('\n');
        out.list(
          { items: vms },
          talkerColumns('VM', (id) => vmNames.get(id) ?? String(id)),
          '',
        );
      }
    }
    if (!watch) return;
  }
}

interface TopFlags {
  watch?: boolean;
  links?: boolean;
}

async function top(cli: Cli, name: string, { watch = false, links = false }: TopFlags): Promise<void> {
  const client = await cli.client();
  const slice = await findSlice(client, name);
  if (links) return topLinks(cli, client, slice, watch);
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
    .option('--links', 'how much passes on its links, and on those of each VM: what talks most comes first')
    .action((name: string, options: TopFlags) => top(cli, name, options));
}
