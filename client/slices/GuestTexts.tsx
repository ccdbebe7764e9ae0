import { Code, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Slice, SliceVm } from '#shared/slice';
import type { Topology } from '#shared/topology/schema';
import { filledVm, variablesOf } from '#shared/topology/variables';
import { useErrorMessage } from '../api/error-message';
import { trpc } from '../api/trpc';

interface GuestTextsProps {
  slice: Pick<Slice, 'id' | 'name' | 'owner'>;
  vm: Pick<SliceVm, 'key'>;
}

/** A VM's start-up files, environment, user-data and commands as its guest is given them at its next start, for who opens it: also before anything is deployed. */
export function GuestTexts(props: GuestTextsProps) {
  const { t } = useTranslation('slices');
  const [opened, setOpened] = useState(false);
  return (
    <details onToggle={(event) => setOpened(event.currentTarget.open)}>
      <Text component="summary" size="sm" fw={600} style={{ cursor: 'pointer' }}>
        {t('vm.told')}
      </Text>
      {opened ? <ReadTexts {...props} /> : null}
    </details>
  );
}

function ReadTexts({ slice, vm }: GuestTextsProps) {
  const errorMessage = useErrorMessage();
  const read = trpc.slices.topology.useQuery({ id: slice.id }, { staleTime: 0 });
  if (read.error !== null)
    return (
      <Text size="sm" c="var(--mantine-color-error)">
        {errorMessage(read.error)}
      </Text>
    );
  return read.data === undefined ? null : <Texts topology={read.data.topology} slice={slice} vm={vm} />;
}

function Texts({ topology, slice, vm: { key } }: GuestTextsProps & { topology: Topology }) {
  const { t } = useTranslation('slices');
  const drawn = topology.vms.find((one) => one.key === key);
  if (drawn === undefined) return null;
  const facts = { name: slice.name, owner: slice.owner.name };
  const { files, userData, environment, exec } = filledVm(drawn, () => variablesOf(topology, drawn, facts));
  const texts = [
    ...files.map(({ path, content }) => ({ name: path, text: content })),
    ...(environment.length === 0
      ? []
      : [
          {
            name: t('plan.property.environment'),
            text: environment.map(({ name, value }) => `${name}=${value}`).join('\n'),
          },
        ]),
    ...(userData === '' ? [] : [{ name: t('plan.property.userData'), text: userData }]),
    ...(exec.length === 0 ? [] : [{ name: t('plan.property.exec'), text: exec.join('\n') }]),
  ];
  if (texts.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('vm.toldNothing')}
      </Text>
    );
  return (
    <Stack gap="xs" mt={4}>
      {texts.map(({ name, text }) => (
        <figure key={name} style={{ margin: 0 }}>
          <Text component="figcaption" size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {name}
          </Text>
          <Code block tabIndex={0} style={{ maxHeight: 240, overflow: 'auto' }}>
            {text}
          </Code>
        </figure>
      ))}
    </Stack>
  );
}
