import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, test } from 'vitest';
import type { LeaseOfSlice, Schedule } from '#shared/lease';
import type { IdleOfSlice, IdleRule } from '#shared/idle';
import { chooseLanguage } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { sampleSlice } from '../testing/samples';
import { LeaseBar } from './LeaseBar';
import { LeaseLimitsPanel } from './LeaseLimitsPanel';
import { LeasePanel } from './LeasePanel';
import { fromLocalInput, toLocalInput } from './local-input';

beforeEach(() => chooseLanguage('en'));

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
const lease = { expiresAt: inHours(3.5), atEnd: 'stop' as const, warned: false, ended: false };
const limit = { maxMinutes: 480, atEnd: ['stop' as const, 'destroy' as const], warnMinutes: 60 };
const ofSlice: LeaseOfSlice = { lease, limit, extendsTo: inHours(8) };
const schedule: Schedule = {
  id: 5,
  sliceId: 7,
  kind: 'stop',
  rule: { repeat: 'weekly', weekdays: [1, 5], time: '18:00', timeZone: 'Europe/Madrid' },
  nextAt: '2030-01-04T17:00:00.000Z',
};

const idle: IdleOfSlice = { own: null, zone: { minutes: 480, action: 'stop' }, role: null, since: null };

/** Answers what the panels ask, and keeps what they change. */
function server() {
  const asked: unknown[] = [];
  const answers: Record<string, unknown> = {
    'leases.get': ofSlice,
    'leases.set': ofSlice,
    'leases.extend': ofSlice,
    'leases.limits': { zones: [{ zone: { id: 3, name: 'local' }, limit }], roles: [{ role: 'user', limit }] },
    'leases.setLimit': { zones: [], roles: [] },
    'idle.get': idle,
    'idle.set': idle,
    'idle.rules': { zones: [], roles: [{ role: 'user', rule: { minutes: 1_440, action: 'suspend' } }] },
    'idle.setRule': { zones: [], roles: [] },
    'schedules.list': { items: [schedule] },
    'schedules.add': { items: [schedule] },
    'schedules.remove': { items: [] },
  };
  const wrapper = apiWrapper((path, input) => {
    if (!/\.(get|list|limits|rules)$/.test(path)) asked.push([path, input]);
    return Promise.resolve(answers[path]);
  });
  return { asked, wrapper };
}

describe('on a slice’s page its lease', () => {
  test('says how long it lasts and what then is done, and is extended by one click', async () => {
    const { asked, wrapper } = server();
    render(<LeaseBar slice={sampleSlice({ lease })} reason={null} />, { wrapper });
    expect(screen.getByText('in 3 hours').getAttribute('datetime')).toBe(lease.expiresAt);
    expect(screen.getByText(/then it is stopped/)).toBeTruthy();
    expect(screen.queryByRole('status')).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Extend' }));
    expect(asked).toEqual([['leases.extend', { id: 7 }]]);
  });

  test('is a warning when it ends soon and when it has ended', () => {
    const { wrapper } = server();
    const { rerender } = render(
      <LeaseBar slice={sampleSlice({ lease: { ...lease, expiresAt: inHours(0.51), warned: true } })} reason={null} />,
      { wrapper },
    );
    const warning = screen.getByRole('status');
    expect(warning.textContent).toContain('The lease ends soon');
    expect(within(warning).getByText('in 30 minutes')).toBeTruthy();
    rerender(<LeaseBar slice={sampleSlice({ lease: { ...lease, warned: true, ended: true } })} reason={null} />);
    expect(screen.getByRole('status').textContent).toContain('Nothing of the slice is started until');
  });

  test('is extended by nobody who may not, and says why', async () => {
    const { asked, wrapper } = server();
    render(<LeaseBar slice={sampleSlice({ lease })} reason="Only its owner can." />, { wrapper });
    const button = screen.getByRole('button', { name: 'Extend' });
    expect(button.getAttribute('aria-description')).toBe('Only its owner can.');
    await userEvent.click(button);
    expect(asked).toEqual([]);
  });

  test('is none of a slice that is destroyed', () => {
    const { wrapper } = server();
    render(<LeaseBar slice={sampleSlice({ status: 'destroyed', lease })} reason={null} />, { wrapper });
    expect(screen.queryByRole('button')).toBeNull();
  });
});

describe('the panel of a slice', () => {
  test('sets its lease by the clock of the browser, at most as long as it may be', async () => {
    const { asked, wrapper } = server();
    render(<LeasePanel slice={sampleSlice({ lease })} reason={null} />, { wrapper });
    await screen.findByText(/A lease lasts 8 h at most/);
    expect(screen.queryByRole('button', { name: 'No end' })).toBeNull();
    expect(screen.queryByRole('button', { name: '1 d' })).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: '4 h' }));
    const until = screen.getByLabelText<HTMLInputElement>('Until');
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(asked).toEqual([['leases.set', { id: 7, expiresAt: new Date(until.value).toISOString(), atEnd: 'stop' }]]);
    expect(Math.abs(Date.parse(until.value) - Date.parse(inHours(4)))).toBeLessThan(10 * 60_000);
  });

  test('lists schedules in words, takes one away, and adds one for the days that are chosen', async () => {
    const { asked, wrapper } = server();
    render(<LeasePanel slice={sampleSlice({ lease })} reason={null} />, { wrapper });
    const title = 'Stop · Mon, Fri 18:00 (Europe/Madrid)';
    await screen.findByText(title);
    await userEvent.click(screen.getByRole('checkbox', { name: 'Fri' }));
    await userEvent.click(screen.getByRole('button', { name: 'Add' }));
    const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    await waitFor(() =>
      expect(asked).toEqual([
        [
          'schedules.add',
          { sliceId: 7, kind: 'stop', rule: { repeat: 'weekly', weekdays: [1, 2, 3, 4], time: '18:00', timeZone } },
        ],
      ]),
    );
    await userEvent.click(screen.getByRole('button', { name: `Take away: ${title}` }));
    expect(asked.at(-1)).toEqual(['schedules.remove', { id: 5 }]);
    await screen.findByText('Nothing is done at times.');
  });
});

test('the panel says what is done when nothing happens in a slice, also by its zone, and sets its own rule', async () => {
  const { asked, wrapper } = server();
  render(<LeasePanel slice={sampleSlice({ lease })} reason={null} />, { wrapper });
  await screen.findByText('Its zone has a rule besides, after 8 h: Stop it.');
  await userEvent.click(screen.getByRole('button', { name: 'Save the rule' }));
  await waitFor(() => expect(asked).toEqual([['idle.set', { id: 7, rule: null }]]));
  expect(screen.getByLabelText<HTMLInputElement>('After', { selector: 'input' }).disabled).toBe(true);
});

describe('the rule of a zone or a role for when nothing happens', () => {
  const rendered = async () => {
    const { asked, wrapper } = server();
    render(<LeaseLimitsPanel />, { wrapper });
    const section = within(await screen.findByRole('region', { name: 'When nothing happens in a slice' }));
    const field = (label: string) => section.getByLabelText<HTMLInputElement>(label, { selector: 'input' });
    const choose = async (of: HTMLInputElement, option: string) => {
      await userEvent.click(of);
      await userEvent.click(await screen.findByRole('option', { name: option }));
    };
    const save = () => userEvent.click(section.getByRole('button', { name: 'Save the rule' }));
    return { asked, section, field, choose, save };
  };

  test('is none unless there is one, of the zone or role that was chosen, and is taken away', async () => {
    const { asked, field, choose, save } = await rendered();
    expect(field('Then').value).toBe('Nothing');
    await choose(screen.getByLabelText('Zone or role', { selector: 'input' }), 'User');
    const again = within(screen.getByRole('region', { name: 'When nothing happens in a slice' }));
    expect(again.getByLabelText<HTMLInputElement>('Then', { selector: 'input' }).value).toBe('Suspend it');
    expect(again.getByLabelText<HTMLInputElement>('After', { selector: 'input' }).value).toBe('1 d');
    await choose(again.getByLabelText('Then', { selector: 'input' }), 'Nothing');
    await save();
    await waitFor(() => expect(asked).toEqual([['idle.setRule', { of: { role: 'user' }, rule: null }]]));
  });

  test('is after a time that is typed or chosen, and what is none, or too short, is refused on its field', async () => {
    const { asked, section, field, choose, save } = await rendered();
    await choose(field('Then'), 'Stop it');
    for (const wrong of ['soon', '4 min', '']) {
      await userEvent.clear(field('After'));
      if (wrong !== '') await userEvent.type(field('After'), wrong);
      await save();
      expect(section.getByText('A time from 5 min to 1830 d, like 30 min, 8 h or 2 d.')).toBeTruthy();
      expect(document.activeElement).toBe(field('After'));
    }
    expect(asked).toEqual([]);
    await userEvent.clear(field('After'));
    await userEvent.type(field('After'), '1 h 30 min');
    await save();
    const rule: IdleRule = { minutes: 90, action: 'stop' };
    await waitFor(() => expect(asked).toEqual([['idle.setRule', { of: { zoneId: 3 }, rule }]]));
  });
});

test('limits are lengths in words, and what is none is refused on its field', async () => {
  const { asked, wrapper } = server();
  render(<LeaseLimitsPanel />, { wrapper });
  const longest = await screen.findByLabelText<HTMLInputElement>('Longest lease');
  expect(longest.value).toBe('8 h');
  await userEvent.clear(longest);
  await userEvent.type(longest, 'soon');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText('A length like 30 min, 8 h, 2 d or 1 w.');
  expect(asked).toEqual([]);
  await userEvent.clear(longest);
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() =>
    expect(asked).toEqual([['leases.setLimit', { of: { zoneId: 3 }, limit: { ...limit, maxMinutes: null } }]]),
  );
});

test('a moment of the browser’s clock is read back from its field', () => {
  const at = new Date(2028, 1, 29, 8, 5);
  expect(toLocalInput(at)).toBe('2028-02-29T08:05');
  expect(new Date(fromLocalInput('2028-02-29T08:05'))).toEqual(at);
  // no day of the calendar: the schema refuses it
  expect(fromLocalInput('2027-02-29T08:05')).toBe('2027-02-29T08:05');
  expect(fromLocalInput(toLocalInput(at))).toBe(at.toISOString());
  expect(fromLocalInput('')).toBe('');
});
