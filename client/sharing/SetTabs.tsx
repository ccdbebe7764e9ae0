import { SegmentedControl } from '@mantine/core';
import { useTranslation } from 'react-i18next';

type SetName = 'mine' | 'shared' | 'all' | 'everyone';

export interface SetTabsProps<Name extends SetName> {
  sets: readonly Name[];
  value: Name;
  onChange: (value: Name) => void;
}

/** Whose things a list shows. */
export function SetTabs<Name extends SetName>({ sets, value, onChange }: SetTabsProps<Name>) {
  const { t } = useTranslation('sharing');
  return (
    <SegmentedControl
      aria-label={t('whose')}
      size="sm"
      data={sets.map((set) => ({ value: set, label: t(`set.${set}`) }))}
      value={value}
      onChange={(next) => {
        const set = sets.find((known) => known === next);
        if (set !== undefined) onChange(set);
      }}
    />
  );
}
