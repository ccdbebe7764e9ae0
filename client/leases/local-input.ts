const pad = (value: number, digits = 2) => String(value).padStart(digits, '0');

/** A moment as a `datetime-local` field has it, by the browser's clock: `2026-12-24T18:00`. */
export function toLocalInput(at: Date): string {
  const date = `${pad(at.getFullYear(), 4)}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  return `${date}T${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

/** What such a field says as ISO 8601 in UTC; as it is where it says nothing, or no day of the calendar, for the schema to refuse. */
export function fromLocalInput(text: string): string {
  const at = new Date(text);
  // 29 February of another year would become the first of March
  return Number.isNaN(at.getTime()) || !toLocalInput(at).startsWith(text.slice(0, 10)) ? text : at.toISOString();
}
