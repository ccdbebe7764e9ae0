import type { TFunction } from 'i18next';
import type { MergeConflict } from '#shared/topology/merge';

/** What a part is called: of what is only drawn, and says nothing by itself, what it is, in the reader's language. */
export function partName(t: TFunction<'change'>, { part, label }: Pick<MergeConflict, 'part' | 'label'>): string {
  return t(`part.${part}`, { label: part === 'annotation' ? t(`drawn.${label}`, { defaultValue: label }) : label });
}
