import { Button, NativeSelect, Popover, Stack, Text, Textarea } from '@mantine/core';
import { ClipboardType, Maximize, Scaling } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ToggleIcon } from '../ui/ToggleIcon';
import { changeConsoleSettings, guestKeyboards, useConsoleSettings } from './console-settings';
import classes from './ConsoleDock.module.css';
import { PasteLine } from './PasteLine';
import { keysOf, type TypedKey } from './typed-keys';

/** Of what is typed by keys: more would take the guest minutes. */
const maxTyped = 4_000;

export interface ScreenBarProps {
  mayType: boolean;
  /** The picture is as large as fits. */
  fits: boolean;
  typing: { sent: number; total: number } | null;
  onFit: (fits: boolean) => void;
  onType: (keys: readonly TypedKey[]) => void;
  onStopTyping: () => void;
  /** Ctrl, Alt and Delete. */
  onReset: () => void;
  onFullScreen: () => void;
}

/** What is done with a screen besides looking at it and typing. */
export function ScreenBar({ mayType, fits, typing, ...does }: ScreenBarProps) {
  const { t } = useTranslation('console');
  const [pasting, setPasting] = useState(false);
  return (
    <div className={classes.screenBar}>
      {mayType ? (
        <>
          <Button size="compact-xs" variant="default" onClick={does.onReset}>
            Ctrl+Alt+Del
          </Button>
          <Popover
            opened={pasting}
            onChange={setPasting}
            position="bottom-start"
            trapFocus
            withinPortal={false}
            shadow="md"
          >
            <Popover.Target>
              <Button
                size="compact-xs"
                variant="default"
                leftSection={<ClipboardType size={13} />}
                aria-expanded={pasting}
                onClick={() => setPasting(!pasting)}
              >
                {t('screen.paste')}
              </Button>
            </Popover.Target>
            <Popover.Dropdown w={340} maw="90vw">
              <PasteForm
                onType={(keys) => {
                  setPasting(false);
                  does.onType(keys);
                }}
              />
            </Popover.Dropdown>
          </Popover>
        </>
      ) : null}
      {typing === null ? null : <PasteLine pasting={typing} onCancel={does.onStopTyping} />}
      <span className={classes.screenSize}>
        <ToggleIcon label={t('screen.fit')} on={fits} onChange={does.onFit}>
          <Scaling size={16} />
        </ToggleIcon>
        <Button size="compact-xs" variant="default" leftSection={<Maximize size={13} />} onClick={does.onFullScreen}>
          {t('screen.full')}
        </Button>
      </span>
    </div>
  );
}

function PasteForm({ onType }: { onType: (keys: readonly TypedKey[]) => void }) {
  const { t } = useTranslation('console');
  const [text, setText] = useState('');
  const { keyboard } = useConsoleSettings();
  const found = keysOf(text, keyboard);
  const error =
    'unknown' in found
      ? t('screen.unknown', {
          layout: t(`screen.layouts.${keyboard}`),
          characters: found.unknown.slice(0, 10).join(' '),
        })
      : null;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if ('keys' in found && found.keys.length > 0) onType(found.keys);
      }}
    >
      <Stack gap="xs">
        <Textarea
          label={t('screen.text')}
          value={text}
          maxLength={maxTyped}
          error={error}
          autosize
          minRows={3}
          maxRows={8}
          data-autofocus
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <NativeSelect
          label={t('screen.layout')}
          size="xs"
          value={keyboard}
          data={guestKeyboards.map((value) => ({ value, label: t(`screen.layouts.${value}`) }))}
          onChange={({ currentTarget: { value } }) =>
            changeConsoleSettings({ keyboard: guestKeyboards.find((known) => known === value) ?? keyboard })
          }
        />
        <Text size="xs" c="dimmed">
          {t('screen.keyboard')}
        </Text>
        <Button type="submit" size="xs" disabled={text === '' || error !== null}>
          {t('screen.type')}
        </Button>
      </Stack>
    </form>
  );
}
