import type { RouterOutputs } from '../sdk/index';
import { CliError, exitCodes } from './errors';
import type { Column } from './output';

type Shares = RouterOutputs['slices']['shares'];

export const shareColumns: Column<Shares['items'][number]>[] = [
  { title: 'USER', value: ({ user }) => user.name, flexible: true },
  { title: 'E-MAIL', value: ({ user }) => user.email, flexible: true },
  { title: 'LEVEL', value: ({ level }) => level },
];

interface Sharing {
  list: () => Promise<Shares>;
  add: (email: string) => Promise<Shares>;
  remove: (userId: number) => Promise<Shares>;
}

/** Shows with whom a thing is shared, after adding or taking away who was named. */
export async function changeShares(
  sharing: Sharing,
  email: string | undefined,
  remove: boolean | undefined,
): Promise<Shares> {
  if (remove !== true) return email === undefined ? sharing.list() : sharing.add(email);
  if (email === undefined) throw new CliError('Say with whom it is not to be shared any more.', exitCodes.usage);
  const { items } = await sharing.list();
  const share = items.find(({ user }) => user.email.toLowerCase() === email.toLowerCase());
  if (share === undefined) throw new CliError(`It is not shared with ${email}.`, exitCodes.notFound);
  return sharing.remove(share.user.id);
}
