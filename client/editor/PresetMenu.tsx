import { Button, NumberInput, Popover, SegmentedControl, Select, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Shapes } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { presetKinds, presetSizes, type PresetKind } from '#shared/topology/presets';
import { shortcutText } from './shortcuts';
import type { EditorCatalogue } from './use-catalogue';
import { useChoices } from './panel/choices';

export interface PresetChoice {
  kind: PresetKind;
  size: number;
  flavourId: number;
  imageId: number;
}
export interface PresetMenuProps {
  catalogue: EditorCatalogue;
  defaults: { flavourId: number; imageId: number } | null;
  onApply: (choice: PresetChoice) => void;
}

/** A shape, how many VMs, and what they are. */
export function PresetMenu({ catalogue, defaults, onApply }: PresetMenuProps) {
  const { t } = useTranslation('editor');
  const [opened, menu] = useDisclosure(false);
  const [kind, setKind] = useState<PresetKind>('line');
  const [size, setSize] = useState<number>(presetSizes.line.usual);
  const [flavourId, setFlavour] = useState(defaults?.flavourId);
  const [imageId, setImage] = useState(defaults?.imageId);
  const choices = useChoices(catalogue);
  const { min, max } = presetSizes[kind];
  const fits = Number.isInteger(size) && size >= min && size <= max;

  function apply() {
    if (!fits || flavourId === undefined || imageId === undefined) return;
    menu.close();
    onApply({ kind, size, flavourId, imageId });
  }

  return (
    <Popover
      opened={opened}
      onChange={menu.toggle}
      position="bottom-start"
      width={300}
      shadow="md"
      trapFocus
      withinPortal
    >
      <Popover.Target>
        <Button
          variant="default"
          size="xs"
          leftSection={<Shapes size={15} />}
          aria-label={t('tool.presets')}
          disabled={defaults === null}
          onClick={menu.toggle}
        >
          {t('tool.presets')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          aria-label={t('preset.title')}
          onSubmit={(event) => {
            event.preventDefault();
            apply();
          }}
        >
          <Stack gap="sm">
            <SegmentedControl
              aria-label={t('preset.shape')}
              size="xs"
              fullWidth
              value={kind}
              data={presetKinds.map((value) => ({ value, label: t(`preset.kind.${value}`) }))}
              onChange={(value) => {
                const next = presetKinds.find((item) => item === value) ?? kind;
                // a size that was chosen stays, if the new shape can have it
                const kept = size === presetSizes[kind].usual ? presetSizes[next].usual : size;
                setKind(next);
                setSize(Math.min(Math.max(kept, presetSizes[next].min), presetSizes[next].max));
              }}
            />
            <Text size="xs" c="dimmed">
              {t(`preset.about.${kind}`)}
            </Text>
            <NumberInput
              label={t('preset.size')}
              description={t('preset.range', { min, max })}
              value={size}
              min={min}
              max={max}
              clampBehavior="blur"
              allowDecimal={false}
              onChange={(value) => setSize(Number(value))}
              data-autofocus
            />
            <Select
              label={t('vm.flavour')}
              data={choices.flavours(flavourId)}
              value={flavourId === undefined ? null : String(flavourId)}
              allowDeselect={false}
              comboboxProps={{ withinPortal: false }}
              onChange={(value) => value !== null && setFlavour(Number(value))}
            />
            <Select
              label={t('vm.image')}
              data={choices.images(imageId)}
              value={imageId === undefined ? null : String(imageId)}
              allowDeselect={false}
              comboboxProps={{ withinPortal: false }}
              onChange={(value) => value !== null && setImage(Number(value))}
            />
            <Button type="submit" disabled={!fits}>
              {t('preset.apply')}
            </Button>
            <Text size="xs" c="dimmed">
              {t('preset.undoable', { keys: shortcutText('undo') })}
            </Text>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
