import { Alert, Button, Checkbox, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UnusedImage } from '#shared/image';
import { useErrorMessage } from '../api/error-message';
import { trpc } from '../api/trpc';
import { confirmDestroy } from '../ui/confirm';
import { formatRam } from '../ui/format';
import { LoadingRows } from '../ui/LoadingRows';
import { RelativeTime } from '../ui/RelativeTime';

/** What no VM and no template has, and takes room: chosen and pruned. What is somebody's own is not chosen unless one does so. */
export function UnusedImages() {
  const errorMessage = useErrorMessage();
  const unused = trpc.images.unused.useQuery(undefined, { staleTime: 0 });
  if (unused.error !== null) return <Text c="var(--mantine-color-error)">{errorMessage(unused.error)}</Text>;
  if (unused.data === undefined) return <LoadingRows rows={3} />;
  return <Choice items={unused.data.items} more={unused.data.more} />;
}

function Choice({ items, more }: { items: readonly UnusedImage[]; more: boolean }) {
  const { t, i18n } = useTranslation('catalogue');
  const { prune, isPending, failed } = usePrune();
  const [changed, setChanged] = useState<ReadonlyMap<number, boolean>>(new Map());
  const isChosen = ({ id, owner }: UnusedImage) => changed.get(id) ?? owner === null;
  const chosen = items.filter(isChosen);
  const room = (some: readonly UnusedImage[]) =>
    formatRam(
      some.reduce((sum, one) => sum + one.roomMb, 0),
      i18n.language,
    );
  if (items.length === 0) return <Text c="dimmed">{t('unused.none')}</Text>;
  const ask = () =>
    confirmDestroy({
      title: t('unused.confirm.title', { count: chosen.length }),
      goes: chosen.map((image) =>
        image.owner === null
          ? t('unused.confirm.prepared', { name: image.name, room: room([image]) })
          : t('unused.confirm.own', { name: image.name, owner: image.owner.name, room: room([image]) }),
      ),
      stays: t('unused.confirm.stays'),
      confirmLabel: t('unused.prune', { room: room(chosen) }),
      onConfirm: () => void prune(chosen),
    });
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {t('unused.help')}
      </Text>
      <Stack gap="xs" role="group" aria-label={t('unused.title')}>
        {items.map((image) => (
          <Checkbox
            key={image.id}
            checked={isChosen(image)}
            onChange={(event) => setChanged(new Map(changed).set(image.id, event.currentTarget.checked))}
            label={t('unused.one', { name: image.name, room: room([image]) })}
            description={<Facts image={image} />}
          />
        ))}
      </Stack>
      {more && (
        <Text size="sm" c="dimmed">
          {t('unused.more')}
        </Text>
      )}
      {failed.map((sentence) => (
        <Alert key={sentence} color="red" variant="light" p="xs">
          {sentence}
        </Alert>
      ))}
      <Button color="red" disabled={chosen.length === 0} loading={isPending} onClick={ask}>
        {t('unused.prune', { room: room(chosen) })}
      </Button>
    </Stack>
  );
}

function Facts({ image }: { image: UnusedImage }) {
  const { t } = useTranslation('catalogue');
  const { owner, zones, wasUsed, unusedSince } = image;
  return (
    <>
      {owner === null ? t('unused.prepared', { zones: zones.join(', ') }) : t('unused.own', { owner: owner.name })}
      {' · '}
      {t(wasUsed ? 'unused.since' : 'unused.never')} <RelativeTime at={unusedSince} />
    </>
  );
}

/** Prunes one after the other: what one is refused for keeps no other back. */
function usePrune() {
  const utils = trpc.useUtils();
  const errorMessage = useErrorMessage();
  const [failed, setFailed] = useState<readonly string[]>([]);
  const mutation = trpc.images.prune.useMutation();
  const [isPending, setPending] = useState(false);
  async function prune(images: readonly UnusedImage[]): Promise<void> {
    setPending(true);
    const refused: string[] = [];
    for (const { id } of images)
      await mutation.mutateAsync({ id }).catch((error: unknown) => void refused.push(errorMessage(error)));
    setFailed(refused);
    setPending(false);
    await utils.images.invalidate();
  }
  return { prune, isPending, failed };
}
