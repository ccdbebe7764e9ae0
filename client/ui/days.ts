/** The moment at which a day (`2030-01-31`) begins where the reader is, `days` later; undefined for what is no day. */
export function dayStart(day: string, days = 0): string | undefined {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
  if (year === undefined || month === undefined || date === undefined) return undefined;
  const moment = new Date(Number(year), Number(month) - 1, Number(date) + days);
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString();
}
