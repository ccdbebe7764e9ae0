import { Anchor, Alert, Button, Group, MultiSelect, Select, TextInput } from '@mantine/core';
import { Download, Eraser, Play, Square } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { parseFilter } from '#shared/capture/filter';
import { linkName, pcapngInterfaces, pcapngNames } from '#shared/capture/links';
import { pcapngHeader, pcapngPacket } from '#shared/capture/pcapng';
import { wholeFrame } from '#shared/capture/whole-frame';
import { captureLimits } from '#shared/capture/limits';
import { idSchema } from '#shared/primitives';
import type { Slice } from '#shared/slice';
import { appErrorOf } from '../../api/app-error';
import { useErrorMessage } from '../../api/error-message';
import { ErrorState } from '../../api/ErrorState';
import { downloadBlob } from '../../hooks/download';
import { useFilters } from '../../hooks/filters';
import { usePageTitle } from '../../hooks/page-title';
import { spoken } from '../../i18n/spoken';
import { ActionButton } from '../../ui/ActionButton';
import { formatCount } from '../../ui/format';
import { LoadingRows } from '../../ui/LoadingRows';
import { PageHeader } from '../../ui/PageHeader';
import { accessRefusal } from '../access';
import { NotFoundPanel } from '../NotFoundPanel';
import { reasonSentence } from '../reason-sentence';
import { useLiveSlice } from '../use-live-slice';
import classes from './capture.module.css';
import { PacketDetails } from './PacketDetails';
import type { PacketRow } from './packet-ring';
import { PacketTable } from './PacketTable';
import { useCapture } from './use-capture';

/** What passes on links of a slice. `?links=12,13` in the address are those that are captured at once. */
export function Component() {
  const { sliceId } = useParams();
  const id = idSchema.safeParse(Number(sliceId));
  return id.success ? <OneSlice key={id.data} id={id.data} /> : <NotFoundPanel />;
}

function OneSlice({ id }: { id: number }) {
  const live = useLiveSlice(id);
  const { t } = useTranslation('capture');
  usePageTitle(live.slice === undefined ? undefined : t('title', { name: live.slice.name }));
  if (live.slice !== undefined) return <CaptureView slice={live.slice} />;
  if (live.error === null) return <LoadingRows rows={10} wholePage />;
  if (appErrorOf(live.error)?.code === 'NOT_FOUND') return <NotFoundPanel />;
  return <ErrorState wholePage error={live.error} onRetry={live.refetch} />;
}

const snapLengths = [wholeFrame, 512, 128] as const;

function CaptureView({ slice }: { slice: Slice }) {
  const { t, i18n } = useTranslation('capture');
  const { t: tSlices } = useTranslation(['slices', 'common', 'problems']);
  const errorMessage = useErrorMessage();
  const place = useFilters();
  const edgeIds = useMemo(() => {
    const asked = place.get('links').split(',').map(Number);
    return slice.edges.flatMap(({ id }) => (asked.includes(id) ? [id] : []));
  }, [place, slice.edges]);
  const [snapLength, setSnapLength] = useState<number>(wholeFrame);
  const [text, setText] = useState('');
  const parsed = useMemo(() => parseFilter(text), [text]);
  // what is not a filter yet shows what the one before has shown
  const [filter, setFilter] = useState(() => (parsed.ok ? parsed.matches : () => true));
  if (parsed.ok && parsed.matches !== filter) setFilter(() => parsed.matches);
  const [chosen, setChosen] = useState<PacketRow | null>(null);
  const access = accessRefusal(slice.access, 'capture');
  const capture = useCapture({ sliceId: slice.id, edgeIds: access === null ? edgeIds : [], snapLength, filter });
  const names = useMemo(() => new Map(slice.edges.map((edge) => [edge.id, linkName(slice, edge)])), [slice]);
  const refused =
    access !== null ? reasonSentence(tSlices, i18n.language, access) : edgeIds.length === 0 ? t('chooseLinks') : null;

  const download = () => {
    const links = slice.edges.filter(({ id }) => capture.rows.some(({ edgeId }) => edgeId === id));
    const places = new Map(links.map(({ id }, index) => [id, index]));
    const header = pcapngHeader('Trama', pcapngInterfaces(slice, links, snapLength), pcapngNames(slice));
    const packets = capture.shown.map(({ edgeId, at, length, data }) =>
      pcapngPacket({ interfaceId: places.get(edgeId) ?? 0, at, length, data }),
    );
    const file = new Blob(
      [header, ...packets].map((part) => new Uint8Array(part)),
      { type: 'application/x-pcapng' },
    );
    downloadBlob(`${slice.name}.pcapng`, file);
  };
  return (
    <div>
      <PageHeader
        breadcrumbs={[
          <Anchor key="slices" component={Link} to="/slices" size="sm">
            {tSlices('title')}
          </Anchor>,
          <Anchor key="slice" component={Link} to={`/slices/${slice.id}`} size="sm">
            {slice.name}
          </Anchor>,
        ]}
        title={t('heading')}
        action={
          <>
            {capture.running ? (
              <Button size="sm" variant="default" leftSection={<Square size={14} />} onClick={capture.stop}>
                {t('stop')}
              </Button>
            ) : (
              <ActionButton size="sm" leftSection={<Play size={14} />} disabledReason={refused} onClick={capture.start}>
                {t('start')}
              </ActionButton>
            )}
            <ActionButton
              size="sm"
              variant="default"
              leftSection={<Download size={14} />}
              disabledReason={capture.shown.length === 0 ? t('nothingYet') : null}
              onClick={download}
            >
              {t('download')}
            </ActionButton>
            <Button
              size="sm"
              variant="default"
              leftSection={<Eraser size={14} />}
              onClick={() => {
                capture.clear();
                setChosen(null);
              }}
            >
              {t('clear')}
            </Button>
          </>
        }
      />
      <Group align="flex-start" gap="sm" mb="sm">
        <MultiSelect
          className={classes.links}
          label={t('links')}
          data={slice.edges.map(({ id }) => ({ value: String(id), label: names.get(id) ?? String(id) }))}
          value={edgeIds.map(String)}
          maxValues={captureLimits.links}
          placeholder={edgeIds.length === 0 ? t('chooseLinks') : undefined}
          searchable
          disabled={access !== null}
          onChange={(values) => place.set({ links: values.join(',') })}
        />
        <Select
          label={t('snapLength')}
          data={snapLengths.map((bytes) => ({
            value: String(bytes),
            label: bytes === wholeFrame ? t('whole') : t('firstBytes', { bytes }),
          }))}
          value={String(snapLength)}
          allowDeselect={false}
          onChange={(value) => setSnapLength(Number(value ?? wholeFrame))}
        />
        <TextInput
          className={classes.filter}
          label={t('filter')}
          placeholder="icmp or ospf"
          value={text}
          maxLength={captureLimits.filterLength}
          error={parsed.ok ? null : spoken(parsed.said.message, parsed.said.sentences)}
          onChange={({ currentTarget: { value } }) => setText(value)}
        />
      </Group>
      {capture.ended === null ? null : (
        <Alert color={capture.ended.error === null ? 'blue' : 'red'} mb="sm" role="status">
          {capture.ended.error === null ? t('stopped') : errorMessage(capture.ended.error)}
        </Alert>
      )}
      <div className={classes.stage} data-alone={chosen === null || undefined}>
        <PacketTable
          rows={capture.shown}
          chosen={chosen?.number ?? null}
          onChoose={setChosen}
          linkName={(id) => names.get(id) ?? String(id)}
          withLinks={edgeIds.length > 1}
        />
        {chosen === null ? null : <PacketDetails key={chosen.number} row={chosen} />}
      </div>
      <p className={classes.counts} role="status">
        {t(capture.running ? 'capturing' : 'notCapturing')} ·{' '}
        {t('counts', {
          shown: formatCount(capture.shown.length, i18n.language),
          all: formatCount(capture.rows.length, i18n.language),
        })}
        {capture.dropped === 0 ? null : ` · ${t('dropped', { count: capture.dropped })}`}
      </p>
    </div>
  );
}
