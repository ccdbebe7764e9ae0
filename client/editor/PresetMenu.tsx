import { Button, Chip, Group, NumberInput, Popover, Select, SimpleGrid, Stack, Switch, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Shapes } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';
import {
  canRoute,
  parametersOf,
  presetKinds,
  presetSize,
  type PresetKind,
  type PresetValues,
} from '#shared/topology/presets';
import { shortcutText } from './shortcuts';
import type { EditorCatalogue } from './use-catalogue';
import { useChoices } from './panel/choices';
import { ToolButton } from './ToolButton';

export interface PresetChoice {
  kind: PresetKind;
  values: PresetValues;
  /** The VMs in between route. */
  routers: boolean;
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
  const { t } = useTranslation(['editor', 'common']);
  const [opened, menu] = useDisclosure(false);
  const [kind, setKind] = useState<PresetKind>('line');
  const [chosen, setChosen] = useState<PresetValues>({});
  const [routers, setRouters] = useState(false);
  const [flavourId, setFlavour] = useState(defaults?.flavourId);
  const [imageId, setImage] = useState(defaults?.imageId);
  const choices = useChoices(catalogue);
  const parameters = parametersOf(kind).map(({ name, range }) => ({ name, range, value: chosen[name] ?? range.usual }));
  const values: PresetValues = Object.fromEntries(parameters.map(({ name, value }) => [name, value]));
  const size = opened ? presetSize(kind, values) : null;
  const fits =
    size?.fits === true &&
    parameters.every(({ value, range }) => Number.isInteger(value) && value >= range.min && value <= range.max);

  function chooseKind(next: PresetKind) {
    setKind(next);
    // a number that was chosen stays, if the new shape can have it
    setChosen(
      Object.fromEntries(
        parametersOf(next).flatMap(({ name, range }) => {
          const value = chosen[name];
          return value === undefined ? [] : [[name, Math.min(Math.max(value, range.min), range.max)]];
        }),
      ),
    );
  }
  function apply() {
    if (!fits || flavourId === undefined || imageId === undefined) return;
    menu.close();
    onApply({ kind, values, routers, flavourId, imageId });
  }

  return (
    <Popover
      opened={opened}
      onChange={menu.toggle}
      position="bottom-start"
      width={340}
      shadow="md"
      trapFocus
      withinPortal
      // no taller than there is room, where it is scrolled
      middlewares={{ size: { padding: 8 } }}
    >
      <Popover.Target>
        <ToolButton icon={Shapes} aria-label={t('tool.presets')} disabled={defaults === null} onClick={menu.toggle}>
          {t('tool.presets')}
        </ToolButton>
      </Popover.Target>
      <Popover.Dropdown style={{ overflowY: 'auto' }}>
        <form
          aria-label={t('preset.title')}
          onSubmit={(event) => {
            event.preventDefault();
            apply();
          }}
        >
          <Stack gap="sm">
            <Chip.Group
              value={kind}
              onChange={(value) => chooseKind(presetKinds.find((item) => item === value) ?? kind)}
            >
              <Group gap={6} role="radiogroup" aria-label={t('preset.shape')}>
                {presetKinds.map((value) => (
                  <Chip key={value} value={value} size="xs" variant="outline">
                    {t(`preset.kind.${value}`)}
                  </Chip>
                ))}
              </Group>
            </Chip.Group>
            <Text size="xs" c="dimmed">
              {t(`preset.about.${kind}`)}
            </Text>
            <SimpleGrid cols={parameters.length > 1 ? 2 : 1} spacing="xs">
              {parameters.map(({ name, range, value }, index) => (
                <NumberInput
                  key={name}
                  label={t(`preset.parameter.${name}`)}
                  description={t('preset.range', { min: range.min, max: range.max })}
                  value={value}
                  min={range.min}
                  max={range.max}
                  clampBehavior="blur"
                  allowDecimal={false}
                  thousandSeparator=""
                  onChange={(next) => setChosen((before) => ({ ...before, [name]: Number(next) }))}
                  {...(index === 0 ? { 'data-autofocus': true } : {})}
                />
              ))}
            </SimpleGrid>
            {canRoute(kind) && (
              <Switch
                label={t('preset.routers')}
                description={t('preset.routersHint')}
                checked={routers}
                onChange={(event) => setRouters(event.currentTarget.checked)}
              />
            )}
            <Text size="xs" c={size?.fits === false ? 'red' : 'dimmed'} role="status">
              {size?.fits === false
                ? t('preset.tooMuch', { vms: limits.vmsPerTopology, links: limits.edgesPerTopology })
                : t('preset.makes', {
                    vms: t('common:resources.vms', { count: size?.vms ?? 0 }),
                    links: t('links.title', { count: size?.links ?? 0 }),
                  })}
            </Text>
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
