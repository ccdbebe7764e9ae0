import { Select, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { deviceIcons, locationSchema, type TopologyNetwork, type TopologyVm } from '#shared/topology/schema';
import type { DrawnFields } from '../document';

interface IconFieldProps {
  value: TopologyVm['icon'];
  onChange: (icon: TopologyVm['icon']) => void;
}

/** What a VM is drawn as. */
export function IconField({ value, onChange }: IconFieldProps) {
  const { t } = useTranslation('editor');
  return (
    <Select
      label={t('vm.icon')}
      data={[
        { value: 'auto', label: t('vm.iconIs.auto') },
        ...deviceIcons.map((icon) => ({ value: icon, label: t(`vm.iconIs.${icon}`) })),
      ]}
      value={value ?? 'auto'}
      allowDeselect={false}
      onChange={(chosen) => onChange(deviceIcons.find((icon) => icon === chosen))}
    />
  );
}

/** `40.4, -3.7`, null for what is no place; undefined for nothing. */
function locationOf(text: string): TopologyNetwork['location'] | null {
  if (text.trim() === '') return undefined;
  const [latitude = '', longitude = '', ...more] = text.split(/[,;\s]+/).filter(Boolean);
  const parsed = locationSchema.safeParse({ latitude: Number(latitude || 'no'), longitude: Number(longitude || 'no') });
  return parsed.success && more.length === 0 ? parsed.data : null;
}

interface DrawnFieldsProps {
  node: Pick<TopologyNetwork, 'locked' | 'location'>;
  onChange: (fields: DrawnFields) => void;
}

/** Lock, and place on the earth. Give it the node's key as `key`. */
export function DrawnFieldsForm({ node, onChange }: DrawnFieldsProps) {
  const { t } = useTranslation('editor');
  const [draft, setDraft] = useState<string | null>(null);
  const { location } = node;
  const shown = location === undefined ? '' : `${location.latitude}, ${location.longitude}`;
  const invalid = draft !== null && locationOf(draft) === null;
  return (
    <>
      <Switch
        label={t('drawn.locked')}
        description={t('drawn.lockedHint')}
        checked={node.locked === true}
        onChange={(event) => onChange({ locked: event.currentTarget.checked })}
      />
      <TextInput
        label={t('drawn.location')}
        description={t('drawn.locationHint')}
        placeholder="40.4, -3.7"
        value={draft ?? shown}
        error={invalid ? t('drawn.locationInvalid') : undefined}
        autoComplete="off"
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={() => {
          const next = draft === null ? null : locationOf(draft);
          if (next !== null) onChange({ location: next });
          setDraft(null);
        }}
      />
    </>
  );
}
