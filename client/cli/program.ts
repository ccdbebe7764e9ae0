import { Command, CommanderError } from 'commander';
import { createCli, type Cli } from './cli';
import { addAccountCommands } from './commands/account';
import { addAuditCommand } from './commands/audit';
import { addCallCommand } from './commands/call';
import { addCaptureCommand } from './commands/capture';
import { addForwardCommand } from './commands/forwards';
import { addCatalogueCommands } from './commands/catalogue';
import { addIdleCommands } from './commands/idle';
import { addInternetCommands } from './commands/internet';
import { addLeaseCommands } from './commands/leases';
import { addLinksCommands } from './commands/links';
import { addNetworkCommands } from './commands/networks';
import { addNotificationsCommand } from './commands/notifications';
import { addDeploymentCommands } from './commands/deployments';
import { addConvertCommand } from './commands/convert';
import { addSliceCommands } from './commands/slices';
import { addSshCommand } from './commands/ssh';
import { addSshKeyCommands } from './commands/ssh-keys';
import { addTemplateCommands } from './commands/templates';
import { addWebhookCommands } from './commands/webhooks';
import { addZoneCommands } from './commands/zones';
import { addCompletionCommands } from './completion';
import { exitCodes, explain } from './errors';
import { Output, type Stream } from './output';
import { createPrompter, type Input } from './prompt';

const help = `
Exit codes: 0 done, 1 failed, 2 used wrongly, 3 not signed in or not allowed, 4 not found, 5 the server cannot be reached,
130 interrupted. TRAMA_URL and TRAMA_TOKEN win over the last login; TRAMA_DEBUG=1 shows where an error comes from.`;

/** The commands, on what they work with. */
function createProgram(cli: Cli, streams: { stdout: Stream; stderr: Stream }, version: string): Command {
  const program = new Command('trama')
    .description('Virtual machines and links, deployed from templates.')
    .version(version)
    .option('--json', 'data as JSON on standard output, for programs')
    .hook('preAction', (_program, action) => {
      cli.out.json = action.optsWithGlobals<{ json?: boolean }>().json === true;
    })
    .addHelpText('after', help)
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void streams.stdout.write(text),
      writeErr: (text) => void streams.stderr.write(text),
    });
  // sub-commands take over the settings from here, and have to come after them
  addAccountCommands(program, cli);
  addTemplateCommands(program, cli);
  addSliceCommands(program, cli);
  addCaptureCommand(program, cli);
  addForwardCommand(program, cli);
  addLinksCommands(program, cli);
  addNetworkCommands(program, cli);
  addSshCommand(program, cli);
  addLeaseCommands(program, cli);
  addIdleCommands(program, cli);
  addInternetCommands(program, cli);
  addDeploymentCommands(program, cli);
  addCatalogueCommands(program, cli);
  addZoneCommands(program, cli);
  addAuditCommand(program, cli);
  addNotificationsCommand(program, cli);
  addConvertCommand(program, cli);
  addSshKeyCommands(program, cli);
  addWebhookCommands(program, cli);
  addCallCommand(program, cli);
  addCompletionCommands(program, cli);
  return program;
}

export interface CliProcess {
  /** What stands behind `trama`. */
  args: readonly string[];
  env: Record<string, string | undefined>;
  stdin: Input;
  stdout: Stream;
  stderr: Stream;
  signal: AbortSignal;
  version: string;
}

/** Runs a command line; resolves with the exit code. Nothing is thrown: what goes wrong is a line on stderr. */
export async function runCli({ args, env, stdin, stdout, stderr, signal, version }: CliProcess): Promise<number> {
  const out = new Output(stdout, stderr, env, false);
  const cli = createCli({ env, out, stdin, prompt: createPrompter(stdin, stderr), signal });
  try {
    await createProgram(cli, { stdout, stderr }, version).parseAsync(args, { from: 'user' });
    return signal.aborted ? exitCodes.interrupted : exitCodes.ok;
  } catch (error) {
    // commander has said it already
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (env['TRAMA_DEBUG'] === '1' && error instanceof Error) stderr.write(`${error.stack ?? error.message}\n`);
    const { lines, exitCode } = explain(error);
    if (signal.aborted) {
      if (exitCode === exitCodes.interrupted) for (const line of lines) out.message(line);
      return exitCodes.interrupted;
    }
    for (const [index, line] of lines.entries()) out.message(index === 0 ? `trama: ${line}` : line);
    return exitCode;
  }
}
