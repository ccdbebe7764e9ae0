import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { limits } from '#shared/limits';

export interface CatalogueEntry {
  retiredAt: string | null;
  inUse: number;
  /** Of an image of somebody's own. */
  owner?: { id: number } | null;
}

/** Why an entry of the catalogue cannot be edited or retired by who is looking, or null if it can. */
export function useCatalogueReasons<Entry extends CatalogueEntry>(
  mayManage: boolean,
  mayEdit: (entry: Entry) => boolean = () => mayManage,
) {
  const { t } = useTranslation('catalogue');
  const notMine = ({ owner }: CatalogueEntry) => t(owner == null ? 'adminsOnly' : 'own.notYours');
  return {
    create: mayManage ? null : t('adminsOnly'),
    edit: (entry: Entry): string | null => {
      if (!mayEdit(entry)) return notMine(entry);
      return entry.retiredAt === null ? null : t('editRetired');
    },
    check: (entry: CatalogueEntry): string | null => {
      if (!mayManage) return t('adminsOnly');
      return entry.retiredAt === null ? null : t('images.checkRetired');
    },
    retire: (entry: Entry): string | null => {
      if (!mayEdit(entry)) return notMine(entry);
      if (entry.retiredAt !== null) return t('isRetired');
      if (entry.inUse >= limits.usesCounted) return t('inUseMany', { count: entry.inUse });
      return entry.inUse > 0 ? t('inUse', { count: entry.inUse }) : null;
    },
  };
}

/** How many VMs use it, in words; from some number on nobody counts. */
export function usedByText(t: TFunction<'catalogue'>, inUse: number): string {
  if (inUse === 0) return t('notUsed');
  return inUse >= limits.usesCounted ? t('usedByMany', { count: inUse }) : t('usedBy', { count: inUse });
}
