import { TextInput } from '@mantine/core';
import { useState } from 'react';

interface ChosenFieldProps<Value> {
  label: string;
  description?: string | undefined;
  value: Value | undefined;
  /** What it is while nothing is chosen. */
  placeholder: string;
  /** Undefined for a text that is no such thing. */
  read: (text: string) => Value | undefined;
  /** Said of such a text. */
  invalid: string;
  /** Something else that is wrong, e.g. that another has it. */
  problem: string | undefined;
  onChange: (value: Value | undefined) => void;
}

/**
 * Something that one may choose and need not: empty is the choice of who does not care. It changes the document as soon as it is one; what is
 * none stays in the field, with the reason. Give it the part's key as `key`.
 */
export function ChosenField<Value extends string | number>(props: ChosenFieldProps<Value>) {
  const [draft, setDraft] = useState<string | null>(null);
  const shown = props.value === undefined ? '' : String(props.value);
  const isNone = draft !== null && draft.trim() !== '' && props.read(draft.trim()) === undefined;
  return (
    <TextInput
      label={props.label}
      description={props.description}
      placeholder={props.placeholder}
      value={draft ?? shown}
      error={isNone ? props.invalid : props.problem}
      maxLength={50}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => {
        const text = event.currentTarget.value;
        setDraft(text);
        const value = text.trim() === '' ? undefined : props.read(text.trim());
        if (value !== undefined || text.trim() === '') props.onChange(value);
      }}
      onBlur={() => {
        if (!isNone) setDraft(null);
      }}
    />
  );
}
