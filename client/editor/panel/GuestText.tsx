import { Code, Stack, Text, Textarea, type TextareaProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { fillVariables, hasVariables, type Lookup } from '#shared/topology/variables';

interface GuestTextProps extends Pick<TextareaProps, 'label' | 'description' | 'error' | 'maxLength'> {
  /** Its name where no label is shown. */
  'aria-label'?: string | undefined;
  value: string;
  lookup: Lookup;
  onChange: (value: string) => void;
}

/** A text that a guest is given. Where it has variables, what they become is shown below it. */
export function GuestText({ value, lookup, onChange, ...field }: GuestTextProps) {
  const { t } = useTranslation('editor');
  return (
    <Stack gap={4}>
      <Textarea
        {...field}
        value={value}
        autosize
        minRows={3}
        maxRows={14}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12, whiteSpace: 'pre' } }}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {hasVariables(value) && (
        <details>
          <Text component="summary" size="xs" style={{ cursor: 'pointer' }}>
            {t('vm.preview')}
          </Text>
          <Code block tabIndex={0} style={{ maxHeight: 240, overflow: 'auto' }}>
            {fillVariables(value, lookup).text}
          </Code>
        </details>
      )}
    </Stack>
  );
}
