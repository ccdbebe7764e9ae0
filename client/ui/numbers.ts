/** What a number field holds as the number for the schema; undefined, "needed", while it is empty or no number. */
export function numberOf(value: number | string): number | undefined {
  if (typeof value === 'number') return value;
  return value.trim() === '' || Number.isNaN(Number(value)) ? undefined : Number(value);
}
