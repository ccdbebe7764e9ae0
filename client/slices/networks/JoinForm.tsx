import { Button, Group, NumberInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { joinLimits } from '#shared/networks/limits';
import { joinNetworkInput, type PublishedNetwork } from '#shared/networks/schema';
import type { Slice } from '#shared/slice';
import { ErrorState } from '../../api/ErrorState';
import { notifyDone } from '../../api/error-message';
import { keyset, listedPages } from '../../api/keyset';
import { trpc } from '../../api/trpc';
import { useSchemaForm } from '../../hooks/schema-form';
import { FormAlert } from '../../ui/FormAlert';
import { LoadingRows } from '../../ui/LoadingRows';
import { MoreButton } from '../../ui/MoreButton';
import { numberOf } from '../../ui/numbers';
import classes from './networks.module.css';

interface JoinFormProps {
  slice: Slice;
  network: Slice['networks'][number];
  onDone: () => void;
}

/** The networks that are published in the slice's zone, one of which a network of the slice joins. */
export function JoinForm({ slice, network, onDone }: JoinFormProps) {
  const { t } = useTranslation('networks');
  const utils = trpc.useUtils();
  const query = trpc.networks.list.useInfiniteQuery({ zoneId: slice.zone.id }, keyset);
  const join = trpc.networks.join.useMutation();
  const [chosen, setChosen] = useState<PublishedNetwork | null>(null);
  const nics = slice.edges.filter(({ target }) => target === network.key).length;
  const { form, onSubmit, alert, saving } = useSchemaForm({
    schema: joinNetworkInput,
    initialValues: { addresses: Math.max(joinLimits.usualAddresses, nics) as number | string },
    toInput: ({ addresses }) => ({
      ...{ id: slice.id, network: network.key, publicationId: chosen?.id },
      addresses: numberOf(addresses),
    }),
    save: async (input) => {
      utils.networks.get.setData({ id: slice.id }, await join.mutateAsync(input));
      void utils.networks.list.invalidate();
      const asks = chosen?.own !== true && chosen?.admission === 'asked';
      notifyDone(t(asks ? 'join.asked' : 'join.done', { owner: chosen?.owner ?? '' }));
      onDone();
    },
  });
  const { rows, error, retry, partial, loadingMore, loadMore } = listedPages(query);
  if (error !== null) return <ErrorState error={error} onRetry={retry} />;
  if (rows === undefined) return <LoadingRows rows={3} height={48} />;
  const own = new Set(slice.networks.map(({ name }) => name));
  const others = rows.filter((one) => !(one.own && one.slice === slice.name && own.has(one.network)));
  if (others.length === 0 && !partial)
    return (
      <Text size="sm" c="dimmed" mt="xs">
        {t('join.none', { zone: slice.zone.name })}
      </Text>
    );
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="xs" mt="xs">
        <FormAlert message={alert} />
        <NumberInput
          label={t('join.addresses')}
          description={t('join.addressesHelp')}
          hideControls
          clampBehavior="none"
          {...form.getInputProps('addresses')}
        />
        <ul className={classes.list} aria-label={t('join.list')}>
          {others.map((one) => (
            <li key={one.id} className={classes.row}>
              <Group justify="space-between" wrap="nowrap" align="flex-start" gap="xs">
                <Stack gap={2} miw={0}>
                  <Text fw={500} size="sm" className={classes.name}>
                    {t('end', { slice: one.slice, network: one.network })}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {t('join.facts', { owner: one.owner, subnet: one.subnet, count: one.joins })}
                  </Text>
                  {one.description === '' ? null : (
                    <Text size="xs" className={classes.name}>
                      {one.description}
                    </Text>
                  )}
                </Stack>
                <Button
                  type="submit"
                  size="xs"
                  variant="default"
                  loading={saving && chosen?.id === one.id}
                  aria-description={`${one.slice} / ${one.network}`}
                  onClick={() => setChosen(one)}
                >
                  {t(one.own || one.admission === 'all' ? 'join.submit' : 'join.ask')}
                </Button>
              </Group>
            </li>
          ))}
        </ul>
        <MoreButton more={partial} loading={loadingMore} onClick={loadMore} />
      </Stack>
    </form>
  );
}
