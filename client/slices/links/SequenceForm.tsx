import { ActionIcon, Button, Fieldset, Group, NumberInput, Select, Switch } from '@mantine/core';
import { Plus, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { linkDeeds, type LinkDeed } from '#shared/links/deeds';
import { runLimits } from '#shared/links/limits';
import { scheduleLinksInput } from '#shared/links/schema';
import type { Slice } from '#shared/slice';
import { notifyDone } from '../../api/error-message';
import { trpc } from '../../api/trpc';
import { useSchemaForm } from '../../hooks/schema-form';
import { FormFoot, FormFrame } from '../../ui/FormFrame';
import { numberOf } from '../../ui/numbers';
import { linkChoices } from './use-link-run';

type Typed = number | string;
const qualities = ['delayMs', 'lossPercent', 'rateKbps'] as const;

interface Step {
  at: Typed;
  edge: string;
  deed: LinkDeed;
  link: Record<(typeof qualities)[number], Typed>;
}
interface Values extends Record<string, unknown> {
  steps: Step[];
  durationSeconds: Typed;
  restore: boolean;
}

const step = (at: Typed, edge: string, deed: LinkDeed): Step => ({
  ...{ at, edge, deed },
  link: { delayMs: '', lossPercent: '', rateKbps: '' },
});

/** What is typed for a step as the schema takes it. */
function inputOf({ at, edge, deed, link }: Step) {
  if (deed !== 'bend') return { at: numberOf(at), edge, deed };
  const said = qualities.flatMap((name): [string, Typed][] => (link[name] === '' ? [] : [[name, link[name]]]));
  return { at: numberOf(at), edge, deed, link: Object.fromEntries(said) };
}

/** Steps at times from its start, each for one link. */
export function SequenceForm({ slice, linkKeys }: { slice: Slice; linkKeys: readonly string[] }) {
  const { t } = useTranslation('links');
  const utils = trpc.useUtils();
  const schedule = trpc.links.schedule.useMutation();
  const first = slice.edges.find(({ key }) => linkKeys.includes(key)) ?? slice.edges[0];
  const initialValues: Values = {
    steps: [step(30, first?.key ?? '', 'down'), step(60, first?.key ?? '', 'up')],
    durationSeconds: '',
    restore: true,
  };
  const { form, ...frame } = useSchemaForm({
    schema: scheduleLinksInput,
    initialValues,
    toInput: ({ steps, durationSeconds, restore }) => ({
      id: slice.id,
      steps: steps.map(inputOf),
      durationSeconds: numberOf(durationSeconds),
      restore,
    }),
    save: async (input) => {
      utils.links.get.setData({ id: slice.id }, await schedule.mutateAsync(input));
      notifyDone(t('form.started'));
    },
  });
  const { steps } = form.values;
  const names = linkChoices(slice);
  const last = steps.at(-1);
  return (
    <FormFrame {...frame} foot={<FormFoot submit={t('form.start')} saving={frame.saving} />}>
      {steps.map(({ deed }, index) => (
        <Fieldset key={index} legend={t('form.step', { number: index + 1 })} p="xs">
          <Group gap="xs" align="flex-start">
            <NumberInput
              w={84}
              label={t('form.at')}
              hideControls
              clampBehavior="none"
              {...form.getInputProps(`steps.${index}.at`)}
            />
            <Select
              flex="1 1 8rem"
              label={t('form.link')}
              allowDeselect={false}
              searchable
              data={names}
              {...form.getInputProps(`steps.${index}.edge`)}
            />
            <Select
              flex="1 1 8rem"
              label={t('form.deed')}
              allowDeselect={false}
              data={linkDeeds.map((value) => ({ value, label: t(`deed.${value}`) }))}
              {...form.getInputProps(`steps.${index}.deed`)}
            />
            <ActionIcon
              mt={26}
              variant="subtle"
              color="gray"
              aria-label={t('form.remove', { number: index + 1 })}
              disabled={steps.length === 1}
              onClick={() => form.removeListItem('steps', index)}
            >
              <X size={16} />
            </ActionIcon>
          </Group>
          {deed === 'bend' ? (
            <Group grow gap="xs" align="flex-start">
              {qualities.map((name) => (
                <NumberInput
                  key={name}
                  label={t(`form.${name}`)}
                  placeholder={name === 'rateKbps' ? undefined : '0'}
                  hideControls
                  clampBehavior="none"
                  {...form.getInputProps(`steps.${index}.link.${name}`)}
                />
              ))}
            </Group>
          ) : null}
        </Fieldset>
      ))}
      <div>
        <Button
          size="xs"
          variant="default"
          leftSection={<Plus size={14} />}
          disabled={steps.length >= runLimits.steps}
          onClick={() =>
            form.insertListItem('steps', step((numberOf(last?.at ?? 0) ?? 0) + 30, last?.edge ?? '', 'restore'))
          }
        >
          {t('form.add')}
        </Button>
      </div>
      <NumberInput
        label={t('form.duration')}
        description={t('form.durationHelp')}
        hideControls
        clampBehavior="none"
        {...form.getInputProps('durationSeconds')}
      />
      <Switch
        label={t('form.restore')}
        description={t('form.restoreHelp')}
        {...form.getInputProps('restore', { type: 'checkbox' })}
      />
    </FormFrame>
  );
}
