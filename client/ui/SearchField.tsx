import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks';
import { Search } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';

interface SearchFieldProps {
  label: string;
  value: string;
  /** Told a moment after the last key. */
  onChange: (value: string) => void;
}

/** Searches as one types; `/` leads here from anywhere on the page, Escape empties it. */
export function SearchField({ label, value, onChange }: SearchFieldProps) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(value);
  // what came from outside, a cleared filter say, replaces what was typed
  const [outside, setOutside] = useState(value);
  if (outside !== value) {
    setOutside(value);
    setText(value);
  }
  const tell = useDebouncedCallback(onChange, 250);
  useHotkeys([['/', () => input.current?.focus()]]);
  const change = (next: string) => {
    setText(next);
    tell(next.trim());
  };
  return (
    <TextInput
      ref={input}
      type="search"
      role="searchbox"
      aria-label={label}
      placeholder={label}
      aria-keyshortcuts="/"
      value={text}
      maxLength={limits.searchLength}
      onChange={(event) => change(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && text !== '') change('');
      }}
      leftSection={<Search size={15} aria-hidden />}
      rightSection={
        text === '' ? null : <CloseButton size="sm" aria-label={t('table.clear')} onClick={() => change('')} />
      }
      w={{ base: '100%', xs: 260 }}
    />
  );
}
