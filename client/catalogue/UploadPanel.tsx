import { Button, FileButton, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { FileUp, Upload } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { imageNameOf } from '#shared/image-name';
import type { ImageUpload } from '#shared/image-upload';
import { applyFieldErrors } from '../api/error-message';
import { ErrorState } from '../api/ErrorState';
import { trpc } from '../api/trpc';
import { FileDrop } from '../ui/FileDrop';
import { FormAlert } from '../ui/FormAlert';
import { formatRam } from '../ui/format';
import { LoadingRows } from '../ui/LoadingRows';
import { ResourceBar } from '../ui/ResourceBar';
import { FetchForm } from './FetchForm';
import { sendFile } from './upload-store';
import { isOpen, UploadRow } from './UploadRow';

const endings = ['.qcow2', '.raw', '.img', '.vmdk', '.vdi', '.vhdx', '.iso', '.gz', '.xz'];
const mib = (bytes: number) => bytes / 2 ** 20;

const sources = ['file', 'url'] as const;

/** Images of one's own: a file is chosen and sent, or fetched from a URL, with its progress; what came before is listed with how it ended. */
export function UploadPanel() {
  const { t, i18n } = useTranslation(['catalogue', 'quota']);
  const utils = trpc.useUtils();
  const quota = trpc.quotas.mine.useQuery();
  const list = trpc.imageUploads.list.useQuery(
    { limit: 20 },
    { refetchInterval: ({ state }) => (state.data?.items.some(isOpen) === true ? 1_000 : false) },
  );
  // an upload that has become an image is in the list, and in the quota
  const states = list.data?.items.map(({ id, state }) => `${id} ${state}`).join() ?? '';
  const known = useRef(states);
  useEffect(() => {
    if (known.current === states) return;
    known.current = states;
    void utils.images.invalidate();
    void utils.quotas.mine.invalidate();
  }, [states, utils]);
  const [from, setFrom] = useState<string>('file');
  const begun = () => void utils.imageUploads.invalidate();
  return (
    <Stack gap="lg">
      <SegmentedControl
        fullWidth
        aria-label={t('own.from.label')}
        data={sources.map((value) => ({ value, label: t(`own.from.${value}`) }))}
        value={from}
        onChange={setFrom}
      />
      {from === 'file' ? <NewUpload uploads={list.data?.items ?? []} onBegun={begun} /> : <FetchForm onBegun={begun} />}
      {quota.data === undefined ? null : (
        <ResourceBar
          label={t('quota:field.imageMb')}
          used={quota.data.used.imageMb}
          of={quota.data.limits.imageMb}
          unlimited
          format={(amount) => formatRam(amount, i18n.language)}
        />
      )}
      {list.data === undefined ? (
        list.error === null ? (
          <LoadingRows rows={2} height={60} />
        ) : (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        )
      ) : (
        <Stack gap="md" component="ul" p={0} m={0} style={{ listStyle: 'none' }} aria-label={t('own.uploads')}>
          {list.data.items.map((upload) => (
            <UploadRow key={upload.id} upload={upload} />
          ))}
        </Stack>
      )}
    </Stack>
  );
}

function NewUpload({ uploads, onBegun }: { uploads: readonly ImageUpload[]; onBegun: () => void }) {
  const { t, i18n } = useTranslation('catalogue');
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState('');
  const [errors, setErrors] = useState<{ alert: string | null; name: string | null }>({ alert: null, name: null });
  const create = trpc.imageUploads.create.useMutation();
  const choose = (chosen: File | null) => {
    setFile(chosen);
    setErrors({ alert: null, name: null });
    if (chosen !== null) setName(imageNameOf(chosen.name));
  };
  const begin = async () => {
    if (file === null) return;
    // the same file again goes on where it was
    const before = uploads.find(
      (upload) => upload.state === 'uploading' && upload.fileName === file.name && upload.sizeBytes === file.size,
    );
    try {
      const upload = before ?? (await create.mutateAsync({ name, fileName: file.name, sizeBytes: file.size }));
      void sendFile(upload, file).then(onBegun);
      choose(null);
      onBegun();
    } catch (error) {
      const fields = { name: null as string | null };
      const form = { values: { name }, setFieldError: (_path: string, message: string) => (fields.name = message) };
      setErrors({ alert: applyFieldErrors(form, error), ...fields });
    }
  };
  return (
    <FileDrop hint={t('own.drop')} onFiles={([first]) => choose(first ?? null)}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void begin();
        }}
      >
        <Stack gap="sm">
          <FormAlert message={errors.alert} />
          <Group gap="sm" wrap="nowrap">
            <FileButton onChange={choose} accept={endings.join()}>
              {(props) => (
                <Button
                  variant="default"
                  leftSection={<FileUp size={16} />}
                  // what is opened for the first time comes after the panel, which has the focus on its cross by then
                  autoFocus
                  data-autofocus
                  {...props}
                >
                  {t('own.choose')}
                </Button>
              )}
            </FileButton>
            <Text size="sm" c={file === null ? 'dimmed' : undefined} style={{ overflowWrap: 'anywhere' }}>
              {file === null ? t('own.orDrop') : `${file.name} (${formatRam(mib(file.size), i18n.language)})`}
            </Text>
          </Group>
          <Text size="xs" c="dimmed">
            {t('own.kinds')}
          </Text>
          {file === null ? null : (
            <>
              <TextInput
                label={t('name')}
                value={name}
                error={errors.name}
                onChange={(event) => setName(event.currentTarget.value)}
              />
              <Group justify="flex-end">
                <Button type="submit" loading={create.isPending} leftSection={<Upload size={16} />}>
                  {t('own.upload')}
                </Button>
              </Group>
            </>
          )}
        </Stack>
      </form>
    </FileDrop>
  );
}
