import { Button } from '@mantine/core';
import { ScanSearch } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { linkName } from '#shared/capture/links';
import type { Slice } from '#shared/slice';
import { ActionButton } from '../ui/ActionButton';
import { accessRefusal } from './access';
import { reasonSentence } from './reason-sentence';

/** To where one sees what passes on links: on those that are chosen on the canvas, at once. */
export function CaptureLink({ slice, linkKeys }: { slice: Slice; linkKeys: readonly string[] }) {
  const { t, i18n } = useTranslation(['slices', 'common', 'problems']);
  if (slice.status === 'draft' || slice.edges.length === 0) return null;
  const chosen = slice.edges.filter(({ key }) => linkKeys.includes(key));
  const [first, ...others] = chosen;
  const words =
    first === undefined
      ? t('actions.capture')
      : others.length === 0
        ? t('actions.captureLink', { link: linkName(slice, first) })
        : t('actions.captureLinks', { count: chosen.length });
  const reason = accessRefusal(slice.access, 'capture');
  const look = { size: 'xs', variant: 'default', leftSection: <ScanSearch size={14} /> } as const;
  if (reason !== null)
    return (
      <ActionButton {...look} disabledReason={reasonSentence(t, i18n.language, reason)} onClick={() => undefined}>
        {words}
      </ActionButton>
    );
  const query = chosen.length === 0 ? '' : `?links=${chosen.map(({ id }) => id).join(',')}`;
  return (
    <Button {...look} component={Link} to={`/slices/${slice.id}/capture${query}`}>
      {words}
    </Button>
  );
}
