import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { Check, Copy } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import classes from './slice.module.css';

/** A value that people take elsewhere: monospace, with a button that copies it. */
export function CopyValue({ value }: { value: string }) {
  const { t } = useTranslation('slices');
  return (
    <span className={classes.copyable}>
      <span className={classes.code}>{value}</span>
      <CopyButton value={value} timeout={1500}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? t('vm.copied') : t('vm.copy', { value })}>
            <ActionIcon size="xs" variant="subtle" color="gray" aria-label={t('vm.copy', { value })} onClick={copy}>
              {copied ? <Check size={12} /> : <Copy size={12} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </span>
  );
}
