import { Button, Group, Select, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { LeaseLimit } from '#shared/lease';
import { minutesText } from '#shared/schedule/terms';
import { endWord } from './LeaseBar';
import { toLocalInput } from './local-input';

/** Lengths that are offered, in minutes: the shorter ones where the lease has a limit. */
const lengths = [60, 240, 1_440, 10_080, 43_200];

interface LeaseFieldsProps {
  limit: LeaseLimit;
  disabled?: boolean;
  /** The fields' own, as a form gives them. */
  until: React.ComponentProps<typeof TextInput>;
  atEnd: React.ComponentProps<typeof Select>;
  /** A length was chosen, which is this end, as the field has it. */
  onLength: (until: string) => void;
}

/** Until when a slice may run and what is done then, with what is allowed. */
export function LeaseFields({ limit, disabled = false, until, atEnd, onLength }: LeaseFieldsProps) {
  const { t } = useTranslation('leases');
  const offered = lengths.filter((minutes) => limit.maxMinutes === null || minutes <= limit.maxMinutes);
  return (
    <>
      <Text size="sm" c="dimmed">
        {limit.maxMinutes === null ? t('unlimited') : t('limit', { max: minutesText(limit.maxMinutes) })}{' '}
        {t('warning', { before: minutesText(limit.warnMinutes) })}
      </Text>
      <TextInput type="datetime-local" label={t('until')} disabled={disabled} {...until} />
      <Group gap={6} role="group" aria-label={t('lengths')}>
        {offered.map((minutes) => (
          <Button
            key={minutes}
            size="compact-xs"
            variant="default"
            disabled={disabled}
            onClick={() => onLength(toLocalInput(new Date(Date.now() + minutes * 60_000)))}
          >
            {minutesText(minutes)}
          </Button>
        ))}
      </Group>
      <Select
        label={t('atEnd')}
        allowDeselect={false}
        disabled={disabled}
        data={limit.atEnd.map((kind) => ({ value: kind, label: t(`end.${endWord(kind)}`) }))}
        {...atEnd}
      />
    </>
  );
}
