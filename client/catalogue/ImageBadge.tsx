import { CircleCheck, CircleDashed, CircleSlash, CircleX, LoaderCircle, type LucideIcon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Image, ImageZoneState } from '#shared/image';
import { spoken } from '../i18n/spoken';
import { formatRam } from '../ui/format';
import { StatusBadge, type Tone } from '../ui/StatusBadge';
import { RetiredBadge } from './RetiredBadge';

const looks: Record<ImageZoneState['state'] | 'absent', { tone: Tone; icon: LucideIcon }> = {
  absent: { tone: 'neutral', icon: CircleDashed },
  requested: { tone: 'progress', icon: LoaderCircle },
  fetching: { tone: 'progress', icon: LoaderCircle },
  building: { tone: 'progress', icon: LoaderCircle },
  unbuildable: { tone: 'neutral', icon: CircleSlash },
  verified: { tone: 'success', icon: CircleCheck },
  broken: { tone: 'danger', icon: CircleX },
};
/** Of several zones, what a reader has to know first. */
const order = ['broken', 'fetching', 'building', 'requested', 'verified', 'unbuildable'] as const;

/** What is to be said of the image in short: the state of the zone with which there is most to do. */
export function stateOf(image: Pick<Image, 'zones'>): ImageZoneState | { state: 'absent' } {
  for (const state of order) {
    const zone = image.zones.find((candidate) => candidate.state === state);
    if (zone !== undefined) return zone;
  }
  return { state: 'absent' };
}

const isBusy = (state: ImageZoneState['state']) =>
  state === 'requested' || state === 'fetching' || state === 'building';

/** Whether a zone is busy with the image. */
export function isUnderWay(image: Pick<Image, 'zones'>): boolean {
  return image.zones.some(({ state }) => isBusy(state));
}

/** Whether VMs can boot from the image, and if not, why. */
export function ImageBadge({ image }: { image: Pick<Image, 'retiredAt' | 'zones' | 'source'> }) {
  const { t, i18n } = useTranslation('catalogue');
  if (image.retiredAt !== null) return <RetiredBadge retiredAt={image.retiredAt} />;
  const { state } = stateOf(image);
  const isBuiltin = image.source.startsWith('builtin:');
  const amount = (mb: number) => formatRam(mb, i18n.language);
  const lines = image.zones.map((zone) => {
    const progress =
      zone.state !== 'fetching' || zone.doneMb === null || zone.doneMb === 0
        ? ''
        : zone.totalMb === null
          ? ` ${amount(zone.doneMb)}`
          : ` ${amount(zone.doneMb)} / ${amount(zone.totalMb)}`;
    const said = zone.reason === null ? null : spoken(zone.reason, zone.sentences);
    return `${zone.zoneName}: ${said ?? `${t(`images.states.${zone.state}`)}${progress}`}`;
  });
  return (
    <StatusBadge
      {...looks[state]}
      label={t(`images.states.${state === 'absent' && isBuiltin ? 'notBuilt' : state}`)}
      title={lines.length === 0 ? t(isBuiltin ? 'images.absentBuiltinHelp' : 'images.absentHelp') : lines.join('\n')}
    />
  );
}
