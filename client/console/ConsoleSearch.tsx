import { ActionIcon, Group, Text, TextInput, Tooltip } from '@mantine/core';
import { ArrowDown, ArrowUp, CaseSensitive, Regex, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import { ToggleIcon } from '../ui/ToggleIcon';
import classes from './ConsoleDock.module.css';
import { maxMatches, type Matches, type Wanted } from './matches';

export interface ConsoleSearchProps {
  vmName: string;
  /** How often it was asked for: each time the focus comes to its field. */
  asked: number;
  matches: Matches;
  /** Throws for a pattern that is none. */
  onFind: (wanted: Wanted, towards: 'end' | 'beginning') => void;
  onClose: () => void;
}

/** Searches what a console shows and has kept: Enter goes back in time, Shift+Enter forth, Escape ends it. */
export function ConsoleSearch({ vmName, asked, matches, onFind, onClose }: ConsoleSearchProps) {
  const { t } = useTranslation('console');
  const field = useRef<HTMLInputElement>(null);
  const [wanted, setWanted] = useState<Wanted>({ text: '', caseSensitive: false, regex: false });
  const [invalid, setInvalid] = useState(false);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, [asked]);

  const find = (next: Wanted, towards: 'end' | 'beginning') => {
    setWanted(next);
    try {
      onFind(next, towards);
      setInvalid(false);
    } catch {
      setInvalid(true);
    }
  };
  const found = () => {
    if (wanted.text === '' || invalid) return '';
    if (matches.count === 0) return t('search.none');
    if (matches.index < 0) return t('search.many', { count: maxMatches });
    return t('search.place', { place: matches.index + 1, count: matches.count });
  };

  return (
    <div className={classes.search} role="search" aria-label={t('search.in', { name: vmName })}>
      <TextInput
        ref={field}
        size="xs"
        className={classes.searchField}
        aria-label={t('search.for')}
        placeholder={t('search.for')}
        value={wanted.text}
        maxLength={limits.searchLength}
        error={invalid ? t('search.invalid') : undefined}
        errorProps={{ fz: 'xs' }}
        onChange={(event) => find({ ...wanted, text: event.currentTarget.value }, 'beginning')}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onClose();
          if (event.key === 'Enter') find(wanted, event.shiftKey ? 'end' : 'beginning');
        }}
      />
      <Text size="xs" role="status" className={classes.found}>
        {found()}
      </Text>
      <Group gap={2} wrap="nowrap">
        <ToggleIcon
          label={t('search.case')}
          on={wanted.caseSensitive}
          onChange={(caseSensitive) => find({ ...wanted, caseSensitive }, 'beginning')}
        >
          <CaseSensitive size={16} />
        </ToggleIcon>
        <ToggleIcon
          label={t('search.regex')}
          on={wanted.regex}
          onChange={(regex) => find({ ...wanted, regex }, 'beginning')}
        >
          <Regex size={14} />
        </ToggleIcon>
        <Tooltip label={t('search.previous')}>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('search.previous')}
            onClick={() => find(wanted, 'beginning')}
          >
            <ArrowUp size={16} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={t('search.next')}>
          <ActionIcon variant="subtle" color="gray" aria-label={t('search.next')} onClick={() => find(wanted, 'end')}>
            <ArrowDown size={16} />
          </ActionIcon>
        </Tooltip>
        <ActionIcon variant="subtle" color="gray" aria-label={t('search.close')} onClick={onClose}>
          <X size={16} />
        </ActionIcon>
      </Group>
    </div>
  );
}
