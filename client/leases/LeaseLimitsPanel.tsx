import { Checkbox, Divider, Group, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { IdleRule } from '#shared/idle';
import { setLeaseLimitInput, type LeaseLimit, type LeaseLimits } from '#shared/lease';
import { leaseEnds, minutesOf, minutesText } from '#shared/schedule/terms';
import { ErrorState } from '../api/ErrorState';
import { notifyDone } from '../api/error-message';
import { trpc } from '../api/trpc';
import { useSchemaForm } from '../hooks/schema-form';
import { FormFoot, FormFrame } from '../ui/FormFrame';
import { LoadingRows } from '../ui/LoadingRows';
import { IdleForm } from './IdleForm';
import { endWord } from './LeaseBar';

/** What holds for all slices of a zone or a role: how long leases may be, and what is done when nothing happens. */
export function LeaseLimitsPanel() {
  const { t } = useTranslation(['leases', 'common']);
  const limits = trpc.leases.limits.useQuery(undefined, { staleTime: 0 });
  const idle = trpc.idle.rules.useQuery(undefined, { staleTime: 0 });
  const [chosen, setChosen] = useState<string | null>(null);
  const error = limits.error ?? idle.error;
  if (limits.data === undefined || idle.data === undefined)
    return error === null ? (
      <LoadingRows rows={6} height={40} />
    ) : (
      <ErrorState
        error={error}
        onRetry={() => {
          void limits.refetch();
          void idle.refetch();
        }}
      />
    );
  const { zones, roles } = limits.data;
  const owners = [
    ...zones.map(({ zone, limit }) => ({
      ...{ key: `zone:${zone.id}`, of: { zoneId: zone.id }, limit },
      rule: idle.data.zones.find((one) => one.zone.id === zone.id)?.rule ?? null,
    })),
    ...roles.map(({ role, limit }) => ({
      ...{ key: `role:${role}`, of: { role }, limit },
      rule: idle.data.roles.find((one) => one.role === role)?.rule ?? null,
    })),
  ];
  const shown = owners.find(({ key }) => key === chosen) ?? owners[0];
  return (
    <Stack gap="sm">
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
        <>
          <section aria-labelledby="limit-title">
            <Title order={3} size="h4" id="limit-title" mb="xs">
              {t('limits.title')}
            </Title>
            <LimitForm key={shown.key} of={shown.of} limit={shown.limit} />
          </section>
          <Divider />
          <section aria-labelledby="rule-title">
            <Title order={3} size="h4" id="rule-title" mb="xs">
              {t('idle.titleOfAll')}
            </Title>
            <RuleForm key={shown.key} of={shown.of} rule={shown.rule} />
          </section>
        </>
      )}
    </Stack>
  );
}

/** Whose it is. */
type Owner = { zoneId: number } | { role: LeaseLimits['roles'][number]['role'] };

function LimitForm({ of, limit }: { of: Owner; limit: LeaseLimit }) {
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
    },
  });
  return (
    <FormFrame {...frame} foot={<FormFoot submit={t('common:actions.save')} saving={frame.saving} />}>
      <Text size="sm" c="dimmed">
        {t('limits.help')}
      </Text>
      <TextInput
        label={t('limits.max')}
        description={t('limits.maxHelp')}
        placeholder={t('limits.none')}
        {...form.getInputProps('limit.maxMinutes')}
        error={form.errors['limit.maxMinutes'] === undefined ? null : t('limits.noLength')}
      />
      {'zoneId' in of ? (
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
    </FormFrame>
  );
}

function RuleForm({ of, rule }: { of: Owner; rule: IdleRule | null }) {
  const { t } = useTranslation('leases');
  const utils = trpc.useUtils();
  const set = trpc.idle.setRule.useMutation();
  return (
    <IdleForm
      rule={rule}
      reason={null}
      save={async (next) => utils.idle.rules.setData(undefined, await set.mutateAsync({ of, rule: next }))}
    >
      <Text size="sm" c="dimmed">
        {t('idle.besides')}
      </Text>
    </IdleForm>
  );
}
