import { Code, Text, Title } from '@mantine/core';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type { BootRun, GuestStatus } from '#shared/guest';
import type { Slice, SliceVm } from '#shared/slice';
import { useErrorMessage } from '../api/error-message';
import { trpc } from '../api/trpc';
import { spoken } from '../i18n/spoken';
import { formatRam } from '../ui/format';
import { CopyValue } from './CopyValue';
import { formatDuration } from './duration';
import classes from './slice.module.css';

/** How often a guest is asked while somebody looks. */
const everyMs = 5_000;

/** What the guest of a VM says of itself, asked again and again while it is shown and the page is seen. */
export function useVmInside({ id: sliceId }: Pick<Slice, 'id'>, { id: vmId, status }: Pick<SliceVm, 'id' | 'status'>) {
  const runs = status === 'running' || status === 'starting';
  return trpc.slices.vmStatus.useQuery(
    { sliceId, vmId },
    { enabled: runs, refetchInterval: everyMs, staleTime: 0, retry: false },
  );
}

/** What the guest of a VM that runs says of itself: addresses, uptime, load, memory and disk; or why nobody knows. */
export function GuestFacts({ slice, vm }: { slice: Pick<Slice, 'id'>; vm: Pick<SliceVm, 'id' | 'status'> }) {
  const { t } = useTranslation('slices');
  const errorMessage = useErrorMessage();
  const { data, error, isEnabled } = useVmInside(slice, vm);
  if (!isEnabled) return null;
  const why = error === null ? spoken(data?.reason ?? '', data?.sentences) : errorMessage(error);
  return (
    <section aria-labelledby="guest-facts">
      <Title order={3} size="h4" fz="sm" mb={4} id="guest-facts">
        {t('inside.title')}
      </Title>
      {data?.guest != null && error === null ? (
        <Facts guest={data.guest} />
      ) : (
        <Text size="sm" c="dimmed">
          {data === undefined && error === null ? t('inside.asking') : `${t('inside.unknown')} ${why}`}
        </Text>
      )}
      <BootRuns runs={data?.exec ?? []} />
    </section>
  );
}

/** What became of the commands that are run after the boot. */
function BootRuns({ runs }: { runs: readonly BootRun[] }) {
  const { t } = useTranslation('slices');
  if (runs.length === 0) return null;
  const endOf = ({ error, sentences, timedOut, exitCode }: BootRun) => {
    if (error !== null) return spoken(error, sentences);
    if (timedOut) return t('inside.ranLate');
    return exitCode === 0 ? t('inside.ranWell') : t('inside.ranCode', { code: exitCode ?? '?' });
  };
  return (
    <>
      <Title order={4} fz="sm" mt="xs" mb={4}>
        {t('inside.ranAfterBoot')}
      </Title>
      {runs.map((run, at) => (
        // a command may be there twice
        // eslint-disable-next-line react/no-array-index-key
        <figure key={at} style={{ margin: '0 0 0.5rem' }}>
          <Text component="figcaption" size="xs" className={classes.wrapAnywhere}>
            <span className={classes.code}>{run.command}</span>
            <Text span inherit c={run.exitCode === 0 ? 'dimmed' : 'var(--mantine-color-error)'}>
              {` · ${endOf(run)}`}
            </Text>
          </Text>
          {run.output.trim() === '' ? null : (
            <Code block tabIndex={0} style={{ maxHeight: 160, overflow: 'auto' }}>
              {run.output}
              {run.truncated ? t('inside.ranCut') : ''}
            </Code>
          )}
        </figure>
      ))}
    </>
  );
}

function Facts({ guest: { nics, uptimeSeconds, load, memory, disk } }: { guest: GuestStatus }) {
  const { t, i18n } = useTranslation('slices');
  const { language } = i18n;
  const number = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const mebibytes = (value: number) => formatRam(Math.round(value), language);
  const facts = [
    { name: t('inside.uptime'), text: uptimeSeconds === null ? null : formatDuration(uptimeSeconds * 1000, language) },
    { name: t('inside.load'), text: load?.map((one) => number.format(one)).join(' · ') ?? null },
    {
      name: t('inside.memory'),
      text:
        memory &&
        t('inside.availableOf', { available: mebibytes(memory.availableMb), total: mebibytes(memory.totalMb) }),
    },
    {
      name: t('inside.rootDisk'),
      text: disk && t('inside.usedOf', { used: mebibytes(disk.usedMb), total: mebibytes(disk.totalMb) }),
    },
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(({ name, text }) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{text ?? t('inside.notSaid')}</dd>
        </Fragment>
      ))}
      {nics?.map(({ name, mac, addresses }) => (
        <Fragment key={name}>
          <dt className={classes.wrapAnywhere}>
            <bdi>{name}</bdi>
            {mac === null ? null : (
              <Text size="xs" className={classes.code}>
                {mac}
              </Text>
            )}
          </dt>
          <dd>
            {addresses.length === 0
              ? t('inside.noAddress')
              : addresses.map((address) => (
                  <div key={address}>
                    <CopyValue value={address} />
                  </div>
                ))}
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}
