import { z } from 'zod';
import { CommandError, runCommand } from '#server/lib/run-command';

/** Where gateways stand: what the kernel says of the addresses and ways of a network namespace. */
export interface HostNetwork {
  /** Of all its interfaces, loopback too, each with the prefix of the network that it is in. */
  addresses: { family: 4 | 6; address: string; prefix: number }[];
  /** Whether it has a way to everywhere. */
  leadsOut: { 4: boolean; 6: boolean };
}

const linksSchema = z.array(
  z.object({
    addr_info: z
      .array(z.object({ family: z.string(), local: z.string().optional(), prefixlen: z.number() }))
      .default([]),
  }),
);

/** Reads the network. @param within the program, with its arguments, by which others are run in it; empty: the server's own */
export async function readHostNetwork(within: readonly string[]): Promise<HostNetwork> {
  const ip = async (...args: string[]): Promise<unknown> => {
    const [program = 'ip', ...rest] = [...within, 'ip', '-json', ...args];
    const { stdout } = await runCommand(program, rest, { timeoutMs: 10_000 });
    // without IPv6 it says nothing at all
    return stdout.trim() === '' ? [] : JSON.parse(stdout);
  };
  const hasDefault = async (family: string) => {
    // a kernel without the family
    const routes = await ip(family, 'route', 'show', 'default').catch((error: unknown) => {
      if (error instanceof CommandError && !error.missing) return [];
      throw error;
    });
    return Array.isArray(routes) && routes.length > 0;
  };
  const [links, four, six] = await Promise.all([ip('address'), hasDefault('-4'), hasDefault('-6')]);
  const addresses = linksSchema.parse(links).flatMap(({ addr_info }) =>
    addr_info.flatMap(({ family, local, prefixlen: prefix }): HostNetwork['addresses'] => {
      if (local === undefined || (family !== 'inet' && family !== 'inet6')) return [];
      return [{ family: family === 'inet' ? 4 : 6, address: local, prefix }];
    }),
  );
  return { addresses, leadsOut: { 4: four, 6: six } };
}
