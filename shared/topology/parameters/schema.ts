import { z } from 'zod';
import { lineSchema } from '../../primitives';
import { propertyFacts } from '../properties';
import { parameterLimits } from './limits';

/*
 * What a template asks for when a slice is made of it. A drawing names a parameter in three places: in texts for guests and labels as `{{ param.NAME }}`, as a
 * VM's or a group's `count`, and as what a VM's flavour or image is taken from. There are no expressions besides: nothing is computed.
 */

export const parameterNameSchema = z
  .string()
  .max(parameterLimits.nameLength, `At most ${parameterLimits.nameLength} characters.`)
  .regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'Letters, digits and _, a letter first.');

/** What is written into texts: one line, since commands and variables are. */
const lineOfText = z
  .string()
  .max(parameterLimits.textLength, `At most ${parameterLimits.textLength} characters.`)
  .regex(/^[^\u0000-\u001f\u007f\ud800-\udfff]*$/u, 'A value is one line of text.');
const replicas = z.number().int().min(1).max(parameterLimits.replicas);

/** What has a default, which documents leave out. */
function declared<Schema extends z.ZodType>(schema: Schema): Schema {
  propertyFacts.add(schema, { effect: 'none' });
  return schema;
}
const common = {
  name: parameterNameSchema,
  /** What one is asked; empty: its name. */
  label: declared(
    z
      .string()
      .trim()
      .normalize('NFC')
      .max(parameterLimits.labelLength, `At most ${parameterLimits.labelLength} characters.`)
      .regex(/^[^\u0000-\u001f\u007f\ud800-\udfff]*$/u, 'A label is one line of text.')
      .default(''),
  ),
};
/** What it may be, and nothing else; none: anything. */
const choices = <Choice extends z.ZodType>(choice: Choice) =>
  declared(z.array(choice).max(parameterLimits.choices).default([]));

const countParameterSchema = z.strictObject({
  kind: z.literal('count'),
  ...common,
  default: declared(replicas.default(1)),
  min: declared(replicas.default(1)),
  max: declared(replicas.default(parameterLimits.replicas)),
});
const textParameterSchema = z.strictObject({
  kind: z.literal('text'),
  ...common,
  default: declared(lineOfText.default('')),
  choices: choices(lineOfText),
});
const booleanParameterSchema = z.strictObject({
  kind: z.literal('boolean'),
  ...common,
  default: declared(z.boolean().default(false)),
});
/** By its name. Where nothing is chosen, each VM has the one that it is drawn with. */
const flavourParameterSchema = z.strictObject({ kind: z.literal('flavour'), ...common, choices: choices(lineSchema) });
const imageParameterSchema = z.strictObject({ kind: z.literal('image'), ...common, choices: choices(lineSchema) });
/** Has to be given each time, since a default would stand in the drawing. */
const secretParameterSchema = z.strictObject({ kind: z.literal('secret'), ...common });

export const parameterSchema = z.discriminatedUnion('kind', [
  countParameterSchema,
  textParameterSchema,
  booleanParameterSchema,
  flavourParameterSchema,
  imageParameterSchema,
  secretParameterSchema,
]);
export type Parameter = z.infer<typeof parameterSchema>;
export type ParameterKind = Parameter['kind'];
export const parameterKinds = ['count', 'text', 'boolean', 'flavour', 'image', 'secret'] as const;
/** The fields of one kind, with their limits and defaults. */
export const parameterParts = {
  count: countParameterSchema,
  text: textParameterSchema,
  boolean: booleanParameterSchema,
  flavour: flavourParameterSchema,
  image: imageParameterSchema,
  secret: secretParameterSchema,
};
/** In the order in which one is asked for them. */
export const parametersSchema = z
  .array(parameterSchema)
  .max(parameterLimits.perTopology, `A template has at most ${parameterLimits.perTopology} parameters.`);

/** How many there are to be of it: a number, or the name of the parameter that says it. */
export const countSchema = z.union([replicas, parameterNameSchema], {
  error: `A number from 1 to ${parameterLimits.replicas}, or the name of a parameter.`,
});
export type Count = z.infer<typeof countSchema>;

const valueSchema = z.union([lineOfText, z.number(), z.boolean()]);
/** Values by the parameters' names; what is not among them is as by default. */
export const parameterValuesSchema = z
  .record(parameterNameSchema, valueSchema)
  .refine(
    (values) => Object.keys(values).length <= parameterLimits.perTopology,
    `At most ${parameterLimits.perTopology} values.`,
  );
export type ParameterValues = z.infer<typeof parameterValuesSchema>;
