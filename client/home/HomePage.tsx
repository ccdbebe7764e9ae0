import { lazy, Suspense } from 'react';
import { Anchor, Box, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { SliceSummary } from '#shared/slice';
import type { Zone } from '#shared/zone';
import { loadTexts } from '../i18n/i18n';
import { trpc } from '../api/trpc';
import { ErrorState } from '../api/ErrorState';
import { SlicesTable } from '../slices/SlicesTable';
import { ZoneUsage } from '../zones/ZoneUsage';
import { usePageTitle } from '../hooks/page-title';
import { useSession } from '../hooks/session';
import { useSliceChanges } from '../slices/slice-changes';
import { LoadingRows } from '../ui/LoadingRows';
import { PageHeader } from '../ui/PageHeader';
import { formatDisk, formatRam } from '../ui/format';

const shown = 20;
// what is shown to some only, or later, is no part of what everybody loads first
const FirstSteps = lazy(async () => {
  const [{ FirstSteps: steps }] = await Promise.all([import('./FirstSteps'), loadTexts(['guide'])]);
  return { default: steps };
});
const HomeQuota = lazy(async () => ({ default: (await import('./HomeQuota')).HomeQuota }));

/** One sentence: what runs, and what needs a look. `partial`: there are more slices than these. */
function Summary({ slices, partial }: { slices: readonly SliceSummary[]; partial: boolean }) {
  const { t } = useTranslation('home');
  const running = slices.reduce((sum, slice) => sum + slice.vmsRunning, 0);
  const attention = slices.filter((slice) => slice.status === 'failed' || slice.status === 'degraded').length;
  const parts: string[] = [running === 0 ? t('nothingRunning') : t('running', { count: running })];
  if (attention > 0) parts.push(t('attention', { count: attention }));
  const summary = parts.join(' · ');
  return <>{partial ? t('ofLast', { count: slices.length, summary }) : summary}</>;
}

function ZoneCard({ zone }: { zone: Zone }) {
  const { t, i18n } = useTranslation('home');
  const down = zone.capabilities?.run.ok === false;
  return (
    <Paper withBorder p="sm">
      <Group justify="space-between" mb={4}>
        <Title order={3}>
          <Anchor component={Link} to="/zones" inherit c="inherit">
            {zone.name}
          </Anchor>
        </Title>
        <Text size="xs" c="dimmed">
          {zone.runningVms === 0 ? t('nothingRunning') : t('running', { count: zone.runningVms })}
        </Text>
      </Group>
      {!zone.enabled ? (
        <Text size="xs" c="dimmed" mb="xs">
          {t('zoneOff')}
        </Text>
      ) : zone.home?.away === true ? (
        <Text size="xs" c="var(--mantine-color-error)" mb="xs">
          {t('zoneAway')}
        </Text>
      ) : down ? (
        <Anchor component={Link} to="/zones" size="xs" c="var(--mantine-color-error)" mb="xs" display="block">
          {t('zoneDown')}
        </Anchor>
      ) : zone.free === null ? null : (
        <Text size="xs" c="dimmed" mb="xs">
          {t('free', {
            vcpus: zone.free.vcpus,
            ram: formatRam(zone.free.ramMb, i18n.language),
            disk: formatDisk(zone.free.diskGb, i18n.language),
          })}
        </Text>
      )}
      <ZoneUsage zone={zone} />
    </Paper>
  );
}

function Zones() {
  const { t } = useTranslation('home');
  const zones = trpc.zones.list.useQuery();
  if (zones.isPending) return <LoadingRows rows={2} height={150} />;
  if (zones.data === undefined) return <ErrorState error={zones.error} onRetry={() => void zones.refetch()} />;
  if (zones.data.items.length === 0) return <Text c="dimmed">{t('noZones')}</Text>;
  return (
    <Box
      style={{
        display: 'grid',
        gap: '0.75rem',
        gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 19rem), 1fr))',
      }}
    >
      {zones.data.items.map((zone) => (
        <ZoneCard key={zone.id} zone={zone} />
      ))}
    </Box>
  );
}

export function Component() {
  const { t } = useTranslation('home');
  usePageTitle(t('title'));
  const { user } = useSession();
  const slices = trpc.slices.list.useQuery({ limit: shown });
  const templates = trpc.templates.list.useQuery({ limit: 1 }, { enabled: slices.data?.items.length === 0 });
  useSliceChanges();
  const empty = slices.data?.items.length === 0;

  return (
    <Stack gap="xl">
      <Box mb={-16}>
        <PageHeader
          title={t('hello', { name: user?.name ?? '' })}
          description={
            slices.data === undefined || empty ? undefined : (
              <Summary slices={slices.data.items} partial={slices.data.nextCursor !== null} />
            )
          }
        />
      </Box>
      {slices.isPending ? (
        <LoadingRows rows={4} />
      ) : slices.data === undefined ? (
        <ErrorState error={slices.error} onRetry={() => void slices.refetch()} />
      ) : empty ? (
        templates.isPending ? (
          <LoadingRows rows={1} height={150} />
        ) : templates.data === undefined ? (
          <ErrorState error={templates.error} onRetry={() => void templates.refetch()} />
        ) : (
          <Suspense fallback={<LoadingRows rows={1} height={150} />}>
            <FirstSteps hasTemplates={templates.data.items.length > 0} />
          </Suspense>
        )
      ) : (
        <section aria-labelledby="my-slices">
          <Group justify="space-between" mb="xs">
            <Title order={2} id="my-slices">
              {t('slices')}
            </Title>
            <Anchor component={Link} to="/slices" size="sm">
              {t('allSlices')}
            </Anchor>
          </Group>
          <SlicesTable slices={slices.data.items} partial={slices.data.nextCursor !== null} />
        </section>
      )}
      <section aria-labelledby="my-zones">
        <Title order={2} id="my-zones" mb="xs">
          {t('zones')}
        </Title>
        <Zones />
      </section>
      <Suspense>
        <HomeQuota />
      </Suspense>
    </Stack>
  );
}
