import { Group, NumberInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { sizeFields } from '#shared/flavour';
import { limits } from '#shared/limits';
import type { CatalogueFlavour } from '#shared/topology/catalogue';
import { ownSizeSchema, type OwnSize, type TopologyVm } from '#shared/topology/schema';
import type { VmFields } from '../document';

const least = { vcpus: sizeFields.vcpus.minValue ?? 1, ramMb: sizeFields.ramMb.minValue ?? 1 };

interface OwnSizeFieldsProps {
  vm: TopologyVm;
  flavour: CatalogueFlavour | undefined;
  problem: string | undefined;
  /** `join`: changes of one kind in a row are one step of undo. */
  onChange: (fields: VmFields, join?: string) => void;
}

/** CPUs and RAM of a VM's own. What is left empty is its flavour's, which stands there as a hint. */
export function OwnSizeFields({ vm, flavour, problem, onChange }: OwnSizeFieldsProps) {
  const { t } = useTranslation('editor');
  const set = (of: keyof OwnSize, amount: number | undefined) => {
    const size = { ...vm.ownSize, [of]: amount };
    const isEmpty = size.vcpus === undefined && size.ramMb === undefined;
    onChange({ ownSize: isEmpty ? undefined : size }, `size ${vm.key}`);
  };
  return (
    <Stack gap={4} role="group" aria-label={t('vm.size')}>
      <Group gap="xs" grow align="start">
        {(['vcpus', 'ramMb'] as const).map((of) => (
          <Amount
            key={of}
            label={t(`vm.own.${of}`)}
            hint={flavour?.[of]}
            of={of}
            value={vm.ownSize?.[of]}
            onChange={(amount) => set(of, amount)}
          />
        ))}
      </Group>
      <Text size="xs" c="dimmed">
        {t('vm.sizeHint')}
      </Text>
      {problem !== undefined && (
        <Text size="xs" c="var(--mantine-color-error)">
          {problem}
        </Text>
      )}
    </Stack>
  );
}

interface AmountProps {
  label: string;
  /** What it is while nothing is said. */
  hint: number | undefined;
  of: keyof OwnSize;
  value: number | undefined;
  onChange: (amount: number | undefined) => void;
}

/** A number that changes the drawing as soon as it may be one: RAM of 512 begins with a 5. What may not be stays in the field until it is left. */
function Amount({ label, hint, of, value, onChange }: AmountProps) {
  const { t } = useTranslation('editor');
  const [draft, setDraft] = useState<number | string | null>(null);
  return (
    <NumberInput
      label={label}
      placeholder={hint === undefined ? '' : String(hint)}
      value={draft ?? value ?? ''}
      error={draft === null ? undefined : t('vm.ownInvalid', { min: least[of], max: limits[of] })}
      allowDecimal={false}
      allowNegative={false}
      hideControls
      onChange={(typed) => {
        const isGiven = typed !== '';
        if (isGiven && !ownSizeSchema.safeParse({ [of]: typed }).success) {
          setDraft(typed);
          return;
        }
        setDraft(null);
        onChange(isGiven ? Number(typed) : undefined);
      }}
      onBlur={() => setDraft(null)}
    />
  );
}
