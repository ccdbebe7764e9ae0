import { ActionIcon, Code, Group, Stack } from '@mantine/core';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { drawingLimits } from '#shared/topology/limits';
import { environmentVariableSchema, type TopologyVm } from '#shared/topology/schema';
import { fillVariables, hasVariables, type Lookup } from '#shared/topology/variables';
import type { VmFields } from '../document';
import { CommittedName } from './CommittedName';
import { FieldList } from './FieldList';

interface EnvironmentProps {
  vm: TopologyVm;
  problem: string | undefined;
  lookup: Lookup;
  /** `join`: changes of one kind in a row are one step of undo. */
  onChange: (fields: VmFields, join?: string) => void;
}

/** `VARIABLE`, then `VARIABLE2`, `VARIABLE3` …: the first that is free. */
function nextName(used: readonly string[]): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? 'VARIABLE' : `VARIABLE${number}`;
    if (!used.includes(name)) return name;
  }
}

/** The environment variables of a VM's guest. */
export function Environment({ vm, problem, lookup, onChange }: EnvironmentProps) {
  const { t } = useTranslation('editor');
  const { environment } = vm;
  const { name: nameSchema, value: valueSchema } = environmentVariableSchema.shape;
  const change = (at: number, fields: { name?: string; value?: string }, what: string) =>
    onChange(
      { environment: environment.map((one, place) => (place === at ? { ...one, ...fields } : one)) },
      `${what} ${vm.key} ${at}`,
    );
  return (
    <FieldList
      title={t('vm.environment')}
      hint={t('vm.environmentHint')}
      problem={problem}
      add={t('vm.addVariable')}
      full={environment.length >= drawingLimits.variablesPerVm}
      onAdd={() =>
        onChange({ environment: [...environment, { name: nextName(environment.map(({ name }) => name)), value: '' }] })
      }
    >
      {environment.map(({ name, value }, index) => (
        // the position is what a row is: two may have one name while one types
        // eslint-disable-next-line react/no-array-index-key
        <Stack key={index} gap={4}>
          <Group gap={6} wrap="nowrap" align="end">
            <Group gap={6} grow align="start" wrap="nowrap" style={{ flex: 1, minWidth: 0 }}>
              <CommittedName
                key={`${vm.key} ${environment.length} name`}
                label={t('vm.variableName', { number: index + 1 })}
                value={name}
                schema={nameSchema}
                maxLength={drawingLimits.variableNameLength}
                invalid={t('vm.variableNameInvalid')}
                onChange={(next) => change(index, { name: next }, 'variable')}
              />
              <CommittedName
                key={`${vm.key} ${environment.length} value`}
                label={t('vm.variableValue', { name })}
                value={value}
                schema={valueSchema}
                maxLength={drawingLimits.variableValueLength}
                invalid={t('vm.variableValueInvalid')}
                onChange={(next) => change(index, { value: next }, 'value')}
              />
            </Group>
            <ActionIcon
              variant="subtle"
              color="gray"
              mb={4}
              aria-label={t('vm.removeVariable', { name })}
              onClick={() => onChange({ environment: environment.filter((_, place) => place !== index) })}
            >
              <X size={15} />
            </ActionIcon>
          </Group>
          {hasVariables(value) && (
            <Code aria-label={t('vm.preview')} style={{ overflowWrap: 'anywhere' }}>
              {`${name}=${fillVariables(value, lookup).text}`}
            </Code>
          )}
        </Stack>
      ))}
    </FieldList>
  );
}
