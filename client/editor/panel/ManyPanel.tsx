import { Select, Stack, Switch, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { TopologyVm } from '#shared/topology/schema';
import type { VmFields } from '../document';
import type { EditorCatalogue } from '../use-catalogue';
import { useChoices } from './choices';

interface ManyPanelProps {
  vms: readonly TopologyVm[];
  catalogue: EditorCatalogue;
  onChange: (fields: VmFields) => void;
}

/** The value that all have, undefined if they differ. */
function common<Value>(vms: readonly TopologyVm[], read: (vm: TopologyVm) => Value): Value | undefined {
  const [first] = vms;
  if (first === undefined) return undefined;
  return vms.every((vm) => read(vm) === read(first)) ? read(first) : undefined;
}

/** What several VMs can be given at once. */
export function ManyPanel({ vms, catalogue, onChange }: ManyPanelProps) {
  const { t } = useTranslation('editor');
  const choices = useChoices(catalogue);
  const flavourId = common(vms, (vm) => vm.flavourId);
  const imageId = common(vms, (vm) => vm.imageId);
  const switches = ['internet', 'router'] as const;
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('many.hint')}
      </Text>
      <Select
        label={t('vm.flavour')}
        placeholder={t('many.differ')}
        data={choices.flavours(flavourId)}
        value={flavourId === undefined ? null : String(flavourId)}
        allowDeselect={false}
        onChange={(value) => value !== null && onChange({ flavourId: Number(value) })}
      />
      <Select
        label={t('vm.image')}
        placeholder={t('many.differ')}
        data={choices.images(imageId)}
        value={imageId === undefined ? null : String(imageId)}
        allowDeselect={false}
        onChange={(value) => value !== null && onChange({ imageId: Number(value) })}
      />
      {switches.map((property) => {
        const all = common(vms, (vm) => vm[property]);
        return (
          <Switch
            key={property}
            label={t(`vm.${property}`)}
            description={all === undefined ? t('many.differ') : undefined}
            checked={all ?? false}
            onChange={(event) => onChange({ [property]: event.currentTarget.checked })}
          />
        );
      })}
    </Stack>
  );
}
