import { useTranslation } from 'react-i18next';
import type { Flavour } from '#shared/flavour';
import { formatDisk, formatRam } from '../../ui/format';
import { byName } from '../../ui/sort';
import type { EditorCatalogue } from '../use-catalogue';

/** Flavours and images as the choices of a select. A retired one is offered only to whom has it already. */
export function useChoices(catalogue: EditorCatalogue) {
  const { t, i18n } = useTranslation(['editor', 'common']);
  const sizes = (flavour: Flavour) =>
    [
      t('common:resources.vcpus', { count: flavour.vcpus }),
      formatRam(flavour.ramMb, i18n.language),
      formatDisk(flavour.diskGb, i18n.language),
    ].join(', ');
  const offered = <Item extends { id: number; name: string; retiredAt: string | null }>(
    items: readonly Item[],
    label: (item: Item) => string,
    has: number | undefined,
  ) =>
    items
      .toSorted(byName(i18n.language))
      .filter((item) => item.retiredAt === null || item.id === has)
      .map((item) => ({
        value: String(item.id),
        label: item.retiredAt === null ? label(item) : t('vm.retired', { name: label(item) }),
      }));
  return {
    sizes,
    flavours: (has?: number) => offered(catalogue.flavours, (flavour) => `${flavour.name} (${sizes(flavour)})`, has),
    images: (has?: number) => offered(catalogue.images, (image) => image.name, has),
  };
}
