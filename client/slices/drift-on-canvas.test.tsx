import { render, screen, within } from '@testing-library/react';
import type { ReactElement } from 'react';
import { beforeEach, describe, expect, it } from 'vitest';
import type { EventData } from '#shared/deployment/events';
import type { Slice } from '#shared/slice';
import type { VmStatus } from '#shared/slice-status';
import { chooseLanguage } from '../i18n/i18n';
import { apiWrapper } from '../testing/api';
import '../testing/render';
import { sampleEvent, sampleSlice, sampleVm } from '../testing/samples';
import { formatExact } from '../ui/format';
import { applyEvent } from './apply-event';
import { SliceBanner } from './SliceBanner';
import { SliceCanvas } from './SliceCanvas';
import { SliceVmPanel } from './SliceVmPanel';
import type { SliceCommands } from './use-slice-commands';
import { VmTable } from './VmTable';

const at = '2030-01-01T12:00:00.000Z';
const seen = (language: string) => formatExact(Date.parse(at), language);

/** web – db, and web and db on lan, all as they were asked for. */
function lab(): Slice {
  const [line] = sampleSlice().edges;
  if (line === undefined) throw new Error('no edge');
  const toLan = { ...line, target: 'net-1', targetAddress: null, status: 'up' as const, observedAt: at };
  const runs = { desired: 'running', status: 'running', observedAt: at } as const;
  return sampleSlice({
    status: 'active',
    vmList: [sampleVm(1, 'web', runs), sampleVm(2, 'db', runs)],
    networks: [{ id: 1, key: 'net-1', name: 'lan', subnet: '10.0.1.0/24', x: 0, y: 200, status: 'up' }],
    edges: [
      { ...line, status: 'up', observedAt: at },
      { ...toLan, id: 12, key: 'e2' },
      { ...toLan, id: 13, key: 'e3', source: 'vm-2' },
    ],
  });
}
const after = (slice: Slice, ...news: EventData[]) =>
  news.reduce((known, data) => applyEvent(known, { ...sampleEvent(known.lastEventId + 1, data), at }), slice);
const vmIs = (vmId: number, name: string, status: VmStatus): EventData => ({
  ...{ type: 'vm.status', vmId, name, status, error: null },
});
const degraded: EventData = { type: 'slice.status', status: 'degraded' };
const lanDown: EventData = { type: 'network.status', networkId: 1, name: 'lan', status: 'down' };
const linkDown: EventData = { type: 'edge.status', edgeId: 11, label: 'web–db', status: 'down' };
const commands: SliceCommands = {
  start: () => undefined,
  cancel: () => undefined,
  retry: () => undefined,
  undo: () => undefined,
  isPending: () => false,
};
/** Everything on the page that tells of drift. */
const page = (slice: Slice) => (
  <>
    <SliceBanner slice={slice} deployment={undefined} />
    <div style={{ width: 1000, height: 600 }}>
      <SliceCanvas slice={slice} running={new Map()} selected={null} onSelect={() => undefined} />
    </div>
    <VmTable slice={slice} running={new Map()} onOpen={() => undefined} onOpenConsole={() => undefined} />
    {slice.vmList.map((vm) => (
      <section key={vm.id} aria-label={`about ${vm.name}`}>
        <SliceVmPanel {...{ slice, vm, commands }} away={false} step={undefined} onOpenConsole={() => undefined} />
      </section>
    ))}
  </>
);
/** Guests are asked how they are by the panels, and say nothing. */
const show = (shown: ReactElement) => render(shown, { wrapper: apiWrapper(() => new Promise(() => undefined)) });
/** What a screen reader says of what the drawing shows. */
const drawn = () =>
  [...document.querySelectorAll('.react-flow__node')].map((node) => node.getAttribute('aria-label') ?? '');
const rows = (name: string) => within(screen.getByRole('region', { name })).queryAllByRole('listitem');
const texts = (items: readonly HTMLElement[]) => items.map((item) => item.textContent);
const listed = () => texts(within(screen.getAllByRole('status')[0] ?? document.body).queryAllByRole('listitem'));

beforeEach(() => chooseLanguage('en'));

describe('drift on the canvas', () => {
  it('marks what is not as it was asked for, with its sentence and when it was seen so, and nothing else', () => {
    show(page(after(lab(), degraded, vmIs(2, 'db', 'failed'), lanDown)));
    const [web, db, lan] = drawn();
    expect(web).not.toContain(seen('en'));
    expect(db).toContain(`VM db has failed., ${seen('en')}`);
    expect(lan).toContain(`Network lan is dead., ${seen('en')}`);
    // to be seen without pointing at it: the time
    const [mark] = screen.getAllByTitle('VM db has failed.');
    expect(mark?.textContent).toBe('now');
    expect(screen.queryByTitle(/VM web/)).toBeNull();
  });

  it('says the same sentence in the list, in the table and in the panel', () => {
    show(page(after(lab(), degraded, vmIs(2, 'db', 'absent'), lanDown)));
    const sentence = 'VM db is not there.';
    expect(drawn()[1]).toContain(sentence);
    expect(listed()).toEqual([expect.stringContaining(sentence), expect.stringContaining('Network lan is dead.')]);
    expect(within(screen.getByRole('row', { name: /db/ })).getByText(sentence)).toBeDefined();
    expect(texts(rows('about db'))).toEqual([
      expect.stringContaining(sentence),
      expect.stringContaining('Network lan is dead.'),
    ]);
    // of the other VM only what its own links lead to
    expect(texts(rows('about web'))).toEqual([expect.stringContaining('Network lan is dead.')]);
  });

  it('comes and goes as it happens, and is not told while an operation mends it', () => {
    const { rerender } = show(page(lab()));
    const now = (slice: Slice) => rerender(page(slice));
    expect(drawn().join()).not.toContain(seen('en'));
    const crashed = after(lab(), degraded, vmIs(1, 'web', 'notResponding'));
    now(crashed);
    expect(drawn()[0]).toContain(`VM web does not respond., ${seen('en')}`);
    now({ ...crashed, busy: 'heal' });
    expect(drawn()[0]).not.toContain('does not respond.');
    now(after(crashed, vmIs(1, 'web', 'running'), { type: 'slice.status', status: 'active' }));
    expect(drawn().join()).not.toContain(seen('en'));
  });

  it('marks a VM that runs and whose image is gone, or in whose folder somebody else is, with the same sentence once', () => {
    const slice = lab();
    const [web] = slice.vmList;
    if (web === undefined) throw new Error('no VM');
    const message = 'A process that is not Trama’s works in the folder of VM web: bash (7).';
    show(page(after({ ...slice, vmList: [{ ...web, error: message }, ...slice.vmList.slice(1)] }, degraded)));
    expect(drawn()[0]).toContain(`${message}, ${seen('en')}`);
    expect(drawn()[0]?.split(message)).toHaveLength(2);
    expect(listed()).toEqual([expect.stringContaining(message)]);
    expect(texts(rows('about web'))).toEqual([expect.stringContaining(message)]);
    // list, table and panel, and no error beside them
    expect(screen.getAllByText(message, { exact: false })).toHaveLength(3);
  });

  it('tells of a link in the panels of both of its ends', () => {
    show(page(after(lab(), degraded, linkDown)));
    for (const name of ['about web', 'about db'])
      expect(texts(rows(name))).toEqual([expect.stringContaining('Link web–db is down.')]);
  });

  it('is said in Spanish', async () => {
    await chooseLanguage('es');
    show(page(after(lab(), degraded, vmIs(2, 'db', 'failed'), lanDown)));
    expect(drawn()[1]).toContain(`La MV db ha fallado., ${seen('es')}`);
    expect(drawn()[2]).toContain(`La red lan está caída., ${seen('es')}`);
  });
});
