import { NumberInput, PasswordInput, Select, Stack, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { parameterLimits } from '#shared/topology/parameters/limits';
import { labelOfParameter } from '#shared/topology/parameters/parameters';
import type { Parameter, ParameterValues } from '#shared/topology/parameters/schema';

interface ParameterFieldsProps {
  parameters: readonly Parameter[];
  values: ParameterValues;
  /** What is wrong with one, by its name. */
  errors: ReadonlyMap<string, string>;
  /** Names of what there is to choose from. */
  names: { flavour: readonly string[]; image: readonly string[] };
  /** Undefined: as by default. */
  onChange: (name: string, value: ParameterValues[string] | undefined) => void;
}

/** One field for each thing that a template asks for. */
export function ParameterFields({ parameters, ...rest }: ParameterFieldsProps) {
  return (
    <Stack gap="sm">
      {parameters.map((parameter) => (
        <ParameterField key={parameter.name} parameter={parameter} {...rest} />
      ))}
    </Stack>
  );
}

function ParameterField({
  parameter,
  values,
  errors,
  names,
  onChange,
}: Omit<ParameterFieldsProps, 'parameters'> & { parameter: Parameter }) {
  const { t } = useTranslation('slices');
  const { name } = parameter;
  const value = values[name];
  const field = { label: labelOfParameter(parameter), error: errors.get(name) };
  const set = (next: ParameterValues[string] | undefined) => onChange(name, next);
  const setText = (text: string) => set(text);
  switch (parameter.kind) {
    case 'count':
      return (
        <NumberInput
          {...field}
          description={t('create.range', { min: parameter.min, max: parameter.max })}
          value={typeof value === 'number' || typeof value === 'string' ? value : parameter.default}
          allowDecimal={false}
          allowNegative={false}
          onChange={set}
        />
      );
    case 'boolean':
      return (
        <Switch
          {...field}
          checked={typeof value === 'boolean' ? value : parameter.default}
          onChange={(event) => set(event.currentTarget.checked)}
        />
      );
    case 'secret':
      return (
        <PasswordInput
          {...field}
          description={t('create.secretHint')}
          withAsterisk
          autoComplete="new-password"
          maxLength={parameterLimits.textLength}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => set(event.currentTarget.value)}
        />
      );
    case 'text':
      return parameter.choices.length === 0 ? (
        <TextInput
          {...field}
          maxLength={parameterLimits.textLength}
          value={typeof value === 'string' ? value : parameter.default}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      ) : (
        <Select
          {...field}
          data={[...new Set(parameter.choices)]}
          allowDeselect={false}
          value={typeof value === 'string' ? value : parameter.default}
          onChange={(choice) => set(choice ?? undefined)}
        />
      );
    case 'flavour':
    case 'image': {
      const { kind, choices } = parameter;
      return (
        <Select
          {...field}
          placeholder={t('create.asDrawn')}
          data={[...new Set(choices.length === 0 ? names[kind] : choices)]}
          clearable
          clearButtonProps={{ 'aria-label': t('create.asDrawn') }}
          searchable={choices.length === 0 && names[kind].length > 12}
          value={typeof value === 'string' ? value : null}
          onChange={(choice) => set(choice ?? undefined)}
        />
      );
    }
  }
}
