import { ActionIcon, Stack, Text, Title, Tooltip } from '@mantine/core';
import { Undo2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { PartChange, PartFate } from '#shared/topology/diff';
import { StatusBadge } from '../../ui/StatusBadge';
import { valueText, type NamesById } from '../../editor/value-text';
import classes from './change.module.css';
import { fateLooks } from './changed-drawing';
import { partName } from './part-name';

/** What reaches furthest comes first: it is what one has to know. */
const order: readonly PartFate[] = ['remove', 'recreate', 'restart', 'live', 'add', 'none'];

export interface ChangeListProps {
  changes: readonly PartChange[];
  catalogue?: NamesById | undefined;
  /** What is removed can be kept after all. */
  onKeep?: ((change: PartChange) => void) | undefined;
}

/** What an update changes, part by part, grouped by how it takes effect. */
export function ChangeList({ changes, catalogue, onKeep }: ChangeListProps) {
  const { t } = useTranslation('change');
  const groups = order
    .map((fate) => ({ fate, items: changes.filter((change) => change.fate === fate) }))
    .filter(({ items }) => items.length > 0);
  return (
    <Stack gap="md">
      {groups.map(({ fate, items }) => (
        <div key={fate} role="group" aria-label={t(`group.${fate}`)}>
          <Title order={3} fz="sm" mb={4} className={classes.group}>
            <StatusBadge {...fateLooks[fate]} label={t(`group.${fate}`)} />
            <Text span size="xs" c="dimmed">
              {items.length}
            </Text>
          </Title>
          <ul className={classes.list}>
            {items.map((change) => {
              const label = partName(t, change);
              return (
                <li key={`${change.part} ${change.key}`} className={classes.item}>
                  <span className={classes.what}>
                    <Text size="sm" span>
                      {label}
                    </Text>
                    {change.properties.map((one) => (
                      <PropertyChange key={one.property} change={one} catalogue={catalogue} />
                    ))}
                  </span>
                  {fate === 'remove' && onKeep !== undefined ? (
                    <Tooltip label={t('restore', { label })}>
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        size="sm"
                        aria-label={t('restore', { label })}
                        onClick={() => onKeep(change)}
                      >
                        <Undo2 size={14} />
                      </ActionIcon>
                    </Tooltip>
                  ) : null}
                </li>
              );
            })}
          </ul>
        </div>
      ))}
    </Stack>
  );
}

/** What it was and what it becomes, where that can be said in a line. */
export function PropertyChange({
  change,
  catalogue,
}: {
  change: Pick<PartChange['properties'][number], 'property' | 'from' | 'to'>;
  catalogue: ChangeListProps['catalogue'];
}) {
  const { t, i18n } = useTranslation('change');
  const property = t(`property.${change.property}`, { defaultValue: change.property });
  const [from, to] = [change.from, change.to].map((json) =>
    valueText(change.property, json === null ? null : JSON.parse(json), catalogue, i18n.language),
  );
  return (
    <Text size="xs" c="dimmed" span>
      {from == null || to == null ? property : t('fromTo', { property, from, to })}
    </Text>
  );
}
