import { NativeSelect, useMantineColorScheme } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, languages, type Language } from '../i18n/i18n';
import { notifyError } from '../api/error-message';

/** Each in its own language: whoever looks for it cannot read the other one. */
const languageNames: Record<Language, string> = { en: 'English', es: 'Español' };
const schemes = ['light', 'dark', 'auto'] as const;

/** Language and light or dark. Native fields, since they are part of what everybody loads first. */
export function PreferenceFields() {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <>
      <NativeSelect
        size="xs"
        label={t('user.language')}
        value={i18n.language}
        data={languages.map((value) => ({ value, label: languageNames[value] }))}
        onChange={(event) => {
          const language = languages.find((known) => known === event.currentTarget.value);
          if (language !== undefined) void chooseLanguage(language).catch(notifyError);
        }}
      />
      <NativeSelect
        size="xs"
        label={t('user.scheme')}
        value={colorScheme}
        data={schemes.map((value) => ({ value, label: t(`user.${value}`) }))}
        onChange={(event) => {
          const scheme = schemes.find((known) => known === event.currentTarget.value);
          if (scheme !== undefined) setColorScheme(scheme);
        }}
      />
    </>
  );
}
