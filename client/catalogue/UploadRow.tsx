import { Code, Group, Progress, Stack, Text } from '@mantine/core';
import { CircleCheck, CirclePause, CircleX, LoaderCircle } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ImageUpload } from '#shared/image-upload';
import { notifyError, useErrorMessage } from '../api/error-message';
import { trpc } from '../api/trpc';
import { spoken } from '../i18n/spoken';
import { ActionButton } from '../ui/ActionButton';
import { formatRam } from '../ui/format';
import { StatusBadge } from '../ui/StatusBadge';
import { stopSending, useSending, type Sending } from './upload-store';

const mib = (bytes: number) => bytes / 2 ** 20;
export const isOpen = ({ state }: ImageUpload) => state !== 'ready' && state !== 'failed';

const looks = {
  uploading: { tone: 'progress', icon: LoaderCircle },
  fetching: { tone: 'progress', icon: LoaderCircle },
  saving: { tone: 'progress', icon: LoaderCircle },
  checking: { tone: 'progress', icon: LoaderCircle },
  converting: { tone: 'progress', icon: LoaderCircle },
  ready: { tone: 'success', icon: CircleCheck },
  failed: { tone: 'danger', icon: CircleX },
} as const;

/** How far it is: 0…100; null where nobody knows how much there is. */
function percentOf(upload: ImageUpload, sending: Sending | undefined): number | null {
  if (upload.state === 'uploading' || upload.state === 'fetching') {
    const { sizeBytes } = upload;
    return sizeBytes === null ? null : (100 * Math.max(upload.receivedBytes, sending?.sent ?? 0)) / sizeBytes;
  }
  return upload.state === 'converting' || upload.state === 'saving' ? (upload.percent ?? 0) : 100;
}

/** One upload: how far it is, or how it ended. */
export function UploadRow({ upload }: { upload: ImageUpload }) {
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
    upload.state !== 'uploading' && upload.state !== 'fetching'
      ? null
      : [
          ...(percent === null ? [] : [`${Math.floor(percent)} %`]),
          `${amount(Math.max(upload.receivedBytes, sending?.sent ?? 0))} / ${upload.sizeBytes === null ? '?' : amount(upload.sizeBytes)}`,
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
            <Text size="xs" c="dimmed" truncate title={upload.url ?? upload.fileName}>
              {upload.url ?? upload.fileName}
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
              value={percent ?? 100}
              animated={!paused}
              aria-label={t('own.progressOf', { name: upload.name })}
            />
          </Progress.Root>
        ) : null}
        {progress === null ? null : (
          <Text size="xs" c="dimmed">
            {progress}
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
