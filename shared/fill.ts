/** A text with its slots filled. A slot that nothing is known for stays empty. Apart from the schemas, which not every page needs. */
export function fill(text: string, params: Readonly<Record<string, string | number>> = {}): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => String(params[name] ?? ''));
}
