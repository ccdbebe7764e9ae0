import type { RouterInputs, TramaClient } from '../sdk/index';
import type { Cli } from './cli';
import { CliError, exitCodes } from './errors';
import { findZone } from './find';

type Wish = RouterInputs['slices']['chooseZone'];
type Found = Pick<Awaited<ReturnType<typeof findZone>>, 'id' | 'name'>;

const reasonText = {
  only: 'it is the only one that can take it now',
  images: 'more of its images are there already',
  free: 'most stays free in it',
} as const;

/** The zone of that id or name; for `auto` one that the server chooses, which is said with its reason; fails with what is against each. */
export async function zoneFor(cli: Cli, client: TramaClient, zone: string | undefined, wish: Wish): Promise<Found> {
  return zone === 'auto' ? chosenZone(cli, client, wish) : findZone(client, zone);
}

async function chosenZone(cli: Cli, client: TramaClient, wish: Wish): Promise<Found> {
  const { zoneId, because, zones } = await client.api.slices.chooseZone.query(wish);
  const found = zones.find(({ zone }) => zone.id === zoneId);
  if (found === undefined || because === null) {
    const against = zones.map(
      ({ zone, problems }) => `  - ${zone.name}: ${problems.map(({ message }) => message).join(' ')}`,
    );
    throw new CliError('No zone can take it now.', exitCodes.failed, against);
  }
  if (!cli.out.json) cli.out.message(`Zone ${found.zone.name} was chosen: ${reasonText[because]}.`);
  return found.zone;
}
