import type { Problem } from '../../errors';
import type { Catalogue } from '../catalogue';
import type { Topology } from '../schema';
import { parameterLimits } from './limits';
import { labelOfParameter, parametersOf } from './parameters';
import { parameterProblem, type ValueProblemCode } from './problems';
import type { Count, Parameter, ParameterValues } from './schema';

/** What parameters come to, by their names. */
export interface Filling {
  counts: ReadonlyMap<string, number>;
  /** What stands in texts for them. */
  texts: ReadonlyMap<string, string>;
  flavours: ReadonlyMap<string, number>;
  images: ReadonlyMap<string, number>;
}

/** Where a problem with a value is told: the field of the form that asks for it. */
export const valueField = (name: string): string => `values.${name}`;
/** Whether it is told there, and not on the drawing. */
export const isOfValue = ({ field }: Problem): boolean => field?.startsWith(valueField('')) === true;

type Fault = { code: ValueProblemCode; params: Record<string, string | number> };
type Value = ParameterValues[string];

export interface FillOptions {
  /** What flavours and images may be chosen from. */
  catalogue: Pick<Catalogue, 'flavours' | 'images'>;
  /** Secrets may be missing: one looks only, and what is missing stays as it is written. */
  withoutSecrets?: boolean;
}

/**
 * What the parameters of a drawing come to by what was given, as a form or a command line gives it: `"3"` is a number where one is asked for. What is
 * not given is as by default. Each thing that is wrong is told on the field of its parameter. Pure.
 */
export function fillingOf(
  topology: Pick<Topology, 'parameters'>,
  given: ParameterValues,
  { catalogue, withoutSecrets = false }: FillOptions,
): { filling: Filling; problems: Problem[] } {
  const counts = new Map<string, number>();
  const texts = new Map<string, string>();
  const chosen = { flavour: new Map<string, number>(), image: new Map<string, number>() };
  const problems: Problem[] = [];
  const parameters = parametersOf(topology);
  const report = (name: string, { code, params }: Fault) =>
    problems.push(parameterProblem(code, params, { field: valueField(name) }));
  const known = new Set(parameters.map(({ name }) => name));
  for (const name of Object.keys(given))
    if (!known.has(name)) report(name, { code: 'PARAMETER_UNKNOWN', params: { name } });
  for (const parameter of parameters) {
    const { name, kind } = parameter;
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    const fault = value === undefined ? null : faultIn(parameter, value, catalogue);
    if (fault !== null) report(name, fault);
    else if (kind === 'flavour' || kind === 'image') {
      const one = value === undefined ? null : choosable(catalogue, kind, String(value));
      if (one !== null) chosen[kind].set(name, one.id);
    } else if (kind === 'secret') {
      if (value !== undefined && String(value) !== '') texts.set(name, String(value));
      else if (!withoutSecrets)
        report(name, { code: 'PARAMETER_MISSING', params: { name: labelOfParameter(parameter) } });
    } else {
      const text = String(value ?? parameter.default);
      texts.set(name, text);
      if (kind === 'count') counts.set(name, Number(text));
    }
  }
  return { filling: { counts, texts, flavours: chosen.flavour, images: chosen.image }, problems };
}

/** As by default, for who draws: no secret has a value yet. Wrong defaults are told where they are declared. */
export function defaultFilling(topology: Pick<Topology, 'parameters'>): Filling {
  return fillingOf(topology, {}, { catalogue: { flavours: [], images: [] }, withoutSecrets: true }).filling;
}

/** How many there are to be; null where it names no parameter that says so. */
export function countIn(count: Count | undefined, { counts }: Pick<Filling, 'counts'>): number | null {
  return typeof count === 'string' ? (counts.get(count) ?? null) : (count ?? 1);
}

/** The flavours or images of this name that are to be chosen, as a document finds them. */
function choosable(catalogue: FillOptions['catalogue'], kind: 'flavour' | 'image', name: string) {
  const all: readonly { id: number; name: string; retiredAt: string | null }[] =
    kind === 'flavour' ? catalogue.flavours : catalogue.images;
  const folded = (text: string) => text.trim().toLowerCase();
  return all.find((one) => one.retiredAt === null && folded(one.name) === folded(name)) ?? null;
}

function faultIn(parameter: Parameter, value: Value, catalogue: FillOptions['catalogue']): Fault | null {
  const name = labelOfParameter(parameter);
  const { kind } = parameter;
  const text = String(value);
  switch (kind) {
    case 'count': {
      const { min, max } = parameter;
      const number = typeof value === 'number' ? value : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
      return Number.isInteger(number) && number >= min && number <= max
        ? null
        : { code: 'PARAMETER_RANGE', params: { name, min, max } };
    }
    case 'boolean':
      return text === 'true' || text === 'false' ? null : { code: 'PARAMETER_BOOLEAN', params: { name } };
    case 'secret':
      return textFault(name, text);
    case 'text':
      return textFault(name, text) ?? choiceFault(name, text, parameter.choices);
    case 'flavour':
    case 'image': {
      const offered = choiceFault(name, text, parameter.choices);
      if (offered !== null || choosable(catalogue, kind, text) !== null) return offered;
      return {
        code: kind === 'flavour' ? 'PARAMETER_NO_FLAVOUR' : 'PARAMETER_NO_IMAGE',
        params: { name, value: text },
      };
    }
  }
}

function textFault(name: string, text: string): Fault | null {
  const isLine = text.length <= parameterLimits.textLength && !/[\u0000-\u001f\u007f\ud800-\udfff]/u.test(text);
  return isLine ? null : { code: 'PARAMETER_TEXT', params: { name, max: parameterLimits.textLength } };
}

function choiceFault(name: string, text: string, choices: readonly string[]): Fault | null {
  if (choices.length === 0 || choices.includes(text)) return null;
  return { code: 'PARAMETER_CHOICE', params: { name, choices: choices.join(', ') } };
}

/** Whether a parameter's own default may be one of its values. */
export function isDefaultAllowed(parameter: Parameter): boolean {
  if (!('default' in parameter)) return true;
  return faultIn(parameter, parameter.default, { flavours: [], images: [] }) === null;
}
