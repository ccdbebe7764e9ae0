import { Group, Select, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { pairsOf, pairsText } from '#shared/pairs';

/** Something that a cloud has, to be chosen. */
export interface CloudOption {
  id: string;
  name: string;
  label: string;
}

/** One of ours. */
export interface PairRow {
  id: number;
  name: string;
  detail: string;
  /** What the field is called. */
  label: string;
  /** What it comes to while nothing is chosen. */
  placeholder: string;
  /** Why it cannot be had like that; null: it can. `wanted`: as the setting has it, null for nothing. */
  refused: (wanted: string | null) => string | null;
}

export interface CloudPairsProps {
  /** As the setting has it. */
  value: string;
  onChange: (text: string) => void;
  error: ReactNode;
  help: string;
  rows: readonly PairRow[];
  /** Undefined while nobody has asked the cloud. */
  options: readonly CloudOption[] | undefined;
}

/** For each of ours which of a cloud's it is. */
export function CloudPairs({ value, onChange, error, help, rows, options }: CloudPairsProps) {
  const listed = pairsOf(value);
  const give = (id: number, cloudId: string | null) => {
    const pairs = new Map(listed);
    if (cloudId === null) pairs.delete(id);
    else pairs.set(id, cloudId);
    onChange(pairsText(pairs));
  };
  return (
    <Stack gap="xs">
      <Text size="xs" c="dimmed">
        {help}
      </Text>
      {rows.map((row) => (
        <Pair
          key={row.id}
          row={row}
          wanted={listed.get(row.id) ?? null}
          onChange={(cloudId) => give(row.id, cloudId)}
          options={options}
        />
      ))}
      {error == null ? null : (
        <Text size="xs" c="red" role="alert">
          {error}
        </Text>
      )}
    </Stack>
  );
}

function Pair({
  row,
  wanted,
  onChange,
  options,
}: Pick<CloudPairsProps, 'options'> & {
  row: PairRow;
  wanted: string | null;
  onChange: (cloudId: string | null) => void;
}) {
  const { t } = useTranslation('catalogue');
  const data = (options ?? []).map(({ id, label }) => ({ value: id, label }));
  // what was written by hand may be a name
  const known = options?.find(({ id }) => id === wanted) ?? options?.find(({ name }) => name === wanted);
  const chosen = known?.id ?? wanted;
  if (chosen !== null && known === undefined) data.unshift({ value: chosen, label: chosen });
  return (
    <div>
      <Group justify="space-between" align="baseline" gap="xs">
        <Text size="sm" fw={500} style={{ overflowWrap: 'anywhere' }}>
          {row.name}
        </Text>
        <Text size="xs" c="dimmed">
          {row.detail}
        </Text>
      </Group>
      <Select
        aria-label={row.label}
        placeholder={row.placeholder}
        data={data}
        value={chosen}
        onChange={onChange}
        error={row.refused(wanted) ?? undefined}
        clearable
        searchable={data.length > 8}
        nothingFoundMessage={t('zones.pairs.nothing')}
      />
    </div>
  );
}
