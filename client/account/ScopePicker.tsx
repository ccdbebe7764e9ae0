import { Button, Group, SegmentedControl, Text } from '@mantine/core';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Role } from '#shared/permissions';
import type { Area } from '#shared/scopes';
import classes from './account.module.css';
import { areasFor, chooseEverywhere, levelsFor, type ChosenLevel, type ScopeChoice } from './scope-choice';

export interface ScopePickerProps {
  /** The owner's: what the role may not do is not offered. */
  role: Role;
  value: ScopeChoice;
  onChange: (choice: ScopeChoice) => void;
  error?: React.ReactNode;
}

/** A level for each area, with a sentence that says what it lets a token do. */
export function ScopePicker({ role, value, onChange, error }: ScopePickerProps) {
  const { t } = useTranslation('tokens');
  const id = useId();
  const choose = (area: Area, level: ChosenLevel) => onChange({ ...value, [area]: level });
  return (
    <div role="group" aria-labelledby={`${id}-label`} aria-describedby={`${id}-help`}>
      <Text size="sm" fw={600} id={`${id}-label`}>
        {t('form.may')}
      </Text>
      <Text size="xs" c="dimmed" mb={6} id={`${id}-help`}>
        {t('form.mayHelp')}
      </Text>
      <Group gap={6} mb={4}>
        <Text size="xs" c="dimmed">
          {t('form.all')}
        </Text>
        {(['read', 'manage'] as const).map((level) => (
          <Button
            key={level}
            size="compact-xs"
            variant="default"
            onClick={() => onChange(chooseEverywhere(level, role))}
          >
            {t(`levels.${level}`)}
          </Button>
        ))}
      </Group>
      {areasFor(role).map((area) => (
        <div key={area} className={classes.scope}>
          <Group justify="space-between" gap="xs">
            <Text size="sm" id={`${id}-${area}`}>
              {t(`areas.${area}`)}
            </Text>
            <SegmentedControl
              size="xs"
              aria-labelledby={`${id}-${area}`}
              value={value[area]}
              onChange={(level) => choose(area, level)}
              data={(['none', ...levelsFor(area, role)] as const).map((level) => ({
                value: level,
                label: t(`levels.${level}`),
              }))}
            />
          </Group>
          <Text size="xs" c="dimmed" aria-live="polite">
            {t(`means.${area}.${value[area]}`)}
          </Text>
        </div>
      ))}
      {error == null ? null : (
        <Text size="xs" c="var(--mantine-color-error)" role="alert" mt={4}>
          {error}
        </Text>
      )}
    </div>
  );
}
