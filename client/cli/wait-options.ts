import { InvalidArgumentError, type Command } from 'commander';

export interface WaitFlags {
  /** False with `--no-wait`. */
  wait?: boolean;
  /** Seconds. */
  timeout?: number;
}

/** Whether, and for how long, a command waits for the deployment that it starts. */
export function addWaitOptions(command: Command): Command {
  return command
    .option('--no-wait', 'do not wait until it is done')
    .option('--timeout <seconds>', 'wait no longer than this; the operation goes on', (text) => {
      const seconds = Number(text);
      if (!(seconds > 0 && seconds <= 1_000_000)) throw new InvalidArgumentError('It must be a number of seconds.');
      return seconds;
    });
}
