import type { Command } from 'commander';
import { createTramaClient, TramaError, type RouterOutputs } from '../../sdk/index';
import { defaultUrl, hostTokenName, withSession, type Cli } from '../cli';
import { checkedToken, checkedUrl, forgetLogin, readLogin, writeLogin } from '../config';
import { CliError, exitCodes } from '../errors';
import { inputs } from '../inputs';
import type { Column } from '../output';
import { addOptions, argumentFor } from '../schema-options';

type Scopes = RouterOutputs['tokens']['list']['items'][number]['scopes'];

interface Credentials {
  email?: string;
  passwordStdin?: boolean;
  code?: string;
}

/** The e-mail address and the password, asked for unless they were given. */
async function credentials(cli: Cli, options: Credentials, url: string) {
  const email = options.email ?? (await cli.prompt.ask(`E-mail for ${url}: `));
  const password =
    options.passwordStdin === true
      ? ((await cli.prompt.readAll()).split(/\r?\n/, 1)[0] ?? '')
      : await cli.prompt.askSecret('Password: ');
  return { url, email, password, code: options.code };
}

function addCredentials(command: Command): Command {
  return command
    .option('--email <address>', 'your e-mail address; asked for unless given')
    .option('--password-stdin', 'read the password from the first line of standard input instead of asking')
    .option('--code <code>', 'the code of your second factor; asked for when it is needed');
}

interface LoginOptions extends Credentials {
  token?: string | true;
  scopes?: string[];
  days?: number;
  name?: string;
}

async function login(cli: Cli, address: string | undefined, options: LoginOptions): Promise<void> {
  const { url, token } = await (options.token === undefined ? byPassword : byToken)(cli, address, options);
  const me = await createTramaClient({ url, token, signal: cli.signal }).api.auth.me.query();
  if (me.user === null) throw new CliError('This token is not valid.', exitCodes.forbidden);
  const file = await writeLogin(cli.env, { url, token });
  if (cli.out.json) return cli.out.value({ url, user: me.user, expiresAt: me.token?.expiresAt ?? null });
  cli.out.message(`Signed in to ${url} as ${me.user.email}. The token is in ${file}, readable for you only.`);
}

const addressFor = async (cli: Cli, address: string | undefined) => {
  if (address !== undefined) return checkedUrl(address);
  const { url } = await cli.target();
  return url;
};

async function byToken(cli: Cli, address: string | undefined, options: LoginOptions) {
  const url = await addressFor(cli, address);
  const given = options.token;
  const asks = given === true || given === '-' || given === undefined;
  const text = asks
    ? cli.prompt.interactive
      ? await cli.prompt.askSecret('Token: ')
      : await cli.prompt.readAll()
    : given;
  return { url, token: checkedToken(text) };
}

/** A session only makes the token, and is gone with it. */
async function byPassword(cli: Cli, address: string | undefined, options: LoginOptions) {
  const url = await addressFor(cli, address);
  const given = await credentials(cli, options, url);
  return withSession(cli, given, async (api) => {
    const { token } = await api.tokens.create.mutate({
      name: options.name ?? hostTokenName(),
      // the choices of the option are the schema's
      scopes: (options.scopes ?? ['manage']) as Scopes,
      ...(options.days !== undefined && { days: options.days }),
    });
    return { url, token };
  });
}

async function logout(cli: Cli): Promise<void> {
  const stored = await readLogin(cli.env);
  if (stored === null) return cli.out.message('You were not signed in.');
  const { api } = createTramaClient({ ...stored, signal: cli.signal });
  try {
    const { token } = await api.auth.me.query();
    if (token !== null) await api.tokens.revoke.mutate({ id: token.id });
  } catch (error) {
    await forgetLogin(cli.env);
    const why = error instanceof TramaError ? error.message : String(error);
    throw new CliError(`The token is forgotten here, but could not be revoked: ${why}`);
  }
  await forgetLogin(cli.env);
  cli.out.message(`Signed out of ${stored.url}: the token is revoked and forgotten.`);
}

async function whoami(cli: Cli): Promise<void> {
  const client = await cli.client();
  const { url } = await cli.target();
  const { user, token } = await client.api.auth.me.query();
  if (user === null)
    throw new CliError('The token is not valid any more. Sign in with: trama login', exitCodes.forbidden);
  cli.out.record({ url, user, token }, [
    ['Server', url],
    ['Name', user.name],
    ['E-mail', user.email],
    ['Role', user.role],
    ['Token', token?.name ?? null],
    ['Scopes', token?.scopes?.join(', ') ?? null],
    ['Expires', token?.expiresAt ?? null],
  ]);
}

type Token = RouterOutputs['tokens']['list']['items'][number];
const tokenColumns: Column<Token>[] = [
  { title: 'ID', value: ({ id }) => id, right: true },
  { title: 'NAME', value: ({ name }) => name, flexible: true },
  { title: 'SCOPES', value: ({ scopes }) => scopes.join(', '), flexible: true },
  { title: 'LAST USED', value: ({ lastUsedAt }) => lastUsedAt },
  { title: 'EXPIRES', value: ({ expiresAt }) => expiresAt },
];

interface CreateTokenOptions extends Credentials {
  scopes: string[];
  days?: number;
}

async function createToken(cli: Cli, name: string, options: CreateTokenOptions): Promise<void> {
  const { url, token } = await cli.target();
  const me = token === null ? null : await createTramaClient({ url, token, signal: cli.signal }).api.auth.me.query();
  const email = options.email ?? me?.user?.email;
  const given = await credentials(cli, { ...options, ...(email !== undefined && { email }) }, url);
  const created = await withSession(cli, given, (api) =>
    api.tokens.create.mutate({
      name,
      scopes: options.scopes as Scopes,
      ...(options.days !== undefined && { days: options.days }),
    }),
  );
  if (cli.out.json) return cli.out.value(created);
  cli.out.message(`It is shown this once, and good until ${created.info.expiresAt}:`);
  cli.out.text(created.token);
}

/** login, logout, whoami, quota and tokens. */
export function addAccountCommands(program: Command, cli: Cli): void {
  const { name: nameField, scopes, days } = inputs.createToken;
  addCredentials(
    addOptions(
      program
        .command('login')
        .description('sign in by e-mail and password, or by a token that you have, and keep the token')
        .argument('[url]', `where Trama is; ${defaultUrl} unless TRAMA_URL or the last login say otherwise`)
        .option('--token [token]', 'keep this token, or the one on standard input, instead of making one'),
      { name: { ...nameField, help: 'name of the new token; this host’s unless given' }, scopes, days },
    ),
  ).action((url: string | undefined, options: LoginOptions) => login(cli, url, options));
  program
    .command('logout')
    .description('revoke the token that login has kept, and forget it')
    .action(() => logout(cli));
  program
    .command('whoami')
    .description('who you are, where, and what your token may do')
    .action(() => whoami(cli));
  program
    .command('quota')
    .description('what you may have, and what of it you have')
    .action(async () => {
      const quota = await (await cli.client()).api.quotas.mine.query();
      if (cli.out.json) return cli.out.value(quota);
      const items = Object.entries(quota.limits).map(([field, limit]) => ({ field, limit, used: quota.used }));
      cli.out.list(
        { items },
        [
          { title: 'QUANTITY', value: ({ field }) => field },
          {
            title: 'USED',
            value: ({ field, used }) => Object.entries(used).find(([name]) => name === field)?.[1] ?? 'each slice',
            right: true,
          },
          { title: 'LIMIT', value: ({ limit }) => limit ?? 'none', right: true },
        ],
        '',
      );
    });

  const tokens = program.command('tokens').description('personal access tokens, for programs');
  tokens
    .command('list')
    .description('your tokens')
    .action(async () =>
      cli.out.list(await (await cli.client()).api.tokens.list.query({}), tokenColumns, 'You have no tokens.'),
    );
  const create = tokens
    .command('create')
    .description('make a token; asks for your password, since a token cannot make another')
    .addArgument(argumentFor('name', nameField));
  addCredentials(addOptions(create, { scopes: { ...scopes, default: null }, days })).action(
    (name: string, options: CreateTokenOptions) => {
      if (options.scopes === undefined || options.scopes.length === 0)
        throw new CliError('Say what the token may do: --scopes read', exitCodes.usage);
      return createToken(cli, name, options);
    },
  );
  tokens
    .command('revoke')
    .description('make a token worthless')
    .argument('<token>', 'its id or name')
    .action(async (text: string) => {
      const { api } = await cli.client();
      const { items } = await api.tokens.list.query({});
      const found = items.filter(({ id, name }) => String(id) === text || name === text);
      const [token] = found;
      if (token === undefined) throw new CliError(`There is no token ${text}.`, exitCodes.notFound);
      if (found.length > 1)
        throw new CliError(`More than one token is called ${text}: say which by its id.`, exitCodes.usage);
      await api.tokens.revoke.mutate({ id: token.id });
      if (cli.out.json) cli.out.value({ id: token.id });
      else cli.out.message(`The token ${token.name} is revoked.`);
    });
}
