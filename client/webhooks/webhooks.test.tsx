import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, test } from 'vitest';
import type { User } from '#shared/auth';
import { say } from '#shared/sentence';
import type { Webhook, WebhookDelivery } from '#shared/webhook';
import { chooseLanguage } from '../i18n/i18n';
import { Dialogs } from '../layouts/Dialogs';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { lookAgainMs } from './CallsPanel';
import { WebhooksSection } from './WebhooksSection';

beforeEach(() => chooseLanguage('en'));

const ada: User = {
  id: 1,
  kind: 'person',
  email: 'ada@example.org',
  name: 'Ada',
  role: 'user',
  secondFactor: false,
  createdAt: '2030-01-01T00:00:00.000Z',
};
const hook: Webhook = {
  id: 4,
  name: 'hall',
  url: 'https://lab.example.org/hook',
  events: ['deployment.failed', 'lease.expiring'],
  allSlices: false,
  active: true,
  owner: { id: 1, name: 'Ada' },
  failingSince: null,
  disabledAt: null,
  createdAt: '2030-01-01T00:00:00.000Z',
};
const refused = say('WEBHOOK_STATUS', { host: 'lab.example.org', status: 500 });
const call: WebhookDelivery = {
  id: 11,
  uuid: '0b5f1c1e-0000-4000-8000-000000000011',
  event: 'deployment.failed',
  status: 'pending',
  attempts: 2,
  createdAt: '2030-01-01T00:00:00.000Z',
  attemptedAt: '2030-01-01T00:00:01.000Z',
  nextAt: new Date(Date.now() + 170_000).toISOString(),
  durationMs: 12,
  responseStatus: 500,
  responseBody: 'no space left',
  error: refused.message,
  sentences: [...refused.sentences],
};

/** A server with webhooks and calls, which keeps what it is asked to change. */
function server({ hooks = [hook], calls = [call] }: { hooks?: Webhook[]; calls?: WebhookDelivery[] } = {}) {
  const asked: [string, unknown][] = [];
  const created = { webhook: hook, secret: 'trama_whsec_abc' };
  const test = { ...call, id: 12, event: 'test', status: 'pending' as const, attempts: 0, attemptedAt: null };
  const answers: Record<string, () => unknown> = {
    'webhooks.list': () => ({ items: hooks }),
    'webhooks.deliveries': () => ({ items: calls, nextCursor: null }),
    'webhooks.create': () => created,
    'webhooks.renewSecret': () => created,
    'webhooks.update': () => ({ ...hook, active: false }),
    'webhooks.delete': () => null,
    'webhooks.redeliver': () => call,
    'webhooks.test': () => {
      calls = [
        { ...test, status: 'delivered', attempts: 1, responseStatus: 204, responseBody: '', error: null },
        ...calls,
      ];
      return test;
    },
  };
  const wrapper = apiWrapper((path, input) => {
    if (!['webhooks.list', 'webhooks.deliveries'].includes(path)) asked.push([path, input]);
    return Promise.resolve(answers[path]?.());
  });
  return { asked, wrapper };
}

function show(user = ada, given: Parameters<typeof server>[0] = {}) {
  const { asked, wrapper } = server(given);
  render(
    <>
      <Dialogs />
      <WebhooksSection user={user} />
    </>,
    { wrapper },
  );
  return asked;
}
const choose = async (action: string) => {
  await userEvent.click(await screen.findByRole('button', { name: 'Actions for hall' }));
  await userEvent.click(await screen.findByRole('menuitem', { name: action }));
};

describe('the list of webhooks', () => {
  test('says where each calls, for what, and whether that works', async () => {
    const failing = { ...hook, id: 5, name: 'broken', failingSince: '2030-01-01T00:00:00.000Z' };
    const gaveUp = { ...hook, id: 6, name: 'gone', active: false, disabledAt: '2030-01-01T00:00:00.000Z' };
    const others = { ...hook, id: 7, name: 'all', active: false, allSlices: true, owner: { id: 2, name: 'Bob' } };
    show(ada, { hooks: [hook, failing, gaveUp, others] });
    const rows = await screen.findAllByRole('row');
    expect(rows.slice(1).map((row) => within(row).getAllByRole('cell')[2]?.textContent)).toEqual([
      'On',
      'Failing',
      'Switched off',
      'Off',
    ]);
    expect(screen.getAllByText('2')[0]?.title).toBe('An operation failed\nA lease ends soon');
    expect(screen.getByText('All slices · Of Bob')).toBeDefined();
  });

  test('that is empty says what webhooks are good for', async () => {
    show(ada, { hooks: [] });
    expect(await screen.findByText('No webhooks yet')).toBeDefined();
  });

  test('that does not come says so, and is asked for again', async () => {
    let fails = true;
    const wrapper = apiWrapper(() => (fails ? Promise.reject(new Error('away')) : Promise.resolve({ items: [hook] })));
    render(<WebhooksSection user={ada} />, { wrapper });
    const retry = await screen.findByRole('button', { name: /again/ });
    fails = false;
    await userEvent.click(retry);
    expect(await screen.findByRole('button', { name: 'hall' })).toBeDefined();
  });
});

describe('a webhook', () => {
  test('is made, and its secret is shown until it is said to be copied, and never again', async () => {
    const asked = show();
    await userEvent.click(await screen.findByRole('button', { name: 'New webhook' }));
    const panel = await screen.findByRole('dialog', { name: 'New webhook' });
    expect(within(panel).queryByRole('switch')).toBeNull();
    await userEvent.type(within(panel).getByLabelText('Name'), 'hall');
    await userEvent.type(within(panel).getByLabelText('Address'), 'https://lab.example.org/hook');
    await userEvent.click(within(panel).getByRole('checkbox', { name: 'An operation is done' }));
    await userEvent.click(within(panel).getByRole('button', { name: 'Create webhook' }));
    const made = await screen.findByRole('dialog', { name: 'The secret of hall' });
    expect(within(made).getByText('trama_whsec_abc')).toBeDefined();
    await userEvent.keyboard('{Escape}');
    expect(within(made).getByText('trama_whsec_abc')).toBeDefined();
    await userEvent.click(within(made).getByRole('button', { name: 'I have copied it' }));
    await waitFor(() => expect(screen.queryByText('trama_whsec_abc')).toBeNull());
    const events = ['deployment.failed', 'slice.degraded', 'lease.expiring', 'deployment.succeeded'];
    expect(asked).toEqual([
      ['webhooks.create', { name: 'hall', url: 'https://lab.example.org/hook', events, allSlices: false }],
    ]);
  });

  test('for every slice is offered to administrators', async () => {
    show({ ...ada, role: 'admin' });
    await userEvent.click(await screen.findByRole('button', { name: 'New webhook' }));
    expect(await screen.findByRole('switch', { name: /For every slice, not only mine/ })).toBeDefined();
  });

  test('that cannot be is refused on its fields, in the reader’s language', async () => {
    await chooseLanguage('es');
    const asked = show();
    await userEvent.click(await screen.findByRole('button', { name: 'Webhook nuevo' }));
    const panel = await screen.findByRole('dialog', { name: 'Webhook nuevo' });
    await userEvent.type(within(panel).getByLabelText('Nombre'), 'sala');
    await userEvent.type(within(panel).getByLabelText('Dirección'), 'ftp://lab.example.org');
    await userEvent.click(within(panel).getByRole('button', { name: 'Ninguno' }));
    await userEvent.click(within(panel).getByRole('button', { name: 'Crear webhook' }));
    expect(
      await within(panel).findByText('Hace falta una dirección que empiece por https:// o http://.'),
    ).toBeDefined();
    expect(within(panel).getByText('Elija al menos uno.')).toBeDefined();
    expect(asked).toEqual([]);
  });

  test('is called for something else when that is chosen', async () => {
    const asked = show();
    await choose('Edit');
    const panel = await screen.findByRole('dialog', { name: 'Edit webhook' });
    await userEvent.click(within(panel).getByRole('checkbox', { name: 'A lease ends soon' }));
    await userEvent.click(within(panel).getByRole('button', { name: 'Save' }));
    const { id, name, url } = hook;
    await waitFor(() => expect(asked).toEqual([['webhooks.update', { id, name, url, events: ['deployment.failed'] }]]));
  });

  test('is switched off, gets another secret, and is deleted by who says so twice', async () => {
    const asked = show();
    await choose('Switch off');
    await choose('New secret');
    const panel = await screen.findByRole('dialog', { name: 'New secret for hall' });
    await userEvent.click(within(panel).getByRole('button', { name: 'Make a new secret' }));
    await userEvent.click(await screen.findByRole('button', { name: 'I have copied it' }));
    await choose('Delete');
    const question = await screen.findByRole('dialog', { name: 'Delete webhook “hall”?' });
    expect(asked).toEqual([
      ['webhooks.update', { id: 4, active: false }],
      ['webhooks.renewSecret', { id: 4 }],
    ]);
    await userEvent.click(within(question).getByRole('button', { name: 'Delete webhook' }));
    await waitFor(() => expect(asked.at(-1)).toEqual(['webhooks.delete', { id: 4 }]));
  });
});

describe('the log of a webhook', () => {
  test('tells what failed and why, in the reader’s language, and when it is tried again', async () => {
    await chooseLanguage('es');
    show();
    await userEvent.click(await screen.findByRole('button', { name: 'hall' }));
    const [item] = within(await screen.findByRole('list', { name: /^Llamadas/ })).getAllByRole('listitem');
    expect(item?.textContent).toContain('2 intentos · respondió 500 a los 12 ms · de nuevo dentro de 2 minutos');
    expect(item?.textContent).toContain('lab.example.org responde 500; de 200 a 299 sería un éxito.');
    expect(item?.textContent).toContain('no space left');
  });

  test('shows what a test was answered', async () => {
    const asked = show();
    await choose('Calls and test');
    await userEvent.click(await screen.findByRole('button', { name: 'Send a test' }));
    const result = await screen.findByText('The test arrived.');
    expect(result.closest('[role="status"]')?.textContent).toContain('answered 204 after 12 ms');
    expect(asked).toEqual([['webhooks.test', { id: 4 }]]);
  });

  test('has a call made again, but none that is under way', async () => {
    const underWay = { ...call, id: 12, attempts: 1, attemptedAt: null, durationMs: null, event: 'test' };
    const asked = show(ada, { calls: [underWay, call] });
    await choose('Calls and test');
    const [first, second] = await screen.findAllByRole('button', { name: /^Send again/ });
    expect(screen.getByText('Calling')).toBeDefined();
    expect(first?.hasAttribute('disabled')).toBe(true);
    if (second !== undefined) await userEvent.click(second);
    await waitFor(() => expect(asked).toEqual([['webhooks.redeliver', { id: 11 }]]));
  });

  test('is looked at often while something is near, and else seldom', () => {
    const now = Date.parse('2030-01-01T00:00:00.000Z');
    const next = (ms: number): WebhookDelivery => ({ ...call, nextAt: new Date(now + ms).toISOString() });
    const ended: WebhookDelivery = { ...call, status: 'delivered', nextAt: null };
    expect(lookAgainMs([ended, next(3_600_000)], now)).toBe(15_000);
    expect(lookAgainMs([ended, next(10_000)], now)).toBe(1_500);
    expect(lookAgainMs([{ ...next(60_000), attemptedAt: null }], now)).toBe(1_500);
  });
});
