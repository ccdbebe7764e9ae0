import type { Command } from 'commander';
import type { RouterOutputs } from '../../sdk/index';
import type { Cli } from '../cli';
import { confirm } from '../confirm';
import { findImage } from '../find';
import type { Column } from '../output';
import { changeShares, shareColumns } from '../shares';

type Use = RouterOutputs['images']['uses']['items'][number];

const useColumns: Column<Use>[] = [
  { title: 'WHAT', value: ({ kind }) => kind },
  { title: 'ID', value: ({ id }) => id, right: true },
  { title: 'NAME', value: ({ name }) => name, flexible: true },
  { title: 'OWNER', value: ({ owner }) => owner.name, flexible: true },
];

/** What is done with an image of one's own once it is there. */
export function addOwnImageCommands(images: Command, cli: Cli): void {
  const onOne = (name: string, description: string) =>
    images.command(name).description(description).argument('<image>', 'its id or name');
  onOne('share', 'let another user take an image of yours, or show who can')
    .argument('[email]', 'the other user’s whole address')
    .option('--remove', 'not any more')
    .action(async (name: string, email: string | undefined, { remove }: { remove?: boolean }) => {
      const client = await cli.client();
      const { id } = await findImage(client, name);
      const { shares, share, unshare } = client.api.images;
      const sharing = {
        list: () => shares.query({ id }),
        add: (whole: string) => share.mutate({ id, email: whole }),
        remove: (userId: number) => unshare.mutate({ id, userId }),
      };
      const list = await changeShares(sharing, email, remove);
      cli.out.list(list, shareColumns.slice(0, 2), 'It is shared with nobody.');
    });
  onOne('uses', 'whose VMs have an image of yours').action(async (name: string) => {
    const client = await cli.client();
    const { id } = await findImage(client, name);
    const uses = await client.api.images.uses.query({ id });
    cli.out.list(uses, useColumns, uses.others === 0 ? 'Nobody uses it.' : 'None that you may see.');
    if (uses.others > 0) cli.out.message(`And ${uses.others} more.`);
  });
  onOne('delete', 'delete an image of yours, which nobody uses')
    .option('-y, --yes', 'do not ask')
    .action(async (name: string, { yes }: { yes?: boolean }) => {
      const client = await cli.client();
      const { id, name: whole } = await findImage(client, name);
      await confirm(cli, yes, `Delete the image ${whole} with its disk?`);
      await client.api.images.deleteOwn.mutate({ id });
      if (cli.out.json) cli.out.value({ id });
      else cli.out.message(`Deleted ${whole}.`);
    });
}
