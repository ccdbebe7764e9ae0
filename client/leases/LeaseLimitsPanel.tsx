import { Checkbox, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { setLeaseLimitInput, type LeaseLimit, type LeaseLimits } from '#shared/lease';
import { leaseEnds, minutesOf, minutesText } from '#shared/schedule/terms';
import { ErrorState } from '../api/ErrorState';
import { notifyDone } from '../api/error-message';
import { trpc } from '../api/trpc';
import { useSchemaForm } from '../hooks/schema-form';
import { PanelForm } from '../ui/FormFrame';
import { LoadingRows } from '../ui/LoadingRows';
import { endWord } from './LeaseBar';

/** How long leases may be: of each zone and each role. */
export function LeaseLimitsPanel({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation(['leases', 'common']);
  const limits = trpc.leases.limits.useQuery(undefined, { staleTime: 0 });
  const [chosen, setChosen] = useState<string | null>(null);
  if (limits.data === undefined)
    return limits.error === null ? (
      <LoadingRows rows={6} height={40} />
    ) : (
      <ErrorState error={limits.error} onRetry={() => void limits.refetch()} />
    );
  const { zones, roles } = limits.data;
  const owners = [
    ...zones.map(({ zone, limit }) => ({ key: `zone:${zone.id}`, of: { zoneId: zone.id }, limit })),
    ...roles.map(({ role, limit }) => ({ key: `role:${role}`, of: { role }, limit })),
  ];
  const shown = owners.find(({ key }) => key === chosen) ?? owners[0];
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('limits.help')}
      </Text>
      <Select
        label={t('limits.of')}
        allowDeselect={false}
        value={shown?.key ?? null}
        onChange={setChosen}
        data={[
          {
            group: t('limits.zones'),
            items: zones.map(({ zone }) => ({ value: `zone:${zone.id}`, label: zone.name })),
          },
          {
            group: t('limits.roles'),
            items: roles.map(({ role }) => ({ value: `role:${role}`, label: t(`common:user.role.${role}`) })),
          },
        ]}
      />
      {shown === undefined ? null : (
        <LimitForm key={shown.key} of={shown.of} limit={shown.limit} isZone={'zoneId' in shown.of} onDone={onDone} />
      )}
    </Stack>
  );
}

interface LimitFormProps {
  of: { zoneId: number } | { role: LeaseLimits['roles'][number]['role'] };
  limit: LeaseLimit;
  isZone: boolean;
  onDone: () => void;
}

function LimitForm({ of, limit, isZone, onDone }: LimitFormProps) {
  const { t } = useTranslation(['leases', 'common']);
  const utils = trpc.useUtils();
  const set = trpc.leases.setLimit.useMutation();
  // what is no length goes to the schema as it is, which refuses it
  const minutes = (text: string) => minutesOf(text) ?? text;
  const initialValues = {
    limit: {
      maxMinutes: limit.maxMinutes === null ? '' : minutesText(limit.maxMinutes),
      warnMinutes: minutesText(limit.warnMinutes),
      atEnd: limit.atEnd as string[],
    },
  };
  const { form, ...frame } = useSchemaForm({
    schema: setLeaseLimitInput,
    initialValues,
    toInput: ({ limit: { maxMinutes, warnMinutes, atEnd } }) => ({
      of,
      limit: {
        maxMinutes: maxMinutes.trim() === '' ? null : minutes(maxMinutes),
        warnMinutes: minutes(warnMinutes),
        atEnd,
      },
    }),
    save: async (input) => {
      utils.leases.limits.setData(undefined, await set.mutateAsync(input));
      notifyDone(t('limits.saved'));
      onDone();
    },
  });
  return (
    <PanelForm {...frame} submit={t('common:actions.save')} onCancel={onDone}>
      <TextInput
        label={t('limits.max')}
        description={t('limits.maxHelp')}
        placeholder={t('limits.none')}
        {...form.getInputProps('limit.maxMinutes')}
        error={form.errors['limit.maxMinutes'] === undefined ? null : t('limits.noLength')}
      />
      {isZone ? (
        <TextInput
          label={t('limits.warn')}
          {...form.getInputProps('limit.warnMinutes')}
          error={form.errors['limit.warnMinutes'] === undefined ? null : t('limits.noLength')}
        />
      ) : null}
      <Checkbox.Group
        label={t('limits.atEnd')}
        description={t('limits.atEndHelp')}
        {...form.getInputProps('limit.atEnd')}
      >
        <Group mt={6}>
          {leaseEnds.map((kind) => (
            <Checkbox key={kind} value={kind} label={t(`end.${endWord(kind)}`)} />
          ))}
        </Group>
      </Checkbox.Group>
    </PanelForm>
  );
}
