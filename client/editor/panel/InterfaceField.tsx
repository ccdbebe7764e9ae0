import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import { interfaceNameSchema } from '#shared/topology/schema';

interface InterfaceFieldProps {
  label: string;
  value: string | undefined;
  onChange: (name: string | undefined) => void;
}

/** What an end of a link is called; empty for nothing. Give it the edge's key and its end as `key`. */
export function InterfaceField({ label, value, onChange }: InterfaceFieldProps) {
  const { t } = useTranslation('editor');
  const [draft, setDraft] = useState<string | null>(null);
  const settle = (text: string) => (text.trim() === '' ? undefined : interfaceNameSchema.safeParse(text).data);
  return (
    <TextInput
      label={label}
      description={t('edge.interfaceHint')}
      value={draft ?? value ?? ''}
      maxLength={limits.interfaceNameLength}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => {
        const text = event.currentTarget.value;
        const name = settle(text);
        // the space that was just typed must not vanish
        setDraft(name === text ? null : text);
        if (name === text || text === '') onChange(name);
      }}
      onBlur={() => {
        if (draft !== null) onChange(settle(draft));
        setDraft(null);
      }}
    />
  );
}
