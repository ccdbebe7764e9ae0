import { Button, Code, FileButton, Group, Progress, Stack, Text, TextInput } from '@mantine/core';
import { CircleCheck, CirclePause, CircleX, FileUp, LoaderCircle, Upload } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImageUpload } from '#shared/image-upload';
import { applyFieldErrors, notifyError, useErrorMessage } from '../api/error-message';
import { ErrorState } from '../api/ErrorState';
import { trpc } from '../api/trpc';
import { spoken } from '../i18n/spoken';
import { ActionButton } from '../ui/ActionButton';
import { FileDrop } from '../ui/FileDrop';
import { FormAlert } from '../ui/FormAlert';
import { formatRam } from '../ui/format';
import { LoadingRows } from '../ui/LoadingRows';
import { ResourceBar } from '../ui/ResourceBar';
import { StatusBadge } from '../ui/StatusBadge';
import { sendFile, stopSending, useSending, type Sending } from './upload-store';

const endings = ['.qcow2', '.raw', '.img', '.vmdk', '.vdi', '.vhdx', '.iso', '.gz', '.xz'];
const nameOfFile = (file: File) =>
  file.name.replace(/(\.(qcow2|raw|img|vmdk|vdi|vhdx|iso))?(\.(gz|xz))?$/i, '').slice(0, 63);
const isOpen = ({ state }: ImageUpload) => state === 'uploading' || state === 'checking' || state === 'converting';
const mib = (bytes: number) => bytes / 2 ** 20;

/** Images of one's own: a file is chosen, sent with its progress, and what was sent before is listed with how it ended. */
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
  return (
    <Stack gap="lg">
      <NewUpload uploads={list.data?.items ?? []} onBegun={() => void utils.imageUploads.invalidate()} />
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
    if (chosen !== null) setName(nameOfFile(chosen));
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
                <Button variant="default" leftSection={<FileUp size={16} />} data-autofocus {...props}>
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

const looks = {
  uploading: { tone: 'progress', icon: LoaderCircle },
  checking: { tone: 'progress', icon: LoaderCircle },
  converting: { tone: 'progress', icon: LoaderCircle },
  ready: { tone: 'success', icon: CircleCheck },
  failed: { tone: 'danger', icon: CircleX },
} as const;

/** How far it is: 0…100. */
function percentOf(upload: ImageUpload, sending: Sending | undefined): number {
  if (upload.state === 'uploading')
    return (100 * Math.max(upload.receivedBytes, sending?.sent ?? 0)) / upload.sizeBytes;
  return upload.state === 'converting' ? (upload.percent ?? 0) : 100;
}

function UploadRow({ upload }: { upload: ImageUpload }) {
  const { t, i18n } = useTranslation(['catalogue', 'common']);
  const sentence = useErrorMessage();
  const utils = trpc.useUtils();
  const sending = useSending().get(upload.id);
  const cancel = trpc.imageUploads.cancel.useMutation({
    onError: notifyError,
    onSettled: () => void utils.imageUploads.invalidate(),
  });
  const percent = percentOf(upload, sending);
  const amount = (bytes: number) => formatRam(mib(bytes), i18n.language);
  const paused = upload.state === 'uploading' && sending?.underWay !== true;
  const why =
    upload.error !== null
      ? spoken(upload.error, upload.sentences)
      : sending?.error != null
        ? sentence(sending.error)
        : paused
          ? t('own.goOn')
          : null;
  const progress =
    upload.state !== 'uploading'
      ? null
      : [
          `${amount(Math.max(upload.receivedBytes, sending?.sent ?? 0))} / ${amount(upload.sizeBytes)}`,
          ...(sending?.underWay === true && sending.speed > 0 ? [`${amount(sending.speed)}/s`] : []),
        ].join(' · ');
  return (
    <li>
      <Stack gap={6}>
        <Group justify="space-between" wrap="nowrap" gap="sm">
          <div style={{ minWidth: 0 }}>
            <Text size="sm" fw={500} truncate>
              {upload.name}
            </Text>
            <Text size="xs" c="dimmed" truncate title={upload.fileName}>
              {upload.fileName}
            </Text>
          </div>
          <Group gap="xs" wrap="nowrap">
            <StatusBadge
              {...looks[upload.state]}
              {...(paused ? { tone: 'neutral' as const, icon: CirclePause } : {})}
              label={paused ? t('own.paused') : t(`own.state.${upload.state}`)}
            />
            <ActionButton
              size="compact-xs"
              variant="subtle"
              color="gray"
              aria-label={t(isOpen(upload) ? 'own.cancel' : 'own.forget', { name: upload.name })}
              loading={cancel.isPending}
              disabledReason={null}
              onClick={() => {
                stopSending(upload.id);
                cancel.mutate({ id: upload.id });
              }}
            >
              {isOpen(upload) ? t('common:actions.cancel') : t('own.dismiss')}
            </ActionButton>
          </Group>
        </Group>
        {isOpen(upload) ? (
          <Progress.Root>
            <Progress.Section
              value={percent}
              animated={!paused}
              aria-label={t('own.progressOf', { name: upload.name })}
            />
          </Progress.Root>
        ) : null}
        {progress === null ? null : (
          <Text size="xs" c="dimmed">
            {Math.floor(percent)} % · {progress}
          </Text>
        )}
        {why === null ? null : (
          <Text size="xs" c={paused && sending?.error == null ? 'dimmed' : 'red'}>
            {why}
          </Text>
        )}
        {upload.sha256 === null ? null : (
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            SHA-256 <Code fz="xs">{upload.sha256}</Code>
          </Text>
        )}
      </Stack>
    </li>
  );
}
