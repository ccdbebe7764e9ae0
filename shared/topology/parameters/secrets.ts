import type { Parameter, ParameterValues } from './schema';

/** Values by whether their parameters are secrets: what is none may be looked at, and stand in an address. Names that are not declared are no secrets. */
export function withSecretsApart(
  { parameters = [] }: { parameters?: readonly Pick<Parameter, 'name' | 'kind'>[] | undefined },
  values: ParameterValues,
): { values: ParameterValues; secrets: ParameterValues } {
  const hidden = new Set(parameters.flatMap(({ name, kind }) => (kind === 'secret' ? [name] : [])));
  const given = Object.entries(values);
  return {
    values: Object.fromEntries(given.filter(([name]) => !hidden.has(name))),
    secrets: Object.fromEntries(given.filter(([name]) => hidden.has(name))),
  };
}
