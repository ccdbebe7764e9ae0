import { z } from 'zod';
import { limits } from '../limits';
import { lineSchema } from '../primitives';
import { countSchema } from './parameters/schema';
import { keySchema, positionSchema } from './place';
import { propertyFacts, type PartSchema } from './properties';

/*
 * What is drawn beside VMs, networks and links, for those who look at the drawing: nothing of it is deployed, and no guest is told.
 * Stated here and nowhere else; rows keep it as it is, and documents, equality, merge, diff and copies follow.
 */

/** Colours by name, since one that is good to see on white is not on black. */
export const annotationColours = ['grey', 'red', 'orange', 'yellow', 'green', 'teal', 'blue', 'violet'] as const;
type AnnotationColour = (typeof annotationColours)[number];
/** Of lines and letters, on a light and on a dark ground: legible on either as text. */
export const annotationInks: Record<AnnotationColour, { light: string; dark: string }> = {
  grey: { light: '#495057', dark: '#ced4da' },
  red: { light: '#c92a2a', dark: '#ffa8a8' },
  orange: { light: '#a84300', dark: '#ffc078' },
  yellow: { light: '#7a5200', dark: '#ffe066' },
  green: { light: '#237032', dark: '#8ce99a' },
  teal: { light: '#0b6e52', dark: '#63e6be' },
  blue: { light: '#1864ab', dark: '#74c0fc' },
  violet: { light: '#5f3dc4', dark: '#b197fc' },
};
export const shapeForms = ['rectangle', 'ellipse', 'line'] as const;
export const labelSizes = ['small', 'medium', 'large'] as const;

/** What has a default, which documents leave out. None of it takes effect anywhere. */
function drawn<Schema extends z.ZodType>(schema: Schema): Schema {
  propertyFacts.add(schema, { effect: 'none' });
  return schema;
}
const side = z.number().finite().min(0).max(limits.annotationSide);
/** Plain text of any lines: nothing in it is markup, and nothing is a link. */
const textSchema = z
  .string()
  .overwrite((text) => text.replaceAll(/\r\n?/g, '\n'))
  .normalize('NFC')
  .max(limits.noteLength, `At most ${limits.noteLength} characters.`)
  // tabs and line ends, but no other control characters, nor halves of characters, which no JSON column takes
  .regex(/^[^\u0000-\u0008\u000b-\u001f\u007f\ud800-\udfff]*$/u, 'A text may not hold control characters.');
const colour = (fallback: AnnotationColour) => drawn(z.enum(annotationColours).default(fallback));
const anywhere = {
  key: keySchema,
  // of its middle, as of VMs
  x: positionSchema,
  y: positionSchema,
  /** Neither moved nor deleted by accident, as a VM. */
  locked: drawn(z.boolean().optional()),
};
const box = (width: number, height: number) => ({
  width: drawn(side.default(width)),
  height: drawn(side.default(height)),
});

const noteSchema = z.strictObject({
  kind: z.literal('note'),
  ...anywhere,
  text: drawn(textSchema.default('')),
  colour: colour('yellow'),
  ...box(200, 100),
});
/** A text on the canvas itself, as large as it is. */
const labelAnnotationSchema = z.strictObject({
  kind: z.literal('label'),
  ...anywhere,
  text: textSchema.min(1, 'A label has a text.'),
  colour: colour('grey'),
  size: drawn(z.enum(labelSizes).default('medium')),
});
const shapeSchema = z.strictObject({
  kind: z.literal('shape'),
  ...anywhere,
  form: drawn(z.enum(shapeForms).default('rectangle')),
  colour: colour('blue'),
  filled: drawn(z.boolean().default(false)),
  /** Of a line: from the lower left to the upper right, instead of from the upper left to the lower right. */
  rises: drawn(z.boolean().default(false)),
  ...box(160, 100),
});
/** A named frame: what stands in it belongs to it, and moves with it. It says so of nothing by its key, so it never points at what is gone. */
const groupSchema = z.strictObject({
  kind: z.literal('group'),
  ...anywhere,
  name: lineSchema,
  colour: colour('grey'),
  ...box(400, 240),
  /** Of a template: how often a slice has it, with the VMs, networks and links in it. */
  count: drawn(countSchema.optional()),
});
export const annotationSchema = z.discriminatedUnion('kind', [
  noteSchema,
  labelAnnotationSchema,
  shapeSchema,
  groupSchema,
]);
export type Annotation = z.infer<typeof annotationSchema>;
type Undrawn<One> = One extends unknown ? Omit<One, 'key' | 'x' | 'y'> : never;
/** What it is, before it has a key and a place; what is not told is as by default. */
export type AnnotationDraft = Undrawn<z.input<typeof annotationSchema>>;
type Own<Kind extends AnnotationKind> = Omit<Extract<Annotation, { kind: Kind }>, 'kind' | 'key'>;
/** What may be changed of annotations, whichever kinds they are. */
export type AnnotationFields = Partial<Own<'note'> & Own<'label'> & Own<'shape'> & Own<'group'>>;
export type AnnotationKind = Annotation['kind'];
/** A list of them, in the order in which they lie on each other, the lowest first. */
export const annotationsSchema = z
  .array(annotationSchema)
  .max(
    limits.annotationsPerTopology,
    `A topology has at most ${limits.annotationsPerTopology} notes, labels, shapes and groups.`,
  );

/** The fields of one kind, with their limits and defaults. */
export const annotationParts: Record<AnnotationKind, PartSchema> = {
  note: noteSchema,
  label: labelAnnotationSchema,
  shape: shapeSchema,
  group: groupSchema,
};

/** Those of a topology: one without the list has none. */
export function annotationsOf({
  annotations,
}: {
  annotations?: readonly Annotation[] | undefined;
}): readonly Annotation[] {
  return annotations ?? [];
}

/** The drawing with these; what has none is as if there never had been any. */
export function withAnnotations<Drawing extends object>(
  drawing: Drawing,
  annotations: readonly Annotation[],
): Drawing & { annotations: Annotation[] | undefined } {
  return { ...drawing, annotations: annotations.length === 0 ? undefined : [...annotations] };
}

/** What it is called that says no name of its own: the beginning of its text, or what it is. */
export function annotationLabel(annotation: Annotation): string {
  if (annotation.kind === 'shape') return annotation.form;
  const text = annotation.kind === 'group' ? annotation.name : annotation.text;
  const [line = ''] = text.trim().split('\n', 1);
  return line === '' ? annotation.kind : line.length > 40 ? `${line.slice(0, 39)}…` : line;
}

/** Height of a label's letters, px of the drawing. */
export const labelFontSizes: Record<(typeof labelSizes)[number], number> = { small: 12, medium: 16, large: 26 };
/** Of a line of text, in heights of its letters. */
export const lineHeight = 1.35;

/** How much room it takes on the canvas, around its middle; of a label about. */
export function annotationSize(annotation: Annotation): { width: number; height: number } {
  if (annotation.kind !== 'label') return { width: annotation.width, height: annotation.height };
  const lines = annotation.text.split('\n');
  const font = labelFontSizes[annotation.size];
  return {
    width: Math.ceil(Math.max(...lines.map((line) => line.length)) * font * 0.62) + 8,
    height: Math.ceil(lines.length * font * lineHeight) + 4,
  };
}

/** Whether something stands in the frame: its middle is inside. */
export function standsIn(frame: Extract<Annotation, { kind: 'group' }>, { x, y }: { x: number; y: number }): boolean {
  return Math.abs(x - frame.x) <= frame.width / 2 && Math.abs(y - frame.y) <= frame.height / 2;
}
