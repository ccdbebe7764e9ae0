import { NumberInput, TextInput, type NumberInputProps, type TextInputProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** How much memory VMs with an image need at least. */
export function LeastRamField(props: NumberInputProps) {
  const { t } = useTranslation('catalogue');
  return <NumberInput label={t('images.minRamMb')} min={0} step={64} allowDecimal={false} {...props} />;
}

/** What the console of an image shows once it has booted. */
export function ReadyMarkerField(props: TextInputProps) {
  const { t } = useTranslation('catalogue');
  return (
    <TextInput
      label={t('images.readyMarker')}
      description={t('images.readyMarkerHelp')}
      spellCheck={false}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      {...props}
    />
  );
}
