import { ActionIcon, Box, Group, NumberInput, Select, Stack, Switch, TagsInput } from '@mantine/core';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { parameterLimits } from '#shared/topology/parameters/limits';
import {
  parameterKinds,
  parameterNameSchema,
  parameterSchema,
  type Parameter,
  type ParameterKind,
} from '#shared/topology/parameters/schema';
import { CommittedName } from './CommittedName';
import { FieldList } from './FieldList';

interface ParameterListProps {
  parameters: readonly Parameter[];
  problem: string | undefined;
  /** `join`: changes of one kind in a row are one step of undo. */
  onChange: (parameters: Parameter[], join?: string) => void;
}

/** What a slice of the template is asked for. */
export function ParameterList({ parameters, problem, onChange }: ParameterListProps) {
  const { t } = useTranslation('editor');
  const set = (index: number, fields: object, what: string) => {
    const changed = parameters.map((old, place) => {
      // what may not be so stays as it was
      const next = place === index ? parameterSchema.safeParse({ ...old, ...fields }) : null;
      return next?.success === true ? next.data : old;
    });
    onChange(changed, `parameter ${index} ${what}`);
  };
  const setKind = (index: number, kind: ParameterKind) =>
    onChange(
      parameters.map((old, place) =>
        place === index ? parameterSchema.parse({ kind, name: old.name, label: old.label }) : old,
      ),
    );
  return (
    <FieldList
      title={t('parameters.title')}
      hint={t('parameters.hint', { param: '{{ param.NAME }}' })}
      problem={problem}
      add={t('parameters.add')}
      full={parameters.length >= parameterLimits.perTopology}
      onAdd={() => onChange([...parameters, nextParameter(parameters)])}
    >
      {parameters.map((parameter, index) => (
        <Box
          // the position is what a row is: two may have one name while one types
          // eslint-disable-next-line react/no-array-index-key
          key={index}
          component="fieldset"
          m={0}
          p="xs"
          style={{ border: '1px solid var(--mantine-color-default-border)', borderRadius: 'var(--mantine-radius-sm)' }}
          aria-label={t('parameters.one', { name: parameter.name })}
        >
          <Stack gap={6}>
            <Group gap={6} wrap="nowrap" align="start">
              <div style={{ flex: 1, minWidth: 0 }}>
                <CommittedName
                  key={parameters.length}
                  label={t('parameters.name')}
                  value={parameter.name}
                  schema={parameterNameSchema}
                  maxLength={parameterLimits.nameLength}
                  invalid={t('parameters.nameInvalid')}
                  onChange={(name) => set(index, { name }, 'name')}
                />
              </div>
              <Select
                w={110}
                label={t('parameters.kind')}
                data={parameterKinds.map((kind) => ({ value: kind, label: t(`parameters.kindIs.${kind}`) }))}
                value={parameter.kind}
                allowDeselect={false}
                onChange={(value) => {
                  const kind = parameterKinds.find((one) => one === value);
                  if (kind !== undefined && kind !== parameter.kind) setKind(index, kind);
                }}
              />
              <ActionIcon
                variant="subtle"
                color="gray"
                mt={26}
                aria-label={t('parameters.remove', { name: parameter.name })}
                onClick={() => onChange(parameters.filter((_, place) => place !== index))}
              >
                <X size={14} />
              </ActionIcon>
            </Group>
            <CommittedName
              key={`label ${parameters.length}`}
              label={t('parameters.label')}
              value={parameter.label}
              schema={parameterSchema.options[0].shape.label}
              maxLength={parameterLimits.labelLength}
              invalid={t('vm.labelInvalid')}
              onChange={(label) => set(index, { label }, 'label')}
            />
            <KindFields
              key={parameter.kind}
              parameter={parameter}
              onChange={(fields, what) => set(index, fields, what)}
            />
          </Stack>
        </Box>
      ))}
    </FieldList>
  );
}

/** A count, the first thing that one asks for, under a name that is free. */
function nextParameter(parameters: readonly Parameter[]): Parameter {
  const used = new Set(parameters.map(({ name }) => name));
  let name = 'count';
  for (let number = 2; used.has(name); number++) name = `count${number}`;
  return parameterSchema.parse({ kind: 'count', name });
}

/** What is said of some kinds only. */
function KindFields({
  parameter,
  onChange,
}: {
  parameter: Parameter;
  onChange: (fields: object, what: string) => void;
}) {
  const { t } = useTranslation('editor');
  switch (parameter.kind) {
    case 'count':
      return (
        <Group gap={6} grow align="start">
          {(['default', 'min', 'max'] as const).map((of) => (
            <NumberInput
              key={of}
              label={t(`parameters.${of}`)}
              value={parameter[of]}
              min={1}
              max={parameterLimits.replicas}
              clampBehavior="blur"
              allowDecimal={false}
              hideControls
              onChange={(value) => typeof value === 'number' && onChange({ [of]: value }, of)}
            />
          ))}
        </Group>
      );
    case 'boolean':
      return (
        <Switch
          label={t('parameters.on')}
          checked={parameter.default}
          onChange={(event) => onChange({ default: event.currentTarget.checked }, 'default')}
        />
      );
    case 'secret':
      return null;
    case 'text':
      return (
        <>
          <CommittedName
            label={t('parameters.default')}
            value={parameter.default}
            schema={parameterSchema.options[1].shape.default}
            maxLength={parameterLimits.textLength}
            invalid={t('parameters.textInvalid')}
            onChange={(text) => onChange({ default: text }, 'default')}
          />
          <Choices values={parameter.choices} onChange={(choices) => onChange({ choices }, 'choices')} />
        </>
      );
    case 'flavour':
    case 'image':
      return <Choices values={parameter.choices} onChange={(choices) => onChange({ choices }, 'choices')} />;
  }
}

function Choices({ values, onChange }: { values: readonly string[]; onChange: (values: string[]) => void }) {
  const { t } = useTranslation('editor');
  return (
    <TagsInput
      label={t('parameters.choices')}
      description={t('parameters.choicesHint')}
      value={[...values]}
      maxTags={parameterLimits.choices}
      onChange={onChange}
    />
  );
}
