import { ProviderError } from '#server/lib/provider-error';
import { refusalSentence } from '#shared/cloud-flavour-sentences';
import { chooseFlavour, type CloudFlavour, type FlavourOffer } from '#shared/cloud-flavours';
import { pairsOf } from '#shared/pairs';
import type { Resources } from '#shared/primitives';
import { told } from '#shared/sentence';
import type { VmSpec } from '../provider';
import { hasStatus } from './client/cloud-error';
import type { Nova } from './client/nova';
import type { CloudSettings } from './client/settings';
import { remembered } from './remembered';
import type { ZoneParts } from './zone-parts';

/** By its id, as by its name, everybody knows it again; Nova takes neither twice. */
function madeOf({ vcpus, ramMb, diskGb }: Resources): CloudFlavour {
  const id = `trama-${vcpus}-${ramMb}-${diskGb}`;
  return { id, name: id, vcpus, ramMb, diskGb };
}

/** What a zone with these settings goes by; where its credential may not make flavours, the smallest that fits is taken in their place. */
export function offerOf(
  settings: Pick<CloudSettings, 'flavours' | 'otherFlavours'>,
  flavours: readonly CloudFlavour[],
  mayCreate: boolean,
): FlavourOffer {
  const { otherFlavours } = settings;
  const rule = otherFlavours === 'create' && !mayCreate ? 'smallest' : otherFlavours;
  return { flavours, listed: pairsOf(settings.flavours), rule };
}

/**
 * Whether the credential may make flavours: asks for one that is there already, which who may is refused as taken, and who may not as not theirs. Nothing is made.
 */
export async function mayCreateFlavours(nova: Nova, flavours: readonly CloudFlavour[]): Promise<boolean> {
  const [known] = flavours;
  if (known === undefined) return false;
  try {
    await nova.createFlavour(known);
  } catch (error) {
    if (hasStatus(error, 409)) return true;
    if (!hasStatus(error, 401, 403)) throw error;
  }
  return false;
}

/** The flavours of a zone's cloud, and which one a VM gets. */
export function flavoursOf(parts: ZoneParts) {
  const list = remembered(() => parts.cloud().nova.flavours());

  /** For the zone's project alone. Rejects with what Nova says to who may not (403). */
  function ensure(size: Resources): Promise<string> {
    const flavour = madeOf(size);
    return parts.mutex.run(`flavour ${flavour.id}`, async () => {
      const { nova, caller } = parts.cloud();
      // by who asked for the same just before
      if ((await list.of('')).some(({ id }) => id === flavour.id)) return flavour.id;
      const { project } = await caller.grant();
      await unlessThere(nova.createFlavour(flavour));
      await unlessThere(nova.allowFlavour(flavour.id, project.id));
      list.forget();
      parts.log('A flavour was made in the cloud.', { flavour: flavour.name });
      return flavour.id;
    });
  }

  return {
    /** The id of the one that a VM's server is made of. Rejects with NO_CAPACITY where there is none. */
    async of(vm: VmSpec): Promise<string> {
      const { vcpus, ramMb, diskGb, flavourId, image } = vm;
      const needs = { vcpus, ramMb, flavourId, diskGb: image.kind === 'disk' ? diskGb : 0 };
      const { settings } = parts.cloud();
      const flavours = await list.of('');
      let choice = chooseFlavour(offerOf(settings, flavours, true), needs);
      if ('create' in choice)
        try {
          return await ensure(choice.create);
        } catch (error) {
          if (!hasStatus(error, 401, 403)) throw error;
          choice = chooseFlavour(offerOf(settings, flavours, false), needs);
        }
      if ('flavour' in choice) return choice.flavour.id;
      if ('create' in choice) throw new Error('What may not be made was chosen.');
      throw new ProviderError('NO_CAPACITY', told([refusalSentence(vm.name, choice.refused)]), false);
    },
  };
}

/** Nova has refused it as taken (409): somebody else has done it, or an earlier try whose answer was lost. */
async function unlessThere(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!hasStatus(error, 409)) throw error;
  }
}
