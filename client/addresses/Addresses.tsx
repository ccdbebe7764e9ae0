import { Group, Stack, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { AddressRow } from '#shared/topology/address-table';
import { NoMatch } from '../ui/NoMatch';
import { SearchField } from '../ui/SearchField';
import { AddressExport } from './AddressExport';
import { AddressTable } from './AddressTable';
import { holds } from './filter';

interface AddressesProps {
  /** Of the slice or the template. */
  name: string;
  rows: readonly AddressRow[];
  withGuests?: boolean | undefined;
  onOpen?: ((vmKey: string) => void) | undefined;
  /** More that can be done, beside the search. */
  deeds?: ReactNode;
}

/** A table of addresses with a search; what that lets through can be taken elsewhere. */
export function Addresses({ name, rows, withGuests, onOpen, deeds }: AddressesProps) {
  const { t } = useTranslation('addresses');
  const [search, setSearch] = useState('');
  const shown = rows.filter((row) => holds(row, search));
  if (rows.length === 0) return <Text c="dimmed">{t('none')}</Text>;
  return (
    <Stack gap="sm">
      <Group gap="xs" justify="space-between">
        <SearchField label={t('search')} value={search} onChange={setSearch} />
        <Group gap="xs">
          {deeds}
          <AddressExport name={name} rows={shown} />
        </Group>
      </Group>
      {shown.length === 0 ? (
        <NoMatch search={search} onClear={() => setSearch('')} />
      ) : (
        <AddressTable caption={t('table', { name })} rows={shown} withGuests={withGuests} onOpen={onOpen} />
      )}
    </Stack>
  );
}
