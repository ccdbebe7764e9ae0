import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { chooseFlavour, type CloudFlavour, type FlavourRule } from '#shared/cloud-flavours';
import type { Flavour } from '#shared/flavour';
import { pairsOf } from '#shared/pairs';
import type { Resources } from '#shared/primitives';
import { formatDisk, formatRam } from '../ui/format';
import { CloudPairs } from './CloudPairs';

export interface FlavourPairsProps {
  /** Of the catalogue, retired ones too. */
  flavours: readonly Flavour[];
  /** As the setting has it. */
  value: string;
  onChange: (text: string) => void;
  error: ReactNode;
  rule: FlavourRule;
  /** Those of the cloud; undefined while nobody has asked it. */
  offered: readonly CloudFlavour[] | undefined;
}

/** For each flavour of the catalogue the cloud's that its VMs get. What the cloud has is known once its connection was tested. */
export function FlavourPairs({ flavours, value, onChange, error, rule, offered }: FlavourPairsProps) {
  const { t, i18n } = useTranslation('catalogue');
  const size = ({ vcpus, ramMb, diskGb }: Resources) =>
    t('zones.flavourPairs.size', {
      count: vcpus,
      ram: formatRam(ramMb, i18n.language),
      disk: formatDisk(diskGb, i18n.language),
    });
  const options = offered
    ?.toSorted((a, b) => a.ramMb - b.ramMb || a.vcpus - b.vcpus || a.diskGb - b.diskGb)
    .map((one) => ({ id: one.id, name: one.name, label: `${one.name} (${size(one)})` }));
  const ruleName = t(`zones.choice.otherFlavours.${rule}`);
  const listed = pairsOf(value);
  const rows = flavours
    .filter(({ id, retiredAt }) => retiredAt === null || listed.has(id))
    .map((flavour) => {
      const { id: flavourId, name, vcpus, ramMb, diskGb } = flavour;
      const choiceOf = (wanted: string | null) => {
        const pairs = new Map(wanted === null ? [] : [[flavourId, wanted]]);
        return offered === undefined
          ? null
          : chooseFlavour({ flavours: offered, listed: pairs, rule }, { vcpus, ramMb, diskGb, flavourId });
      };
      const unlisted = choiceOf(null);
      const taken = unlisted !== null && 'flavour' in unlisted ? unlisted.flavour.name : null;
      return {
        id: flavourId,
        name,
        detail: size(flavour),
        label: t('zones.flavourPairs.of', { flavour: name }),
        placeholder: taken === null ? ruleName : t('zones.flavourPairs.takes', { rule: ruleName, name: taken }),
        refused: (wanted: string | null) => {
          const choice = choiceOf(wanted);
          return choice !== null && 'refused' in choice ? t(`zones.flavourPairs.${choice.refused.code}`) : null;
        },
      };
    });
  const help = t(offered === undefined ? 'zones.flavourPairs.untested' : 'zones.flavourPairs.help');
  return <CloudPairs {...{ value, onChange, error, help, rows, options }} />;
}
