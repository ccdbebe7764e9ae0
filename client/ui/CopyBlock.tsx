import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { Check, Copy } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import classes from './CopyBlock.module.css';

interface CopyBlockProps {
  value: string;
  /** What the button copies, for who cannot see it. */
  label?: string | undefined;
  /** Its button takes the focus when it appears. */
  focus?: boolean | undefined;
}

/** Text to take elsewhere, as it is, with a button that copies it. */
export function CopyBlock({ value, label, focus = false }: CopyBlockProps) {
  const { t } = useTranslation();
  return (
    <div className={classes.block}>
      <pre className={classes.text}>{value}</pre>
      <CopyButton value={value} timeout={2000}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? t('copied') : (label ?? t('copy'))}>
            <ActionIcon
              variant="subtle"
              color="gray"
              onClick={copy}
              autoFocus={focus}
              data-autofocus={focus || undefined}
              aria-label={copied ? t('copied') : (label ?? t('copy'))}
            >
              {copied ? <Check size={16} /> : <Copy size={16} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </div>
  );
}
