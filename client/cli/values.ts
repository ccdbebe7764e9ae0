import { InvalidArgumentError, type Command } from 'commander';
import { withSecretsApart } from '#shared/topology/parameters/secrets';
import type { RouterInputs, TramaClient } from '../sdk/index';

type Values = NonNullable<RouterInputs['slices']['create']['values']>;
export interface ValueFlags {
  set?: Values;
}

/** `--set NAME=VALUE`, as often as there is something to set. What the values may be, the template says: the server reads them. */
export function addValueOption(command: Command): Command {
  return command.option(
    '--set <name=value>',
    'a value that the template asks for; may be given for each of its parameters',
    (text: string, before: Values | undefined) => {
      const at = text.indexOf('=');
      if (at <= 0) throw new InvalidArgumentError('It is a parameter’s name and its value: servers=3.');
      return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
    },
  );
}

/** As a request has them. */
export const valuesIn = ({ set }: ValueFlags) => (set === undefined ? {} : { values: set });

/** Those that may stand in an address, as what is only looked at does: no secrets. */
export async function openValues(client: TramaClient, templateId: number, values: Values | undefined) {
  if (values === undefined) return {};
  const { topology } = await client.api.templates.get.query({ id: templateId });
  return { values: withSecretsApart(topology, values).values };
}
