import type { Command } from 'commander';
import type { RouterInputs, RouterOutputs } from '../../sdk/index';
import type { Cli } from '../cli';
import { CliError, exitCodes } from '../errors';
import { inputs } from '../inputs';
import { allOr } from '../list';
import type { Column } from '../output';
import { addOptions, argumentFor } from '../schema-options';

type Webhook = RouterOutputs['webhooks']['list']['items'][number];
type Delivery = RouterOutputs['webhooks']['deliveries']['items'][number];

const columns: Column<Webhook>[] = [
  { title: 'ID', value: ({ id }) => id, right: true },
  { title: 'NAME', value: ({ name }) => name, flexible: true },
  { title: 'URL', value: ({ url }) => url, flexible: true },
  { title: 'OF', value: ({ allSlices }) => (allSlices ? 'all slices' : 'own') },
  {
    title: 'STATE',
    value: ({ active, failingSince }) => (active ? (failingSince === null ? 'on' : 'failing') : 'off'),
  },
  { title: 'EVENTS', value: ({ events }) => events.join(', '), flexible: true },
];
const deliveryColumns: Column<Delivery>[] = [
  { title: 'ID', value: ({ id }) => id, right: true },
  { title: 'WHEN', value: ({ createdAt }) => createdAt },
  { title: 'EVENT', value: ({ event }) => event },
  { title: 'STATUS', value: ({ status }) => status },
  { title: 'TRIED', value: ({ attempts }) => attempts, right: true },
  { title: 'ANSWER', value: ({ responseStatus }) => responseStatus, right: true },
  { title: 'NEXT', value: ({ nextAt }) => nextAt },
  { title: 'WHY', value: ({ error }) => error, flexible: true },
];

async function find(cli: Cli, text: string): Promise<Webhook> {
  const { items } = await (await cli.client()).api.webhooks.list.query();
  const found = items.filter(({ id, name }) => String(id) === text || name === text);
  const [webhook] = found;
  if (webhook === undefined) throw new CliError(`There is no webhook ${text}.`, exitCodes.notFound);
  if (found.length > 1)
    throw new CliError(`More than one webhook is called ${text}: say which by its id.`, exitCodes.usage);
  return webhook;
}

function showSecret(cli: Cli, created: RouterOutputs['webhooks']['create']): void {
  if (cli.out.json) return cli.out.value(created);
  cli.out.message(`The webhook ${created.webhook.name} (${created.webhook.id}). Its secret is shown this once:`);
  cli.out.text(created.secret);
}

/** Addresses that are called when something happens. */
export function addWebhookCommands(program: Command, cli: Cli): void {
  const webhooks = program.command('webhooks').description('addresses that are called when something happens');
  webhooks
    .command('list')
    .description('your webhooks; for administrators also those for all slices')
    .action(async () =>
      cli.out.list(await (await cli.client()).api.webhooks.list.query(), columns, 'You have no webhooks.'),
    );
  const { name, url, events, allSlices } = inputs.createWebhook;
  addOptions(
    webhooks
      .command('create')
      .description('make one; its secret, which signs the calls, is shown this once')
      .addArgument(argumentFor('name', name))
      .addArgument(argumentFor('url', url)),
    { events: { ...events, required: true }, allSlices },
  ).action(async (called: string, address: string, options: Pick<RouterInputs['webhooks']['create'], 'events'>) => {
    const { api } = await cli.client();
    showSecret(cli, await api.webhooks.create.mutate({ ...options, name: called, url: address }));
  });
  for (const active of [true, false])
    webhooks
      .command(active ? 'enable' : 'disable')
      .description(active ? 'have it called again' : 'have it called no more')
      .argument('<webhook>', 'its id or name')
      .action(async (text: string) => {
        const { id } = await find(cli, text);
        const changed = await (await cli.client()).api.webhooks.update.mutate({ id, active });
        if (cli.out.json) cli.out.value(changed);
        else cli.out.message(`The webhook ${changed.name} is switched ${active ? 'on' : 'off'}.`);
      });
  webhooks
    .command('renew-secret')
    .description('have its calls signed with another secret from now on')
    .argument('<webhook>', 'its id or name')
    .action(async (text: string) => {
      const { id } = await find(cli, text);
      showSecret(cli, await (await cli.client()).api.webhooks.renewSecret.mutate({ id }));
    });
  webhooks
    .command('delete')
    .description('delete it, and its log')
    .argument('<webhook>', 'its id or name')
    .action(async (text: string) => {
      const { id, name: called } = await find(cli, text);
      await (await cli.client()).api.webhooks.delete.mutate({ id });
      if (cli.out.json) cli.out.value({ id });
      else cli.out.message(`The webhook ${called} is deleted.`);
    });
  webhooks
    .command('test')
    .description('call it once with nothing to tell; `deliveries` says how that went')
    .argument('<webhook>', 'its id or name')
    .action(async (text: string) => {
      const { id } = await find(cli, text);
      const delivery = await (await cli.client()).api.webhooks.test.mutate({ id });
      if (cli.out.json) cli.out.value(delivery);
      else cli.out.message(`It is being called: delivery ${delivery.id}.`);
    });
  addOptions(
    webhooks.command('deliveries').description('its calls, newest first').argument('<webhook>', 'its id or name'),
    inputs.listDeliveries,
  )
    .option('--all', 'every page')
    .action(async (text: string, { all, ...input }: { all?: boolean; limit?: number }) => {
      const { id } = await find(cli, text);
      const client = await cli.client();
      const page = await allOr(client, client.api.webhooks.deliveries, { ...input, webhookId: id }, all);
      cli.out.list(page, deliveryColumns, 'It was not called yet.');
    });
  webhooks
    .command('redeliver')
    .description('make a call once more: the same bytes under the same id')
    .argument('<delivery>', 'its id', Number)
    .action(async (id: number) => {
      const delivery = await (await cli.client()).api.webhooks.redeliver.mutate({ id });
      if (cli.out.json) cli.out.value(delivery);
      else cli.out.message(`It is being called again: delivery ${delivery.id}.`);
    });
}
