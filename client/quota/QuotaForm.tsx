import { Group, NativeSelect, NumberInput, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  countedFields,
  quotaFields,
  quotaLimitsSchema,
  type QuotaField,
  type QuotaLimits,
  type QuotaUse,
  type UserQuota,
} from '#shared/quota';
import { useSchemaForm } from '../hooks/schema-form';
import { numberOf } from '../ui/numbers';
import { PanelForm } from '../ui/FormFrame';
import { eachField } from './each-field';
import { formatLimit } from './slice-limits';

type Kind = 'role' | 'none' | 'number';

const units: Partial<Record<QuotaField, 'MiB' | 'GiB' | 'kbit/s'>> = {
  ramMb: 'MiB',
  diskGb: 'GiB',
  imageMb: 'MiB',
  runningRamMb: 'MiB',
  internetKbps: 'kbit/s',
  internetMbPerMonth: 'MiB',
};

interface QuotaFormProps {
  initial: UserQuota;
  /** What the role says: offered, and shown, where it may hold. */
  ofRole?: QuotaLimits | undefined;
  used?: QuotaUse | undefined;
  save: (quota: UserQuota) => Promise<unknown>;
  onCancel: () => void;
}

/** Every quantity of a quota: as the role has it, without a limit, or a number. */
export function QuotaForm({ initial, ofRole, used, save, onCancel }: QuotaFormProps) {
  const { t, i18n } = useTranslation(['quota', 'common']);
  const [kindOf, setKindOf] = useState(() =>
    eachField((field): Kind => (initial[field] === 'role' ? 'role' : initial[field] === null ? 'none' : 'number')),
  );
  const amounts: Record<QuotaField, number | string> = eachField((field) => {
    const limit = initial[field] === 'role' ? ofRole?.[field] : initial[field];
    return limit ?? '';
  });
  const { form, ...frame } = useSchemaForm({
    schema: quotaLimitsSchema,
    initialValues: amounts,
    // what the role says needs no checking; `save` puts it back
    toInput: (values) => eachField((field) => (kindOf[field] === 'number' ? numberOf(values[field]) : null)),
    save: (limits) => save(eachField((field) => (kindOf[field] === 'role' ? 'role' : limits[field]))),
  });
  const kinds: readonly Kind[] = ofRole === undefined ? ['none', 'number'] : ['role', 'none', 'number'];
  const words = (field: QuotaField): Record<Kind, string> => {
    const limit = ofRole?.[field] ?? null;
    return {
      role: t('asRoleLimit', {
        limit: limit === null ? t('noLimit').toLowerCase() : formatLimit(field, limit, i18n.language),
      }),
      none: t('noLimit'),
      number: t('number'),
    };
  };
  return (
    <PanelForm {...frame} submit={t('common:actions.save')} onCancel={onCancel}>
      {quotaFields.map((field, place) => {
        const kind = kindOf[field];
        const name = t(`field.${field}`);
        const counted = countedFields.find((known) => known === field);
        const taken = used === undefined || counted === undefined ? null : used[counted];
        const over = taken !== null && kind === 'number' && Number(form.values[field]) < taken;
        return (
          <div key={field}>
            <Group gap="xs" align="flex-start" wrap="nowrap">
              <NativeSelect
                label={name}
                aria-label={t('kind', { field: name })}
                data-autofocus={place === 0 || undefined}
                flex={1}
                data={kinds.map((value) => ({ value, label: words(field)[value] }))}
                value={kind}
                onChange={(event) => {
                  const next = kinds.find((known) => known === event.currentTarget.value);
                  if (next !== undefined) setKindOf({ ...kindOf, [field]: next });
                }}
              />
              {kind === 'number' ? (
                <NumberInput
                  label={units[field] ?? '\u00a0'}
                  aria-label={t('amount', { field: name })}
                  w={140}
                  min={0}
                  allowDecimal={false}
                  allowNegative={false}
                  thousandSeparator=" "
                  {...form.getInputProps(field)}
                />
              ) : null}
            </Group>
            {taken === null ? null : (
              <Text size="xs" c={over ? 'var(--mantine-color-error)' : 'dimmed'} mt={2}>
                {t('used', { used: formatLimit(field, taken, i18n.language) })}
                {over ? `. ${t('below')}` : null}
              </Text>
            )}
          </div>
        );
      })}
    </PanelForm>
  );
}
