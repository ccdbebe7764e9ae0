import { Button, Menu } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { Copy, Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { slug } from '#shared/slug';
import {
  addressCsv,
  addressFiles,
  addressFormats,
  addressHosts,
  type AddressFormat,
} from '#shared/topology/address-files';
import type { AddressRow } from '#shared/topology/address-table';
import { addressInventory } from '#shared/topology/formats/write-ansible';
import { notifyDone } from '../api/error-message';
import { downloadText } from '../hooks/download';

const writers: Record<AddressFormat, (rows: readonly AddressRow[]) => string> = {
  csv: addressCsv,
  hosts: addressHosts,
  ansible: addressInventory,
  json: (rows) => `${JSON.stringify({ items: rows }, null, 2)}\n`,
};

/** Takes what is shown elsewhere: as a file, or by the clipboard. `name`: of what has the addresses. */
export function AddressExport({ name, rows }: { name: string; rows: readonly AddressRow[] }) {
  const { t } = useTranslation('addresses');
  const clipboard = useClipboard();
  const save = (format: AddressFormat) => {
    const { ending, type } = addressFiles[format];
    const plain = slug(name, '-');
    downloadText(`${plain === '' ? 'topology' : plain}${ending}`, writers[format](rows), type);
  };
  const copy = (format: AddressFormat) => {
    clipboard.copy(writers[format](rows));
    notifyDone(t('copied'));
  };
  return (
    <Menu position="bottom-end" shadow="md" returnFocus>
      <Menu.Target>
        <Button size="sm" variant="default" leftSection={<Download size={15} />}>
          {t('export')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('download')}</Menu.Label>
        {addressFormats.map((format) => (
          <Menu.Item key={format} leftSection={<Download size={14} />} onClick={() => save(format)}>
            {t(`formats.${format}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{t('copy')}</Menu.Label>
        {addressFormats.map((format) => (
          <Menu.Item key={format} leftSection={<Copy size={14} />} onClick={() => copy(format)}>
            {t(`formats.${format}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
