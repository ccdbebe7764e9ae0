import { quotaFields, type QuotaField } from '#shared/quota';

/** An object with one value for each quantity of a quota. */
export function eachField<Value>(value: (field: QuotaField) => Value): Record<QuotaField, Value> {
  return Object.fromEntries(quotaFields.map((field) => [field, value(field)])) as Record<QuotaField, Value>;
}
