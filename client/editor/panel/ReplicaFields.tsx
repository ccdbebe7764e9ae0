import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { parameterLimits } from '#shared/topology/parameters/limits';
import { countSchema, type Count, type Parameter, type ParameterKind } from '#shared/topology/parameters/schema';
import { CommittedName } from './CommittedName';

/** Of what is typed, the number or the name that it says; empty says nothing. */
const countOf = (text: string): unknown => (text === '' ? undefined : /^\d+$/.test(text) ? Number(text) : text);
const countText = z.string().refine((text) => countSchema.optional().safeParse(countOf(text)).success);

interface CountFieldProps {
  count: Count | undefined;
  parameters: readonly Parameter[];
  problem?: string | undefined;
  onChange: (count: Count | undefined) => void;
}

/** How many there are to be: a number, or the parameter that says it. Give it the node's key as `key`. */
export function CountField({ count, parameters, problem, onChange }: CountFieldProps) {
  const { t } = useTranslation('editor');
  const names = parameters.filter(({ kind }) => kind === 'count').map(({ name }) => name);
  return (
    <CommittedName
      label={t('parameters.count')}
      description={
        names.length === 0
          ? t('parameters.countHint', { max: parameterLimits.replicas })
          : t('parameters.countOr', { max: parameterLimits.replicas, names: names.join(', ') })
      }
      value={count === undefined ? '' : String(count)}
      schema={countText}
      invalid={t('parameters.countInvalid', { max: parameterLimits.replicas })}
      problem={problem}
      onChange={(text) => {
        const next = countSchema.optional().safeParse(countOf(text));
        if (next.success) onChange(next.data);
      }}
    />
  );
}

interface FromFieldProps {
  kind: Extract<ParameterKind, 'flavour' | 'image'>;
  from: string | undefined;
  parameters: readonly Parameter[];
  problem: string | undefined;
  onChange: (from: string | undefined) => void;
}

/** By which parameter a flavour or an image is chosen; not there while there is none. */
export function FromField({ kind, from, parameters, problem, onChange }: FromFieldProps) {
  const { t } = useTranslation('editor');
  const names = parameters.filter((one) => one.kind === kind).map(({ name }) => name);
  if (names.length === 0 && from === undefined) return null;
  return (
    <Select
      label={t(`parameters.from.${kind}`)}
      placeholder={t('parameters.fromNone')}
      data={[...new Set([...names, ...(from === undefined ? [] : [from])])]}
      value={from ?? null}
      error={problem}
      clearable
      clearButtonProps={{ 'aria-label': t('parameters.fromNone') }}
      onChange={(value) => onChange(value ?? undefined)}
    />
  );
}
