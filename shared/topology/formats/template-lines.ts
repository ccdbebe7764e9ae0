/**
 * A YAML text without lines that hold nothing but an instruction of a template language, `{{- if .x }}`, which tools fill in before they
 * read it. Nothing is filled in here: all that such lines choose between is read. The lines stay, empty, so that places keep their numbers.
 */
export function withoutTemplateLines(text: string): { plain: string; passedOver: number } {
  let passedOver = 0;
  const plain = text.replaceAll(/^[ \t]*(?:\{\{[^\n{}]*\}\}[ \t]*)+$/gm, () => {
    passedOver += 1;
    return '';
  });
  return { plain, passedOver };
}
