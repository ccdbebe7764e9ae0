import type { BlockList } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { parseProxies } from '#server/lib/trusted-proxies';
import { emailSchema, passwordSchema } from '#shared/auth';

const flag = z.enum(['0', '1', 'true', 'false']).transform((value) => value === '1' || value === 'true');

/** Addresses and networks, as `parseProxies` reads them. */
const networks = z
  .string()
  .default('')
  .transform((text, context) => {
    try {
      return parseProxies(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'is not a list' });
      return z.NEVER;
    }
  });

/** The environment, as the README's configuration table describes it. Empty counts as not set. */
const environmentSchema = z.object({
  TRAMA_PORT: z.coerce.number('a number from 0 to 65535').int().min(0).max(65535).default(8000),
  TRAMA_HOST: z.string().default('127.0.0.1'),
  TRAMA_DATA: z.string().default('.trama'),
  TRAMA_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  TRAMA_ALLOWED_HOSTS: z
    .string()
    .regex(
      /^\s*[^\s,:/]+(\s*,\s*[^\s,:/]+)*\s*$/,
      'is a list of host names without ports: lab.example.org, .example.com',
    )
    .optional(),
  TRAMA_RELAY_URL: z.url({ protocol: /^https?$/ }).optional(),
  DATABASE_URL: z
    .string()
    .regex(/^(mysql|mariadb):\/\//, 'must look like mysql://user:password@host:3306/database')
    .optional(),
  TRAMA_ADMIN_EMAIL: emailSchema.optional(),
  TRAMA_ADMIN_PASSWORD: passwordSchema.optional(),
  TRAMA_REGISTRATION: z
    .string()
    .regex(
      /^(open|closed|[a-z0-9-]+(\.[a-z0-9-]+)+(\s*,\s*[a-z0-9-]+(\.[a-z0-9-]+)+)*)$/i,
      'is open, closed, or a list of domains',
    )
    .default('open'),
  TRAMA_SESSION_HOURS: z.coerce
    .number()
    .min(1)
    .max(24 * 365)
    .default(24 * 7),
  TRAMA_SESSION_IDLE_HOURS: z.coerce
    .number()
    .min(0.1)
    .max(24 * 365)
    .default(24 * 2),
  TRAMA_TRUSTED_PROXIES: networks,
  TRAMA_WEBHOOK_NETWORKS: networks,
  TRAMA_WEBHOOK_HTTP: flag.default(false),
  TRAMA_IMAGE_NETWORKS: networks,
  TRAMA_AUDIT_DAYS: z.coerce.number().int().min(1).max(36_500).default(365),
  TRAMA_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  TRAMA_SIMULATOR: flag.default(false),
  TRAMA_LAUNCH_LIMIT: z.coerce.number().int().min(1).max(256).default(os.availableParallelism()),
  TRAMA_ACCELERATOR: z.enum(['auto', 'tcg', 'kvm']).default('auto'),
  TRAMA_VM_UIDS: z
    .string()
    .regex(/^(off|[1-9]\d*-[1-9]\d*)$/, 'is FIRST-LAST, or off')
    .default('1879048192-1879113727')
    .transform((text, context) => {
      if (text === 'off') return null;
      const [first = 0, last = 0] = text.split('-').map(Number);
      if (last - first >= 15 && first >= 1000 && last < 2 ** 32 - 1) return { first, count: last - first + 1 };
      context.addIssue({ code: 'custom', message: 'must be at least 16 user ids from 1000 on' });
      return z.NEVER;
    }),
  TRAMA_INSTALL: flag.default(true),
});

export interface Config {
  port: number;
  host: string;
  /** Absolute path of everything that this server keeps: embedded database, images, VMs, its secret. */
  dataDir: string;
  /** Where browsers reach it, if that is not what they say in `Host`; decides `Secure` cookies. */
  publicUrl: string | null;
  /** Names besides by which it may be called; `.example.org` is all below it. */
  allowedHosts: readonly string[];
  /** Where other servers on the same database reach this one; null: at the address that it listens on. */
  relayUrl: string | null;
  databaseUrl: string | null;
  admin: { email: string | undefined; password: string | undefined };
  registrationOpen: boolean;
  /** Domains that an address must be of to register; null for any. */
  registrationDomains: readonly string[] | null;
  /** Proxies whose `X-Forwarded-For` says who calls. */
  trustedProxies: BlockList;
  webhooks: {
    /** What webhooks may call besides the public internet. */
    networks: BlockList;
    http: boolean;
  };
  /** Where images may be fetched from besides the public internet. */
  imageNetworks: BlockList;
  sessionHours: number;
  sessionIdleHours: number;
  auditDays: number;
  /** Signs session tokens; null: `secret` in the data folder, made at first need. */
  secret: string | null;
  simulator: boolean;
  launchLimit: number;
  accelerator: 'auto' | 'tcg' | 'kvm';
  /** User ids out of which each slice's VMs get one, where the server is root; null: they share one. */
  vmUids: { first: number; count: number } | null;
  /** Whether what the machine lacks may be installed. */
  mayInstall: boolean;
}

/** Reads the configuration. Throws one Error whose message lists every variable that is wrong. */
export function readConfig(environment: Record<string, string | undefined>, root: string): Config {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environmentSchema.safeParse(present);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`The configuration is not valid:\n${lines.join('\n')}`);
  }
  const env = parsed.data;
  return {
    port: env.TRAMA_PORT,
    host: env.TRAMA_HOST,
    dataDir: path.resolve(root, env.TRAMA_DATA),
    publicUrl: env.TRAMA_PUBLIC_URL ?? null,
    allowedHosts: (env.TRAMA_ALLOWED_HOSTS ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== ''),
    relayUrl: env.TRAMA_RELAY_URL ?? null,
    databaseUrl: env.DATABASE_URL ?? null,
    admin: { email: env.TRAMA_ADMIN_EMAIL, password: env.TRAMA_ADMIN_PASSWORD },
    registrationOpen: env.TRAMA_REGISTRATION !== 'closed',
    registrationDomains: /^(open|closed)$/i.test(env.TRAMA_REGISTRATION)
      ? null
      : env.TRAMA_REGISTRATION.split(',').map((domain) => domain.trim().toLowerCase()),
    trustedProxies: env.TRAMA_TRUSTED_PROXIES,
    webhooks: { networks: env.TRAMA_WEBHOOK_NETWORKS, http: env.TRAMA_WEBHOOK_HTTP },
    imageNetworks: env.TRAMA_IMAGE_NETWORKS,
    sessionHours: env.TRAMA_SESSION_HOURS,
    sessionIdleHours: env.TRAMA_SESSION_IDLE_HOURS,
    auditDays: env.TRAMA_AUDIT_DAYS,
    secret: env.TRAMA_SECRET ?? null,
    simulator: env.TRAMA_SIMULATOR,
    launchLimit: env.TRAMA_LAUNCH_LIMIT,
    accelerator: env.TRAMA_ACCELERATOR,
    vmUids: env.TRAMA_VM_UIDS,
    mayInstall: env.TRAMA_INSTALL,
  };
}
