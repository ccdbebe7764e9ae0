import type { QuotaField } from '#shared/quota';
import { rateText } from '../editor/link-text';
import { formatRam } from '../ui/format';
import { formatQuota } from './quota-fields';

/** As `formatQuota`, of what is each slice's, too: `25 Mbit/s`, `1.5 GiB`. */
export function formatLimit(field: QuotaField, amount: number, language: string): string {
  if (field === 'internetKbps') return rateText(amount);
  return field === 'internetMbPerMonth' ? formatRam(amount, language) : formatQuota(field, amount, language);
}
