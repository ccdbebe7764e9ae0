import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import type { Field, Fields } from './inputs';

const kebab = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** What the help says of a field besides its text. */
function bounds({ type, min, max }: Field): string {
  if (type === 'integer' && min !== null && max !== null) return `${min} to ${max}`;
  if (type === 'string' && max !== null) return `at most ${max} characters`;
  return '';
}

const helpOf = (field: Field) => [field.help, bounds(field)].filter((part) => part !== '').join('; ');

function parserOf({ type, min, max }: Field): ((text: string) => string | number) | null {
  if (type === 'integer')
    return (text) => {
      const value = Number(text);
      if (!/^-?\d+$/.test(text) || (min !== null && value < min) || (max !== null && value > max))
        throw new InvalidArgumentError(
          `It must be a whole number${max === null ? '' : ` from ${min ?? 0} to ${max}`}.`,
        );
      return value;
    };
  if (type !== 'string') return null;
  return (text) => {
    if (text.length < (min ?? 0)) throw new InvalidArgumentError('It must not be empty.');
    if (max !== null && text.length > max) throw new InvalidArgumentError(`It must have at most ${max} characters.`);
    return text;
  };
}

/** An option for a field of an input: `includeDestroyed` → `--include-destroyed`. Its default stays the server's. */
export function optionFor(name: string, field: Field): Option {
  const value = { string: ' <text>', integer: ' <number>', boolean: '', list: ' <value...>' }[field.type];
  const choice = field.choices !== null && field.type === 'string' ? ` <${kebab(name)}>` : value;
  const shown =
    field.default === null || field.default === false || field.default === '' ? '' : ` (default: ${field.default})`;
  const option = new Option(`--${kebab(name)}${choice}`, `${helpOf(field)}${shown}`);
  if (field.choices !== null) option.choices(field.choices);
  else {
    const parser = parserOf(field);
    if (parser !== null) option.argParser(parser);
  }
  return option;
}

/** An option for each of the fields. */
export function addOptions(command: Command, fields: Fields): Command {
  for (const [name, field] of Object.entries(fields)) command.addOption(optionFor(name, field));
  return command;
}

/** An argument for a field. */
export function argumentFor(name: string, field: Field): Argument {
  const argument = new Argument(`<${kebab(name)}>`, helpOf(field));
  if (field.choices !== null) return argument.choices(field.choices);
  const parser = parserOf(field);
  return parser === null ? argument : argument.argParser(parser);
}
