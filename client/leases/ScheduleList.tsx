import { ActionIcon, Group, Stack, Text } from '@mantine/core';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Schedule } from '#shared/lease';
import { notifyError } from '../api/error-message';
import { trpc } from '../api/trpc';
import { formatMoment } from '../ui/format';
import { ScheduleForm } from './ScheduleForm';
import { weekdayLabels } from './weekday-labels';

/** What is done to the slice at times, each to be taken away, and a form for one more. */
export function ScheduleList({
  sliceId,
  schedules,
  reason,
}: {
  sliceId: number;
  schedules: readonly Schedule[];
  reason: string | null;
}) {
  const { t, i18n } = useTranslation(['leases', 'common']);
  const utils = trpc.useUtils();
  const remove = trpc.schedules.remove.useMutation({
    onSuccess: (list) => utils.schedules.list.setData({ id: sliceId }, list),
    onError: notifyError,
  });
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('schedules.help')}
      </Text>
      {schedules.length === 0 ? (
        <Text size="sm">{t('schedules.none')}</Text>
      ) : (
        <Stack component="ul" gap={6} m={0} p={0} style={{ listStyle: 'none' }}>
          {schedules.map((schedule) => {
            const title = `${t(`common:deploymentKind.${schedule.kind}`)} · ${whenText(schedule, i18n.language)}`;
            return (
              <Group key={schedule.id} component="li" justify="space-between" wrap="nowrap" gap="xs">
                <div>
                  <Text size="sm">{title}</Text>
                  <Text size="xs" c="dimmed">
                    {schedule.nextAt === null
                      ? t('schedules.over')
                      : t('schedules.next', { at: formatMoment(Date.parse(schedule.nextAt), i18n.language) })}
                  </Text>
                </div>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={t('schedules.remove', { name: title })}
                  disabled={reason !== null}
                  loading={remove.isPending && remove.variables.id === schedule.id}
                  onClick={() => remove.mutate({ id: schedule.id })}
                >
                  <X size={16} />
                </ActionIcon>
              </Group>
            );
          })}
        </Stack>
      )}
      {reason === null ? <ScheduleForm sliceId={sliceId} /> : null}
    </Stack>
  );
}

function whenText({ rule }: Schedule, language: string): string {
  if (rule.repeat === 'once') return `${rule.date} ${rule.time} (${rule.timeZone})`;
  const labels = weekdayLabels(language, 'short');
  return `${rule.weekdays.map((day) => labels[day - 1]).join(', ')} ${rule.time} (${rule.timeZone})`;
}
