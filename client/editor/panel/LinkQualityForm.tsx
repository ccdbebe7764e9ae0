import { Fieldset, NumberInput, Select, SimpleGrid, Stack, Switch } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { drawingLimits } from '#shared/topology/limits';
import {
  bends,
  directionsOf,
  linkPresets,
  linkQualityFields,
  linkQualitySchema,
  type Link,
  type LinkQuality,
} from '#shared/topology/link';
import { alike } from '#shared/topology/properties';
import type { EdgeFields } from '../document';

/** Everything of an edge that says what becomes of frames on it. */
export interface LinkQualityFormProps {
  /** The names of its ends, the source first. */
  ends: readonly [string, string];
  link: Link | undefined;
  down: boolean;
  onChange: (fields: EdgeFields, join: string) => void;
}

type Direction = 'forth' | 'back';
/** What is typed, which may be no number, or one that cannot be. */
type Typed = Partial<Record<keyof LinkQuality, number | string>>;

const presets = Object.keys(linkPresets) as (keyof typeof linkPresets)[];
const suffixes: Partial<Record<keyof LinkQuality, string>> = { delayMs: ' ms', jitterMs: ' ms', rateKbps: ' kbit/s' };
const suffixOf = (field: keyof LinkQuality) => suffixes[field] ?? (field === 'queuePackets' ? undefined : ' %');
const mostOf = (field: keyof LinkQuality) =>
  field === 'rateKbps'
    ? drawingLimits.linkRateKbps
    : field === 'queuePackets'
      ? drawingLimits.linkQueuePackets
      : field.endsWith('Ms')
        ? drawingLimits.linkDelayMs
        : 100;

/** Without what is empty or nothing. */
function qualityOf(typed: Typed): Typed {
  return Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== '' && value !== 0));
}

/** Up or down, a kind of link to begin with, and delay, loss, rate and the rest of each direction. Give it the edge's key as `key`. */
export function LinkQualityForm({ ends, link, down, onChange }: LinkQualityFormProps) {
  const { t } = useTranslation('editor');
  const known = directionsOf(link ?? {});
  const [typed, setTyped] = useState<Record<Direction, Typed> | null>(null);
  // two directions that are alike can be told apart from the moment somebody wants to
  const [apart, setApart] = useState(link?.back !== undefined);
  const shown = typed ?? known;

  const take = (next: Link | undefined, join: string) => onChange({ link: bends(next) ? next : undefined }, join);
  const type = (direction: Direction, field: keyof LinkQuality, value: number | string) => {
    const changed = { ...shown, [direction]: { ...shown[direction], [field]: value } };
    if (!apart) changed.back = changed.forth;
    setTyped(changed);
    const [forth, back] = [changed.forth, changed.back].map((one) => linkQualitySchema.safeParse(qualityOf(one)));
    if (forth?.success && back?.success)
      take(alike(forth.data, back.data) ? forth.data : { ...forth.data, back: back.data }, `${direction} ${field}`);
  };
  const preset = link === undefined ? 'wire' : (presets.find((one) => alike(linkPresets[one], link)) ?? 'own');
  const fieldset = (direction: Direction) => (
    <QualityFields
      legend={apart ? t('edge.towards', { name: direction === 'forth' ? ends[1] : ends[0] }) : t('edge.bothWays')}
      values={shown[direction]}
      onType={(field, value) => type(direction, field, value)}
    />
  );
  return (
    <Stack
      gap="sm"
      onBlur={(event) => {
        const isLeft = !event.currentTarget.contains(event.relatedTarget);
        const isRight = typed === null || [typed.forth, typed.back].every((one) => !hasProblem(one));
        // what cannot be stays to be seen
        if (isLeft && isRight) setTyped(null);
      }}
    >
      <Switch
        label={t('edge.up')}
        description={t('edge.upHint')}
        checked={!down}
        onChange={(event) => onChange({ down: event.currentTarget.checked ? undefined : true }, 'down')}
      />
      <Select
        label={t('edge.quality')}
        description={t('edge.qualityHint')}
        data={['wire' as const, ...presets, ...(preset === 'own' ? ['own' as const] : [])].map((value) => ({
          value,
          label: t(`edge.preset.${value}`),
        }))}
        value={preset}
        allowDeselect={false}
        onChange={(value) => {
          const chosen = presets.find((one) => one === value);
          if (chosen === undefined && value !== 'wire') return;
          const next: Link | undefined = chosen === undefined ? undefined : linkPresets[chosen];
          setTyped(null);
          setApart(next?.back !== undefined);
          take(next, 'preset');
        }}
      />
      {fieldset('forth')}
      <Switch
        label={t('edge.apart')}
        checked={apart}
        onChange={(event) => {
          const isApart = event.currentTarget.checked;
          setApart(isApart);
          if (isApart) return;
          setTyped(null);
          take(known.forth, 'apart');
        }}
      />
      {apart && fieldset('back')}
    </Stack>
  );
}

const hasProblem = (typed: Typed) => !linkQualitySchema.safeParse(qualityOf(typed)).success;

interface QualityFieldsProps {
  legend: string;
  values: Typed;
  onType: (field: keyof LinkQuality, value: number | string) => void;
}

/** One direction. */
function QualityFields({ legend, values, onType }: QualityFieldsProps) {
  const { t, i18n } = useTranslation('editor');
  const { error } = linkQualitySchema.safeParse(qualityOf(values));
  const problemOf = (field: keyof LinkQuality) => {
    const issue = error?.issues.find(({ path: [at] }) => at === field);
    if (issue === undefined) return undefined;
    if (issue.code === 'custom') return t(`edge.problem.${field}`, { defaultValue: issue.message });
    const most = new Intl.NumberFormat(i18n.language).format(mostOf(field));
    return t('edge.problem.range', { least: field === 'rateKbps' || field === 'queuePackets' ? 1 : 0, most });
  };
  return (
    <Fieldset legend={legend} p="sm">
      <SimpleGrid cols={2} spacing="xs">
        {linkQualityFields.map((field) => (
          <NumberInput
            key={field}
            label={t(`edge.field.${field}`)}
            value={values[field] ?? ''}
            placeholder={field === 'rateKbps' || field === 'queuePackets' ? undefined : '0'}
            min={0}
            clampBehavior="none"
            allowDecimal={field !== 'rateKbps' && field !== 'queuePackets'}
            suffix={suffixOf(field)}
            hideControls
            error={problemOf(field)}
            onChange={(value) => onType(field, value)}
          />
        ))}
      </SimpleGrid>
    </Fieldset>
  );
}
