import { Select, SimpleGrid, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { chooseFlavour, type CloudFlavour, type FlavourRule } from '#shared/cloud-flavours';
import type { Flavour } from '#shared/flavour';
import { pairsOf, pairsText } from '#shared/pairs';
import type { Resources } from '#shared/primitives';
import { useErrorMessage } from '../api/error-message';
import { useCatalogue } from '../editor/use-catalogue';
import { ErrorPanel } from '../ui/ErrorPanel';
import { formatDisk, formatRam } from '../ui/format';
import { LoadingRows } from '../ui/LoadingRows';

export interface FlavourPairsProps {
  /** As the setting has it. */
  value: string;
  onChange: (text: string) => void;
  error: ReactNode;
  rule: FlavourRule;
  /** Those of the cloud; undefined while nobody has asked it. */
  offered: readonly CloudFlavour[] | undefined;
}

/** For each flavour of the catalogue the cloud's that its VMs get. What the cloud has is known once its connection was tested. */
export function FlavourPairs({ value, onChange, error, rule, offered }: FlavourPairsProps) {
  const { t } = useTranslation('catalogue');
  const errorMessage = useErrorMessage();
  const catalogue = useCatalogue();
  const listed = pairsOf(value);
  const give = (id: number, cloudId: string | null) => {
    const pairs = new Map(listed);
    if (cloudId === null) pairs.delete(id);
    else pairs.set(id, cloudId);
    onChange(pairsText(pairs));
  };
  if (catalogue.isError)
    return <ErrorPanel message={errorMessage(catalogue.error)} onRetry={() => void catalogue.refetch()} />;
  if (catalogue.data === undefined) return <LoadingRows rows={3} />;
  const flavours = catalogue.data.flavours.filter(({ id, retiredAt }) => retiredAt === null || listed.has(id));
  return (
    <Stack gap="xs">
      <Text size="xs" c="dimmed">
        {t(offered === undefined ? 'zones.flavourPairs.untested' : 'zones.flavourPairs.help')}
      </Text>
      {flavours.map((flavour) => (
        <FlavourPair
          key={flavour.id}
          flavour={flavour}
          wanted={listed.get(flavour.id) ?? null}
          onChange={(cloudId) => give(flavour.id, cloudId)}
          {...{ rule, offered }}
        />
      ))}
      {error == null ? null : (
        <Text size="xs" c="red" role="alert">
          {error}
        </Text>
      )}
    </Stack>
  );
}

function FlavourPair({
  flavour,
  wanted,
  onChange,
  rule,
  offered,
}: Pick<FlavourPairsProps, 'rule' | 'offered'> & {
  flavour: Flavour;
  wanted: string | null;
  onChange: (cloudId: string | null) => void;
}) {
  const { t, i18n } = useTranslation('catalogue');
  const size = ({ vcpus, ramMb, diskGb }: Resources) =>
    t('zones.flavourPairs.size', {
      count: vcpus,
      ram: formatRam(ramMb, i18n.language),
      disk: formatDisk(diskGb, i18n.language),
    });
  const options = (offered ?? [])
    .toSorted((a, b) => a.ramMb - b.ramMb || a.vcpus - b.vcpus || a.diskGb - b.diskGb)
    .map((one) => ({ value: one.id, label: `${one.name} (${size(one)})` }));
  // what was written by hand may be a name
  const known = offered?.find(({ id }) => id === wanted) ?? offered?.find(({ name }) => name === wanted);
  const chosen = known?.id ?? wanted;
  if (chosen !== null && known === undefined) options.unshift({ value: chosen, label: chosen });
  const { vcpus, ramMb, diskGb, id: flavourId } = flavour;
  const needs = { vcpus, ramMb, diskGb, flavourId };
  const choiceOf = (listed: ReadonlyMap<number, string>) =>
    offered === undefined ? null : chooseFlavour({ flavours: offered, listed, rule }, needs);
  const choice = choiceOf(wanted === null ? new Map() : new Map([[flavourId, wanted]]));
  const refused = choice !== null && 'refused' in choice ? choice.refused.code : null;
  const smallest = choice !== null && wanted === null && 'flavour' in choice ? choice.flavour.name : null;
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" verticalSpacing={2} style={{ alignItems: 'start' }}>
      <div>
        <Text size="sm" fw={500} style={{ overflowWrap: 'anywhere' }}>
          {flavour.name}
        </Text>
        <Text size="xs" c="dimmed">
          {size(flavour)}
        </Text>
      </div>
      <Select
        aria-label={t('zones.flavourPairs.of', { flavour: flavour.name })}
        placeholder={
          smallest === null
            ? t(`zones.choice.otherFlavours.${rule}`)
            : t('zones.flavourPairs.takes', { rule: t(`zones.choice.otherFlavours.${rule}`), name: smallest })
        }
        data={options}
        value={chosen}
        onChange={onChange}
        error={refused === null ? undefined : t(`zones.flavourPairs.${refused}`)}
        clearable
        searchable={options.length > 8}
        nothingFoundMessage={t('zones.flavourPairs.nothing')}
        comboboxProps={{ withinPortal: true }}
      />
    </SimpleGrid>
  );
}
