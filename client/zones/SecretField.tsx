import { ActionIcon, Button, Group, Input, PasswordInput, Text } from '@mantine/core';
import { Undo2 } from 'lucide-react';
import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

export interface SecretFieldProps {
  label: string;
  description: ReactNode;
  /** Whether there is one; what it is nobody is told. */
  set: boolean;
  /** What takes its place; empty: nothing does. */
  value: string;
  onChange: (text: string) => void;
  /** It is to be taken away. */
  cleared: boolean;
  onClear: (cleared: boolean) => void;
  error?: ReactNode;
}

/** A secret that can be set, replaced and cleared, and never read. Nothing happens to it before the form is saved. */
export function SecretField({ label, description, set, value, onChange, cleared, onClear, error }: SecretFieldProps) {
  const { t } = useTranslation('catalogue');
  const [typing, setTyping] = useState(false);
  const [visible, setVisible] = useState(false);
  const labelId = useId();
  const input = useRef<HTMLInputElement>(null);
  const first = useRef<HTMLButtonElement>(null);
  const pressed = useRef(false);
  // the button that was pressed is gone: the keyboard goes on with what took its place
  useEffect(() => {
    if (pressed.current) (input.current ?? first.current)?.focus();
    pressed.current = false;
  }, [typing, cleared]);
  const keep = () => {
    pressed.current = true;
    setTyping(false);
    onChange('');
    onClear(false);
  };
  const keepLabel = t('zones.secret.keep', { name: label });
  if (!set || typing)
    return (
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <PasswordInput
          ref={input}
          flex={1}
          label={label}
          description={description}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
          error={error}
          visible={visible}
          onVisibilityChange={setVisible}
          visibilityToggleButtonProps={{
            'aria-label': visible ? t('zones.secret.hide') : t('zones.secret.show'),
            'aria-pressed': visible,
            tabIndex: 0,
          }}
          // no browser is to offer a password here, or to keep this one
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
        />
        {typing ? (
          <ActionIcon variant="default" size={36} aria-label={keepLabel} title={keepLabel} onClick={keep}>
            <Undo2 size={16} />
          </ActionIcon>
        ) : null}
      </Group>
    );
  return (
    <Input.Wrapper
      label={label}
      description={description}
      labelElement="div"
      labelProps={{ id: labelId }}
      error={error}
    >
      <Group gap="xs" mt={4} role="group" aria-labelledby={labelId}>
        <Text size="sm" flex={1}>
          {cleared ? t('zones.secret.willGo') : t('zones.secret.isSet')}
        </Text>
        {cleared ? (
          <Button ref={first} variant="default" size="xs" aria-label={keepLabel} onClick={keep}>
            {t('zones.secret.keepIt')}
          </Button>
        ) : (
          <>
            <Button
              ref={first}
              variant="default"
              size="xs"
              onClick={() => {
                pressed.current = true;
                setTyping(true);
              }}
            >
              {t('zones.secret.replace')}
            </Button>
            <Button
              variant="default"
              size="xs"
              onClick={() => {
                pressed.current = true;
                onClear(true);
              }}
            >
              {t('zones.secret.clear')}
            </Button>
          </>
        )}
      </Group>
    </Input.Wrapper>
  );
}
