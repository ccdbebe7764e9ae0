import { useTranslation } from 'react-i18next';
import type { Column } from './DataTable';
import { formatCount, formatDisk, formatRam } from './format';
import { RelativeTime } from './RelativeTime';

/** A column of figures that is sorted by them; `show` writes one. */
export function figures<Row, Key extends string>(
  key: Key,
  header: string,
  valueOf: (row: Row) => number,
  show: (value: number, row: Row) => string,
): Column<Row, Key> {
  return { key, header, kind: 'end', sortValue: valueOf, render: (row) => show(valueOf(row), row) };
}

/** Since when something is so; the exact moment on hover. */
export function since<Row, Key extends string>(
  key: Key,
  header: string,
  momentOf: (row: Row) => string,
): Column<Row, Key> {
  return {
    key,
    header,
    wide: true,
    sortValue: momentOf,
    render: (row) => <RelativeTime at={momentOf(row)} />,
  };
}

/** The columns that the tables of flavours, templates and slices have alike: what each takes of a zone. */
export function useResourceColumns<Row extends { vcpus: number; ramMb: number; diskGb: number }>() {
  const { t, i18n } = useTranslation();
  const inLanguage = (format: (value: number, language: string) => string) => (value: number) =>
    format(value, i18n.language);
  const columns: Column<Row, 'vcpus' | 'ramMb' | 'diskGb'>[] = [
    figures('vcpus', t('resources.vcpu'), (row) => row.vcpus, inLanguage(formatCount)),
    figures('ramMb', t('resources.ram'), (row) => row.ramMb, inLanguage(formatRam)),
    figures('diskGb', t('resources.disk'), (row) => row.diskGb, inLanguage(formatDisk)),
  ];
  return columns;
}
