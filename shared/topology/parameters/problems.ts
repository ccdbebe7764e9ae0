import type { Problem } from '../../errors';
import { fill } from '../../fill';

/** What can be wrong with values that are given. */
const valueSentences = {
  PARAMETER_UNKNOWN: 'There is no parameter {{name}}.',
  PARAMETER_MISSING: '{{name}} needs a value.',
  PARAMETER_RANGE: '{{name}} is a whole number from {{min}} to {{max}}.',
  PARAMETER_CHOICE: '{{name}} is one of these: {{choices}}.',
  PARAMETER_TEXT: '{{name}} is one line of at most {{max}} characters.',
  PARAMETER_BOOLEAN: '{{name}} is true or false.',
  PARAMETER_NO_FLAVOUR: '{{name}}: there is no flavour {{value}} to choose.',
  PARAMETER_NO_IMAGE: '{{name}}: there is no image {{value}} to choose.',
} as const;

/** What can be wrong with a drawing that has parameters or replicas, in it or in what a slice would get. */
const drawnSentences = {
  DUPLICATE_PARAMETER: 'Two parameters are called {{name}}.',
  PARAMETER_DEFAULT: 'The default of the parameter {{name}} is none of the values that it may have.',
  PARAMETER_NOT_DECLARED: '{{name}}: there is no parameter {{parameter}} that says such a thing.',
  COUNT_TWICE: '{{name}} has two counts: that of {{other}}, in which it stands, and another. Leave one out.',
  REPLICAS_TOO_MANY:
    'With the replicas of {{name}} there would be {{vms}} VMs, {{networks}} networks and {{edges}} links, which is more than a topology can have.',
  FILLED_TOO_LONG: '{{name}}: with the values filled in, {{place}} is longer than {{max}} characters.',
  START_AFTER_TOO_MANY: '{{name}} would wait for {{count}} VMs; at most for {{max}}.',
} as const;

/** In English; the client has them in its other languages. */
export const parameterSentences = { ...valueSentences, ...drawnSentences };
export type ValueProblemCode = keyof typeof valueSentences;
export type DrawnProblemCode = keyof typeof drawnSentences;
export type ParameterProblemCode = ValueProblemCode | DrawnProblemCode;
/** Stable: the client translates by them. */
export const valueProblemCodes = [
  'PARAMETER_UNKNOWN',
  'PARAMETER_MISSING',
  'PARAMETER_RANGE',
  'PARAMETER_CHOICE',
  'PARAMETER_TEXT',
  'PARAMETER_BOOLEAN',
  'PARAMETER_NO_FLAVOUR',
  'PARAMETER_NO_IMAGE',
] as const satisfies readonly ValueProblemCode[];
export const drawnProblemCodes = [
  'DUPLICATE_PARAMETER',
  'PARAMETER_DEFAULT',
  'PARAMETER_NOT_DECLARED',
  'COUNT_TWICE',
  'REPLICAS_TOO_MANY',
  'FILLED_TOO_LONG',
  'START_AFTER_TOO_MANY',
] as const satisfies readonly DrawnProblemCode[];

export function parameterProblem<Code extends ParameterProblemCode>(
  code: Code,
  params: Record<string, string | number>,
  where: Pick<Problem, 'node' | 'edge' | 'field'>,
): Problem & { code: Code } {
  return { code, message: fill(parameterSentences[code], params), ...where, params };
}
