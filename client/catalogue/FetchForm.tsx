import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { imageNameAt } from '#shared/image-name';
import { fetchUploadInput, plainNeedsChecksum, urlWithSecret } from '#shared/image-upload';
import { urlNeeded } from '#shared/primitives';
import { trpc } from '../api/trpc';
import { useSchemaForm } from '../hooks/schema-form';
import { FormAlert } from '../ui/FormAlert';

/** Has the server fetch an image of one's own. */
export function FetchForm({ onBegun }: { onBegun: () => void }) {
  const { t } = useTranslation('catalogue');
  const fetch = trpc.imageUploads.fetch.useMutation();
  const { form, onSubmit, alert, saving } = useSchemaForm({
    schema: fetchUploadInput,
    initialValues: { url: '', name: '', sha256: '' },
    toInput: ({ url, name, sha256 }) => ({
      url: url.trim(),
      name,
      sha256: sha256.trim() === '' ? null : sha256.trim().toLowerCase(),
    }),
    save: async (input) => {
      await fetch.mutateAsync(input);
      form.reset();
      onBegun();
    },
  });
  /** In the reader's language. */
  const said = (error: unknown) => {
    if (error === urlNeeded) return t('own.errors.url');
    if (error === urlWithSecret) return t('own.errors.secret');
    return error === plainNeedsChecksum ? t('own.errors.plain') : (error as string | undefined);
  };
  const field = (name: 'url' | 'sha256') => {
    const { error, ...props } = form.getInputProps(name);
    return { ...props, error: said(error) };
  };
  const url = field('url');
  return (
    <form noValidate onSubmit={onSubmit}>
      <Stack gap="sm">
        <FormAlert message={alert} />
        <TextInput
          label={t('own.url')}
          description={t('own.urlHelp')}
          type="url"
          inputMode="url"
          {...url}
          onBlur={(event) => {
            url.onBlur?.(event);
            const typed = form.values.url.trim();
            if (form.values.name !== '' || !URL.canParse(typed)) return;
            form.setFieldValue('name', imageNameAt(typed));
          }}
        />
        <TextInput label={t('name')} {...form.getInputProps('name')} />
        <TextInput label="SHA-256" description={t('own.sha256Help')} spellCheck={false} {...field('sha256')} />
        <Text size="xs" c="dimmed">
          {t('own.kinds')}
        </Text>
        <Group justify="flex-end">
          <Button type="submit" loading={saving} leftSection={<Download size={16} />}>
            {t('own.fetch')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
