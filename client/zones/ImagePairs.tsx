import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { imageRefusal } from '#shared/cloud-images';
import type { Image } from '#shared/image';
import { pairsOf } from '#shared/pairs';
import type { imageRules } from '#shared/zone-settings';
import type { ConnectionTest } from '#shared/zone-test';
import { CloudPairs } from './CloudPairs';

export interface ImagePairsProps {
  /** Of the catalogue, retired ones too. */
  images: readonly Image[];
  /** As the setting has it. */
  value: string;
  onChange: (text: string) => void;
  error: ReactNode;
  rule: (typeof imageRules)[number];
  /** Those of the cloud; undefined while nobody has asked it. */
  offered: ConnectionTest['offers']['images'] | undefined;
}

/** For each image of the catalogue the cloud's that its VMs are made of. */
export function ImagePairs({ images, value, onChange, error, rule, offered }: ImagePairsProps) {
  const { t } = useTranslation('catalogue');
  const listed = pairsOf(value);
  const options = offered
    ?.toSorted((a, b) => a.name.localeCompare(b.name))
    .map(({ id, name }) => ({ id, name, label: name === '' ? id : name }));
  const rows = images
    .filter(({ id, retiredAt }) => retiredAt === null || listed.has(id))
    .map(({ id, name, kind }) => {
      const uploads = rule === 'upload' && kind === 'disk';
      return {
        id,
        name,
        detail: t(`zones.imagePairs.kind.${kind}`),
        label: t('zones.imagePairs.of', { image: name }),
        placeholder: uploads ? t('zones.choice.otherImages.upload') : t('zones.imagePairs.called', { name }),
        refused: (wanted: string | null) => {
          if (offered === undefined) return null;
          const offer = { images: offered, listed: new Map(wanted === null ? [] : [[id, wanted]]), rule };
          const refused = imageRefusal(offer, { id, name, kind });
          return refused === null ? null : t(`zones.imagePairs.${refused.code}`, { name });
        },
      };
    });
  const help = t(offered === undefined ? 'zones.imagePairs.untested' : 'zones.imagePairs.help');
  return <CloudPairs {...{ value, onChange, error, help, rows, options }} />;
}
