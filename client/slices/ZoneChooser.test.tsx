import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import type { ZoneChoice } from '#shared/slice';
import { chooseLanguage } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { ZoneChooser } from './ZoneChooser';

beforeEach(() => chooseLanguage('en'));

const free = { vcpus: 4, ramMb: 4096, diskGb: 40 };
const zone = (id: number, name: string, change: Partial<ZoneChoice['zones'][number]> = {}) => ({
  zone: { id, name },
  free,
  fill: 0.5,
  images: { there: 1, needed: 2 },
  problems: [],
  ...change,
});
const full = {
  code: 'CAPACITY_RAM' as const,
  message: 'The zone has 1 GiB of RAM free; this needs 2 GiB.',
  params: { needs: 2048, free: 1024 },
};

/** Answers with these choices one after another. */
function show(...choices: ZoneChoice[]) {
  const asked: unknown[] = [];
  const onChoose = vi.fn();
  const wrapper = apiWrapper((path, input) => {
    asked.push([path, input]);
    const [next] = choices;
    if (choices.length > 1) choices.shift();
    return next === undefined ? Promise.reject(new Error('away')) : Promise.resolve(next);
  });
  const view = render(<ZoneChooser of={{ templateId: 12 }} onChoose={onChoose} />, { wrapper });
  return { asked, onChoose, ...view };
}
const press = () => userEvent.click(screen.getByRole('button', { name: 'Choose a zone for me' }));

test('a zone is chosen when that is asked for, and it is said why, and what of the others', async () => {
  const zones = [
    zone(1, 'near', { fill: 0.25 }),
    zone(2, 'far', { fill: 0.75 }),
    zone(3, 'small', { problems: [full] }),
  ];
  const { asked, onChoose } = show({ zoneId: 1, because: 'free', zones });
  expect(asked).toEqual([]);
  await press();
  expect(await screen.findByText('near was chosen: most stays free in it.')).toBeDefined();
  expect(asked).toEqual([['slices.chooseZone', { templateId: 12 }]]);
  expect(onChoose).toHaveBeenCalledExactlyOnceWith(1);
  const [possible, against] = screen.getAllByRole('listitem').map(({ textContent }) => textContent);
  expect(possible).toBe('far could take it, too: 1 of 2 images are there, 75 % of it would be in use.');
  expect(against).toMatch(/^small: .*RAM/);
});

test('where no zone can take it none is chosen, and each says why; it can be asked for again', async () => {
  const none: ZoneChoice = { zoneId: null, because: null, zones: [zone(3, 'small', { problems: [full] })] };
  const { onChoose } = show(none, { zoneId: 3, because: 'only', zones: [zone(3, 'small')] });
  await press();
  expect(await screen.findByText('No zone can take it now.')).toBeDefined();
  expect(onChoose).not.toHaveBeenCalled();
  await press();
  expect(await screen.findByText('small was chosen: it is the only one that can take it now.')).toBeDefined();
  expect(onChoose).toHaveBeenCalledExactlyOnceWith(3);
});

test('a choice that does not come says so', async () => {
  const { onChoose } = show();
  await press();
  expect(await screen.findByRole('button', { name: /again/ }, { timeout: 20_000 })).toBeDefined();
  expect(onChoose).not.toHaveBeenCalled();
});

test('without a template there is nothing to choose for', () => {
  render(<ZoneChooser of={null} onChoose={vi.fn()} />, { wrapper: apiWrapper(() => Promise.resolve()) });
  expect(screen.getByRole('button', { name: 'Choose a zone for me' }).hasAttribute('disabled')).toBe(true);
});
