import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Plan, RouterInputs, Slice, TramaClient } from '../../sdk/index';
import type { Cli } from '../cli';
import { CliError } from '../errors';
import { findSlice, findTemplate } from '../find';
import { inputs } from '../inputs';
import { argumentFor, optionFor } from '../schema-options';
import { addValueOption, openValues, valuesIn, type ValueFlags } from '../values';
import { addWaitOptions, type WaitFlags } from '../wait-options';

type Source = NonNullable<RouterInputs['deployments']['plan']['change']>;
export interface UpdateSource extends ValueFlags {
  template?: string;
  file?: string;
  undo?: string;
  joins?: boolean;
}
interface UpdateOptions extends UpdateSource, WaitFlags {
  plan?: boolean;
}
/** What `slices.ts` does for all operations. */
interface Doing {
  showPlan(cli: Cli, plan: Plan): void;
  operate(
    cli: Cli,
    client: TramaClient,
    slice: Slice,
    operation: { kind: 'update'; flags: WaitFlags; change?: Source; baseVersion?: number },
  ): Promise<void>;
}

async function sourceOf(cli: Cli, client: TramaClient, options: UpdateSource): Promise<Source | undefined> {
  const { template, file, undo, joins } = options;
  if ([template, file, undo, joins].filter((one) => one !== undefined).length > 1)
    throw new CliError('Only one of --template, --file, --undo and --joins can be given.');
  if (joins === true) return { from: 'joins' };
  if (options.set !== undefined && template === undefined) throw new CliError('--set goes with --template.');
  if (template !== undefined)
    return { from: 'template', templateId: (await findTemplate(client, template)).id, ...valuesIn(options) };
  if (file !== undefined)
    return { from: 'document', text: file === '-' ? await cli.prompt.readAll() : await readFile(file, 'utf8') };
  if (undo === undefined) return undefined;
  const deploymentId = Number(undo);
  if (!Number.isSafeInteger(deploymentId) || deploymentId <= 0) throw new CliError('--undo takes the id of an update.');
  return { from: 'before', deploymentId };
}

async function updateSlice(cli: Cli, name: string, options: UpdateOptions, doing: Doing): Promise<void> {
  const client = await cli.client();
  const slice = await findSlice(client, name);
  const change = await sourceOf(cli, client, options);
  const update = {
    kind: 'update' as const,
    // what was planned is what is done: somebody else's change in between is a conflict
    ...(change === undefined ? {} : { change, baseVersion: slice.topologyVersion }),
  };
  const looked =
    change?.from === 'template'
      ? { ...update, change: { ...change, ...(await openValues(client, change.templateId, change.values)) } }
      : update;
  const plan = await client.api.deployments.plan.query({ sliceId: slice.id, ...looked });
  if (options.plan === true || !plan.runnable) doing.showPlan(cli, plan);
  if (!plan.runnable) throw new CliError(`The update of ${slice.name} cannot be run now.`);
  if (options.plan === true) return;
  if (!cli.out.json) doing.showPlan(cli, plan);
  await doing.operate(cli, client, slice, { ...update, flags: options });
}

/** `trama slices update` and `save-as-template`. */
export function addUpdateCommands(slices: Command, cli: Cli, doing: Doing): void {
  addWaitOptions(
    addValueOption(slices.command('update'))
      .description('change a slice to a template’s newest revision or to a document; what is the same runs on')
      .argument('<slice>', 'its id or name')
      .option('-t, --template <template>', 'the template’s id or name')
      .option('-f, --file <file>', 'a document with the new topology; - is the standard input')
      .option('--undo <update>', 'back to what it was before that update, by its id')
      .option('--joins', 'to the addresses that its networks have been given of those that they join')
      .option('--plan', 'only show what it would do'),
  ).action((name: string, options: UpdateOptions) => updateSlice(cli, name, options, doing));

  slices
    .command('save-as-template')
    .description('make a template of what a slice is now')
    .argument('<slice>', 'its id or name')
    .addArgument(argumentFor('name', inputs.saveAsTemplate.name))
    .addOption(optionFor('description', inputs.saveAsTemplate.description))
    .action(async (slice: string, name: string, { description }: { description?: string }) => {
      const client = await cli.client();
      const { id } = await findSlice(client, slice);
      const { slices: api } = client.api;
      const template = await api.saveAsTemplate.mutate({ id, name, ...(description !== undefined && { description }) });
      if (cli.out.json) return cli.out.value(template);
      cli.out.message(`Saved as template ${template.name}; its id is ${template.id}.`);
    });
}
