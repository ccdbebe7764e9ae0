import { Group, NumberInput, Radio, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { joinLimits } from '#shared/networks/limits';
import { joinNetworkInput, type PublishedNetwork } from '#shared/networks/schema';
import type { Slice } from '#shared/slice';
import { ErrorState } from '../../api/ErrorState';
import { notifyDone } from '../../api/error-message';
import { keyset, listedPages } from '../../api/keyset';
import { trpc } from '../../api/trpc';
import { useSchemaForm } from '../../hooks/schema-form';
import { FormFoot, FormFrame } from '../../ui/FormFrame';
import { LoadingRows } from '../../ui/LoadingRows';
import { MoreButton } from '../../ui/MoreButton';
import { numberOf } from '../../ui/numbers';

interface JoinFormProps {
  slice: Slice;
  network: Slice['networks'][number];
  onDone: () => void;
  /** The button that leaves it. */
  cancel: ReactNode;
}

interface Values extends Record<string, unknown> {
  /** The id of the one that is chosen; '' for none. */
  publicationId: string;
  addresses: number | string;
}

/** Whether its owner has to be asked. */
const isAsked = ({ own, admission }: PublishedNetwork) => !own && admission === 'asked';

/** The networks that are published in the slice's zone, one of which a network of the slice joins. */
export function JoinForm({ slice, network, onDone, cancel }: JoinFormProps) {
  const { t } = useTranslation('networks');
  const utils = trpc.useUtils();
  const query = trpc.networks.list.useInfiniteQuery({ zoneId: slice.zone.id }, keyset);
  const { rows, error, retry, partial, loadingMore, loadMore } = listedPages(query);
  const join = trpc.networks.join.useMutation();
  const nics = slice.edges.filter(({ target }) => target === network.key).length;
  const initialValues: Values = { publicationId: '', addresses: Math.max(joinLimits.usualAddresses, nics) };
  const { form, ...frame } = useSchemaForm({
    schema: joinNetworkInput,
    initialValues,
    toInput: ({ publicationId, addresses }) => ({
      ...{ id: slice.id, network: network.key, addresses: numberOf(addresses) },
      publicationId: publicationId === '' ? undefined : Number(publicationId),
    }),
    save: async (input) => {
      utils.networks.get.setData({ id: slice.id }, await join.mutateAsync(input));
      void utils.networks.list.invalidate();
      const asked = rows?.find(({ id }) => id === input.publicationId);
      notifyDone(asked !== undefined && isAsked(asked) ? t('join.asked', { owner: asked.owner }) : t('join.done'));
      onDone();
    },
  });
  if (error !== null)
    return (
      <Stack gap="xs">
        <ErrorState error={error} onRetry={retry} />
        <Group>{cancel}</Group>
      </Stack>
    );
  if (rows === undefined) return <LoadingRows rows={3} height={48} />;
  if (rows.length === 0)
    return (
      <Stack gap="xs" mt="xs">
        <Text size="sm" c="dimmed">
          {t('join.none', { zone: slice.zone.name })}
        </Text>
        <Group>{cancel}</Group>
      </Stack>
    );
  const chosen = rows.find(({ id }) => String(id) === form.values.publicationId);
  return (
    <FormFrame
      {...frame}
      foot={
        <FormFoot
          submit={t(chosen !== undefined && isAsked(chosen) ? 'join.ask' : 'join.submit')}
          saving={frame.saving}
        >
          {cancel}
        </FormFoot>
      }
    >
      <Radio.Group label={t('join.list')} mt="xs" {...form.getInputProps('publicationId')}>
        <Stack gap="xs" mt={4}>
          {rows.map((one) => (
            <Radio
              key={one.id}
              value={String(one.id)}
              label={t('end', { slice: one.slice, network: one.network })}
              description={[
                t('join.facts', { owner: one.owner, subnet: one.subnet, count: one.joins }),
                ...(one.description === '' ? [] : [one.description]),
              ].join(' · ')}
            />
          ))}
        </Stack>
      </Radio.Group>
      <MoreButton more={partial} loading={loadingMore} onClick={loadMore} />
      <NumberInput
        label={t('join.addresses')}
        description={t('join.addressesHelp')}
        hideControls
        clampBehavior="none"
        {...form.getInputProps('addresses')}
      />
    </FormFrame>
  );
}
