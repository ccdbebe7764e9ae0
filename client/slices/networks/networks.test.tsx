import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, test } from 'vitest';
import type { NetworkJoin, PublishedNetwork, SliceNetworks } from '#shared/networks/schema';
import { chooseLanguage, loadTexts } from '../../i18n/i18n';
import { apiWrapper } from '../../testing/api';
import '../../testing/render';
import { sampleSlice } from '../../testing/samples';
import { NetworksPanel } from './NetworksPanel';

beforeEach(async () => {
  await chooseLanguage('en');
  await loadTexts(['networks', 'slices', 'snapshots', 'problems']);
});

const lan = { id: 21, key: 'n1', name: 'lan', subnet: '10.64.0.0/24', x: 0, y: 0, status: 'up' as const };
const slice = sampleSlice({ status: 'active', networks: [lan] });
const at = '2030-01-01T12:00:00.000Z';
const join: NetworkJoin = {
  ...{ id: 9, network: 'n1', other: { slice: 'core', network: 'backbone', owner: 'Bea' } },
  ...{ subnet: '10.64.0.0/24', range: '10.64.0.128/28', acceptedAt: null, state: 'apart', outdated: false },
  ...{ error: null, sentences: null, createdAt: at },
};
const none: SliceNetworks = { published: [], joins: [] };
const publishedBy = (joins: NetworkJoin[]): SliceNetworks => ({
  published: [
    {
      ...{ id: 5, network: 'n1', name: 'lan', description: 'For the course', admission: 'asked' },
      ...{ subnet: '10.64.0.0/24', range: '10.64.0.0/25', joins },
    },
  ],
  joins: [],
});
const theirs: PublishedNetwork = {
  ...{ id: 7, zoneId: 1, slice: 'core', network: 'backbone', owner: 'Bea', own: false, description: 'All may' },
  ...{ admission: 'asked', subnet: '10.64.0.0/24', ipv6: null, joins: 2, createdAt: at },
};

/** Answers what the slice shares, and keeps what is asked to be changed. */
function server(known: SliceNetworks, listed: PublishedNetwork[] = []) {
  const asked: unknown[] = [];
  const wrapper = apiWrapper((path, input) => {
    if (path === 'networks.list') return Promise.resolve({ items: listed, nextCursor: null });
    if (path === 'deployments.plan')
      return Promise.resolve({ runnable: false, problems: [{ code: 'OTHER', message: 'It is busy.' }], steps: [] });
    if (path !== 'networks.get') asked.push([path, input]);
    return Promise.resolve(known);
  });
  return { asked, wrapper };
}

describe('a network that shares nothing', () => {
  test('is published with what this slice keeps, and what cannot be is said on its field', async () => {
    const { asked, wrapper } = server(none);
    render(<NetworksPanel slice={slice} />, { wrapper });
    await userEvent.click(await screen.findByRole('button', { name: 'Publish…' }));
    expect(screen.getByText(/^Whoever joins sees every packet/)).toBeTruthy();
    await userEvent.type(screen.getByLabelText('Addresses that this slice keeps'), 'half');
    await userEvent.click(screen.getByRole('button', { name: 'Publish' }));
    expect(await screen.findByText(/^A subnet with its prefix length/)).toBeTruthy();
    expect(asked).toEqual([]);
    await userEvent.clear(screen.getByLabelText('Addresses that this slice keeps'));
    await userEvent.type(screen.getByLabelText('Addresses that this slice keeps'), '10.64.0.0/26');
    await userEvent.click(screen.getByLabelText('Everyone who asks'));
    await userEvent.click(screen.getByRole('button', { name: 'Publish' }));
    expect(asked).toEqual([
      ['networks.publish', { id: slice.id, network: 'n1', description: '', admission: 'all', range: '10.64.0.0/26' }],
    ]);
  });

  test('asks to join one of the zone’s published ones', async () => {
    const { asked, wrapper } = server(none, [theirs]);
    render(<NetworksPanel slice={slice} />, { wrapper });
    await userEvent.click(await screen.findByRole('button', { name: 'Join…' }));
    const list = within(await screen.findByRole('radiogroup', { name: 'Published networks' }));
    expect(list.getByText('of Bea · 10.64.0.0/24 · joined by 2 · All may')).toBeTruthy();
    await userEvent.click(screen.getByRole('button', { name: 'Join' }));
    expect(asked).toEqual([]);
    await userEvent.click(list.getByRole('radio', { name: /^core \/ backbone/ }));
    await userEvent.click(screen.getByRole('button', { name: 'Ask to join' }));
    expect(asked).toEqual([['networks.join', { id: slice.id, network: 'n1', publicationId: 7, addresses: 14 }]]);
  });

  test('keeps the focus of who leaves the form by keyboard', async () => {
    const { wrapper } = server(none);
    render(<NetworksPanel slice={slice} />, { wrapper });
    (await screen.findByRole('button', { name: 'Publish…' })).focus();
    await userEvent.keyboard('{Enter}');
    screen.getByRole('button', { name: 'Cancel' }).focus();
    await userEvent.keyboard('{Enter}');
    expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'lan' }));
  });

  test('is told of where nothing is published', async () => {
    const { wrapper } = server(none);
    render(<NetworksPanel slice={slice} />, { wrapper });
    await userEvent.click(await screen.findByRole('button', { name: 'Join…' }));
    expect(await screen.findByText('No other network is published in zone local.')).toBeTruthy();
  });

  test('stays so for who may only look', async () => {
    const { wrapper } = server(none);
    render(<NetworksPanel slice={sampleSlice({ access: 'view', networks: [lan] })} />, { wrapper });
    const publish = await screen.findByRole('button', { name: 'Publish…' });
    expect(publish.getAttribute('aria-disabled')).toBe('true');
  });
});

describe('a published network', () => {
  test('says who asks, who is let in or not', async () => {
    const { asked, wrapper } = server(publishedBy([join]));
    render(<NetworksPanel slice={slice} />, { wrapper });
    const row = within(await screen.findByRole('list', { name: 'Who joins lan' }));
    expect(row.getByText('core / backbone')).toBeTruthy();
    await userEvent.click(row.getByRole('button', { name: 'Accept' }));
    await userEvent.click(row.getByRole('button', { name: 'Refuse' }));
    expect(asked).toEqual([
      ['networks.answer', { id: 9, accept: true }],
      ['networks.answer', { id: 9, accept: false }],
    ]);
  });

  test('says why one that was accepted is apart', async () => {
    const error = 'Network backbone of slice core is not up.';
    const { wrapper } = server(publishedBy([{ ...join, acceptedAt: at, error }]));
    render(<NetworksPanel slice={slice} />, { wrapper });
    const row = within(await screen.findByRole('list', { name: 'Who joins lan' }));
    expect(row.getByText(error)).toBeTruthy();
    expect(row.getByText('apart')).toBeTruthy();
  });
});

test('a network that joins another takes up its addresses, or says why it cannot now', async () => {
  const { wrapper } = server({ published: [], joins: [{ ...join, outdated: true }] });
  render(<NetworksPanel slice={slice} />, { wrapper });
  await screen.findByText('To be joined, this network takes addresses in 10.64.0.128/28 of 10.64.0.0/24.');
  await userEvent.click(screen.getByRole('button', { name: 'Take up the addresses' }));
  expect(await screen.findByText('The addresses cannot be taken up now')).toBeTruthy();
});
