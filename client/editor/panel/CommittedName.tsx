import { TextInput } from '@mantine/core';
import { useState } from 'react';
import type { z } from 'zod';
import { limits } from '#shared/limits';

interface CommittedNameProps {
  label: string;
  description?: string | undefined;
  value: string;
  schema: z.ZodType<string>;
  /** Characters; of a name unless given. */
  maxLength?: number | undefined;
  /** Said while what stands there is no name. */
  invalid: string;
  /** Something else that is wrong with the name, e.g. that another has it. */
  problem?: string | undefined;
  onChange: (name: string) => void;
}

/**
 * A name that changes the document with every letter, as long as it is one. What is not stays in the field, with the
 * reason, until it is left; then the last good name is back. Give it the node's key as `key`.
 */
export function CommittedName(props: CommittedNameProps) {
  const [draft, setDraft] = useState<string | null>(null);
  return (
    <TextInput
      label={props.label}
      description={props.description}
      value={draft ?? props.value}
      maxLength={props.maxLength ?? limits.nameLength}
      error={draft === null ? props.problem : props.invalid}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => {
        const text = event.currentTarget.value;
        const parsed = props.schema.safeParse(text);
        // a trimmed name is another text than what was typed: the space that was just typed must not vanish
        if (parsed.success && parsed.data === text) {
          setDraft(null);
          props.onChange(text);
        } else setDraft(text);
      }}
      onBlur={() => {
        const parsed = props.schema.safeParse(draft);
        if (parsed.success) props.onChange(parsed.data);
        setDraft(null);
      }}
    />
  );
}
