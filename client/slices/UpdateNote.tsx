import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Update } from '#shared/deployment/applied';
import { propertyText } from '../editor/property-text';
import { formatResource } from './problem-sentence';
import classes from './slice.module.css';

/** What a step changes, property by property, what that takes, and what is lost by it. */
export function UpdateNote({ update }: { update: Update }) {
  const { t, i18n } = useTranslation('slices');
  return (
    <span className={classes.updateNote}>
      {update.changes.map((change) => {
        const name = t(`plan.property.${change.property}`, { defaultValue: change.property });
        const from = shown(change.property, change.from, i18n.language);
        const to = shown(change.property, change.to, i18n.language);
        const what = from === null || to === null ? name : t('plan.fromTo', { property: name, from, to });
        return (
          <Text key={change.property} size="xs" c="dimmed" span>
            {t(`plan.effect.${change.effect}`, { what })}
          </Text>
        );
      })}
      {update.loses.map((loss) => (
        <Text key={loss} size="xs" fw={600} span>
          {t(`plan.loses.${loss}`)}
        </Text>
      ))}
    </span>
  );
}

/** A value that reads well in a sentence; null for the others. */
function shown(property: string, json: string | null, language: string): string | null {
  const value: unknown = json === null ? null : JSON.parse(json);
  const text = propertyText(property, value, language);
  if (text !== undefined) return text;
  if (typeof value === 'number')
    return property === 'vcpus' || property === 'ramMb' || property === 'diskGb'
      ? formatResource(property, value, language)
      : String(value);
  // a hash says nothing
  return typeof value === 'string' && property !== 'password' ? value : null;
}
