import { Button, List, Text } from '@mantine/core';
import { skipToken } from '@tanstack/react-query';
import { WandSparkles } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorState } from '../api/ErrorState';
import type { ZoneWish } from '#shared/slice';
import { trpc } from '../api/trpc';
import { problemSentences } from './problem-sentence';

interface ZoneChooserProps {
  /** The template, or the slice that is cloned; null until one is chosen. */
  of: ZoneWish | null;
  onChoose: (zoneId: number) => void;
}

/** Has a zone chosen for a new slice, and says why it was, and what is against the others. */
export function ZoneChooser({ of, onChoose }: ZoneChooserProps) {
  const { t, i18n } = useTranslation(['slices', 'common', 'problems']);
  const [asked, setAsked] = useState<ZoneWish | null>(null);
  const isAsked = asked !== null && isSame(asked, of);
  const choice = trpc.slices.chooseZone.useQuery(isAsked ? asked : skipToken, {
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const zoneId = choice.data?.zoneId ?? null;
  const choose = useEffectEvent(onChoose);
  useEffect(() => {
    if (zoneId !== null) choose(zoneId);
  }, [zoneId]);
  return (
    <div>
      <Button
        size="compact-sm"
        variant="subtle"
        leftSection={<WandSparkles size={14} aria-hidden />}
        disabled={of === null}
        loading={isAsked && choice.isFetching}
        onClick={() => {
          if (isAsked) void choice.refetch();
          else setAsked(of);
        }}
      >
        {t('create.auto.choose')}
      </Button>
      {isAsked && choice.error !== null ? (
        <ErrorState error={choice.error} onRetry={() => void choice.refetch()} />
      ) : null}
      {isAsked && choice.data !== undefined ? (
        <div role="status">
          <Text size="sm" mt={4}>
            {zoneId === null
              ? t('create.auto.none')
              : t(`create.auto.because.${choice.data.because ?? 'only'}`, {
                  zone: choice.data.zones.find(({ zone }) => zone.id === zoneId)?.zone.name ?? '',
                })}
          </Text>
          <List size="xs" spacing={2}>
            {choice.data.zones
              .filter(({ zone }) => zone.id !== zoneId)
              .map(({ zone, problems, images, fill }) => (
                <List.Item key={zone.id}>
                  {problems.length > 0
                    ? t('create.auto.against', { zone: zone.name, why: problemSentences(t, i18n.language, problems) })
                    : t('create.auto.possible', {
                        zone: zone.name,
                        there: images.there,
                        needed: images.needed,
                        percent: Math.round(100 * (fill ?? 1)),
                      })}
                </List.Item>
              ))}
          </List>
        </div>
      ) : null}
    </div>
  );
}

const isSame = (one: ZoneWish, other: ZoneWish | null) => JSON.stringify(one) === JSON.stringify(other);
