import { ActionIcon, Code, CopyButton, Group, Text, Tooltip } from '@mantine/core';
import { Check, Copy } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { splitCommands } from './commands';

function Command({ command }: { command: string }) {
  const { t } = useTranslation();
  return (
    <Group gap={4} wrap="nowrap" my={4} component="span" display="inline-flex" maw="100%">
      <Code style={{ overflowX: 'auto', whiteSpace: 'pre', minWidth: 0 }}>{command}</Code>
      <CopyButton value={command} timeout={2000}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? t('copied') : t('copy')}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              onClick={copy}
              aria-label={copied ? t('copied') : `${t('copy')}: ${command}`}
            >
              {copied ? <Check size={14} /> : <Copy size={14} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}

/** A sentence; the commands in it can be copied. */
export function CommandText({ text }: { text: string }) {
  return (
    <Text size="sm" component="div">
      {splitCommands(text).map((part, place) =>
        // the parts of one sentence never change places
        part.command ? <Command key={place} command={part.text} /> : <span key={place}>{part.text}</span>,
      )}
    </Text>
  );
}
