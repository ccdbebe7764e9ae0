import { MultiSelect, NumberInput, SimpleGrid, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { planChaos } from '#shared/links/chaos';
import { runLimits } from '#shared/links/limits';
import { chaosLinksInput } from '#shared/links/schema';
import type { Slice } from '#shared/slice';
import { notifyDone } from '../../api/error-message';
import { trpc } from '../../api/trpc';
import { useSchemaForm } from '../../hooks/schema-form';
import { FormFoot, FormFrame } from '../../ui/FormFrame';
import { numberOf } from '../../ui/numbers';
import { formatDuration } from '../duration';
import { linkChoices } from './use-link-run';

const numbers = ['atOnce', 'failureSeconds', 'repairSeconds', 'durationSeconds'] as const;

interface Values extends Record<string, unknown>, Record<(typeof numbers)[number] | 'seed', number | string> {
  edges: string[];
}

/** A seed that nobody has chosen. */
function anySeed(): number {
  const [seed = 0] = crypto.getRandomValues(new Uint32Array(1));
  return seed % runLimits.seed;
}

/** Limits within which links fail by chance, and what that comes to. */
export function ChaosForm({ slice, linkKeys }: { slice: Slice; linkKeys: readonly string[] }) {
  const { t, i18n } = useTranslation('links');
  const utils = trpc.useUtils();
  const begin = trpc.links.chaos.useMutation();
  const [seed] = useState(anySeed);
  const initialValues: Values = {
    edges: slice.edges.flatMap(({ key }) => (linkKeys.includes(key) ? [key] : [])),
    ...{ atOnce: 1, failureSeconds: 60, repairSeconds: 20, durationSeconds: 600, seed },
  };
  const toInput = ({ edges, ...limits }: Values) => ({
    id: slice.id,
    ...(edges.length === 0 ? {} : { edges }),
    ...Object.fromEntries([...numbers, 'seed' as const].map((name) => [name, numberOf(limits[name])])),
  });
  const { form, ...frame } = useSchemaForm({
    schema: chaosLinksInput,
    initialValues,
    toInput,
    save: async (input) => {
      utils.links.get.setData({ id: slice.id }, await begin.mutateAsync(input));
      notifyDone(t('form.started'));
    },
  });
  const { data: limits } = chaosLinksInput.safeParse(toInput(form.values));
  const mayFail = slice.edges.flatMap(({ key, down }) => (down === true ? [] : [key]));
  const edges = limits?.edges?.filter((key) => mayFail.includes(key)) ?? mayFail;
  const planned = limits === undefined ? null : planChaos({ ...limits, edges });
  const [failure] = planned ?? [];
  return (
    <FormFrame {...frame} foot={<FormFoot submit={t('form.start')} saving={frame.saving} />}>
      <Text size="sm" c="dimmed">
        {t('chaos.help')}
      </Text>
      <MultiSelect
        label={t('chaos.edges')}
        description={t('chaos.edgesHelp')}
        searchable
        clearable
        data={linkChoices(slice)}
        {...form.getInputProps('edges')}
      />
      <SimpleGrid cols={2} spacing="xs">
        {numbers.map((name) => (
          <NumberInput
            key={name}
            label={t(`chaos.${name}`)}
            hideControls
            clampBehavior="none"
            {...form.getInputProps(name)}
          />
        ))}
      </SimpleGrid>
      <NumberInput
        label={t('chaos.seed')}
        description={t('chaos.seedHelp')}
        hideControls
        clampBehavior="none"
        {...form.getInputProps('seed')}
      />
      {planned === null ? null : (
        <Text size="sm" role="status">
          {failure === undefined
            ? t('chaos.nothing')
            : t('chaos.planned', {
                count: planned.length / 2,
                time: formatDuration(failure.at * 1_000, i18n.language),
              })}
        </Text>
      )}
    </FormFrame>
  );
}
