import { Button, List, Text } from '@mantine/core';
import { skipToken } from '@tanstack/react-query';
import { WandSparkles } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorState } from '../api/ErrorState';
import { trpc } from '../api/trpc';
import { problemSentences } from './problem-sentence';

interface ZoneChooserProps {
  /** Null until one is chosen. */
  templateId: number | null;
  onChoose: (zoneId: number) => void;
}

/** Has a zone chosen for a template, and says why it was, and what is against the others. */
export function ZoneChooser({ templateId, onChoose }: ZoneChooserProps) {
  const { t, i18n } = useTranslation(['slices', 'common', 'problems']);
  const [asked, setAsked] = useState<number | null>(null);
  const isAsked = asked !== null && asked === templateId;
  const choice = trpc.slices.chooseZone.useQuery(isAsked ? { templateId: asked } : skipToken, {
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
        disabled={templateId === null}
        loading={isAsked && choice.isFetching}
        onClick={() => {
          if (isAsked) void choice.refetch();
          else setAsked(templateId);
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
