import { Fieldset, Select, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { flavourRules } from '#shared/cloud-flavours';
import { imageRules, type SettingName } from '#shared/zone-settings';
import type { ConnectionTest } from '#shared/zone-test';
import { useErrorMessage } from '../api/error-message';
import { useCatalogue } from '../editor/use-catalogue';
import { ErrorPanel } from '../ui/ErrorPanel';
import { LoadingRows } from '../ui/LoadingRows';
import { FlavourPairs } from './FlavourPairs';
import { ImagePairs } from './ImagePairs';

/** The settings that stand here, and not among the others. */
export const cloudChoices: ReadonlySet<SettingName> = new Set<SettingName>([
  'flavours',
  'otherFlavours',
  'images',
  'otherImages',
]);

export interface CloudChoicesProps {
  values: Readonly<Record<string, number | string>>;
  onChange: (name: SettingName, text: string) => void;
  errorOf: (name: SettingName) => ReactNode;
  /** What there is to choose from; undefined while nobody has asked the cloud. */
  offers: ConnectionTest['offers'] | undefined;
}

/** Which of a cloud's flavours and images ours are. */
export function CloudChoices({ values, onChange, errorOf, offers }: CloudChoicesProps) {
  const { t } = useTranslation('catalogue');
  const errorMessage = useErrorMessage();
  const catalogue = useCatalogue();
  if (catalogue.isError)
    return <ErrorPanel message={errorMessage(catalogue.error)} onRetry={() => void catalogue.refetch()} />;
  if (catalogue.data === undefined) return <LoadingRows rows={3} />;
  const flavourRule = flavourRules.find((one) => one === values['otherFlavours']) ?? 'smallest';
  const imageRule = imageRules.find((one) => one === values['otherImages']) ?? 'named';
  const pairs = (name: 'flavours' | 'images') => ({
    value: String(values[name] ?? ''),
    onChange: (text: string) => onChange(name, text),
    error: errorOf(name),
  });
  return (
    <>
      <Fieldset legend={t('zones.setting.flavours')}>
        <Stack gap="sm">
          <FlavourPairs
            {...pairs('flavours')}
            flavours={catalogue.data.flavours}
            rule={flavourRule}
            offered={offers?.flavours}
          />
          <Select
            label={t('zones.setting.otherFlavours')}
            data={flavourRules.map((value) => ({ value, label: t(`zones.choice.otherFlavours.${value}`) }))}
            value={flavourRule}
            onChange={(value) => onChange('otherFlavours', value ?? '')}
            error={errorOf('otherFlavours')}
            allowDeselect={false}
          />
        </Stack>
      </Fieldset>
      <Fieldset legend={t('zones.setting.images')}>
        <Stack gap="sm">
          <ImagePairs {...pairs('images')} images={catalogue.data.images} rule={imageRule} offered={offers?.images} />
          <Select
            label={t('zones.setting.otherImages')}
            data={imageRules.map((value) => ({ value, label: t(`zones.choice.otherImages.${value}`) }))}
            value={imageRule}
            onChange={(value) => onChange('otherImages', value ?? '')}
            error={errorOf('otherImages')}
            allowDeselect={false}
          />
        </Stack>
      </Fieldset>
    </>
  );
}
