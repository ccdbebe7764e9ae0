import { Argument, type Command, type Option } from 'commander';
import type { Cli } from './cli';

/** What may stand in place of the last of the words behind `trama`, which is begun or empty. */
export function candidates(program: Command, words: readonly string[]): string[] {
  const begun = words.at(-1) ?? '';
  let command = program;
  let expected: Option | undefined;
  let position = 0;
  for (const word of words.slice(0, -1)) {
    if (expected !== undefined) {
      expected = undefined;
      continue;
    }
    const options = [...command.options, ...program.options];
    if (word.startsWith('-')) {
      const option = options.find(({ long, short }) => long === word || short === word);
      if (option !== undefined && (option.required || option.optional)) expected = option;
      continue;
    }
    const sub = command.commands.find((one) => one.name() === word);
    if (sub === undefined) position += 1;
    else [command, position] = [sub, 0];
  }
  const all = (): readonly string[] => {
    if (expected !== undefined) return expected.argChoices ?? [];
    if (begun.startsWith('-'))
      return [...command.options, ...program.options]
        .flatMap(({ long }) => (long == null ? [] : [long]))
        .concat('--help');
    const commands = command.commands.map((one) => one.name()).filter((name) => !name.startsWith('_'));
    return commands.length > 0 ? commands : (command.registeredArguments[position]?.argChoices ?? []);
  };
  return all().filter((word) => word.startsWith(begun));
}

const scripts = {
  bash: `_trama() {
  local IFS=$'\\n'
  COMPREPLY=($(trama __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _trama trama
`,
  zsh: `#compdef trama
_trama() {
  local -a found
  found=("\${(@f)$(trama __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [ -n "$found[1]" ]; then compadd -a found; else _files; fi
}
compdef _trama trama
`,
  fish: `function __trama_complete
  set -l words (commandline -opc) (commandline -ct)
  trama __complete $words[2..-1] 2>/dev/null
end
complete -c trama -a '(__trama_complete)'
`,
} as const;

export function addCompletionCommands(program: Command, cli: Cli): void {
  program
    .command('completion')
    .description('a script that completes commands in your shell: source <(trama completion bash)')
    .addArgument(new Argument('<shell>').choices(Object.keys(scripts)))
    .action((shell: keyof typeof scripts) => cli.out.raw(scripts[shell]));
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .action((words: string[]) => {
      for (const word of candidates(program, words)) cli.out.text(word);
    });
}
