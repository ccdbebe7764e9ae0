import { z } from 'zod';

/** What the names of a slice's VMs are in, for who needs one: reserved for what is inside by ICANN, so that it is nobody's outside. */
export const ownDomain = 'internal';

/** What the server of one network's addresses and names goes by. Addresses of IPv4 and IPv6 with prefix length where it says so. */
export const serviceConfigSchema = z.strictObject({
  mac: z.string(),
  /** Its own, with prefix length: that of the network's subnet. */
  address: z.string(),
  address6: z.string().optional(),
  /** Of NICs that have none of their own. Not there: 1500. */
  mtu: z.number().optional(),
  /** The address of who passes on what goes elsewhere: of the network's gateway, else of a VM there that routes. */
  router: z.string().optional(),
  /** NICs on the network, with what their guests call themselves and the addresses that they are to have; `internet`: their VMs reach it, so what they ask of it is passed on. */
  hosts: z.array(
    z.object({
      ...{ mac: z.string(), name: z.string(), address: z.string(), internet: z.boolean() },
      mtu: z.number().optional(),
      /** Subnets that it reaches through others on this network, with prefix length, the nearest first. */
      routes: z.array(z.object({ to: z.string(), via: z.string() })).optional(),
    }),
  ),
  /** All names that it knows, in small letters, with an address of theirs; the ones to be told first stand first. */
  names: z.array(z.object({ name: z.string(), address: z.string() })),
});
export type ServiceConfig = z.infer<typeof serviceConfigSchema>;
