import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { ProviderError } from '#server/lib/provider-error';
import { uuidOf } from '#server/lib/uuid';
import { pairsOf } from '#shared/pairs';
import { say } from '#shared/sentence';
import type { ImageSpec, ImageState } from '../provider';
import { hasStatus } from './client/cloud-error';
import type { GlanceImage } from './client/glance';
import { remembered } from './remembered';
import type { ZoneParts } from './zone-parts';

/** Where the files of images are had that are uploaded: prepared as for VMs of this machine. */
export interface ImageFiles {
  /** Names the content, without preparing it. Rejects with what people are told. */
  keyOf(image: ImageSpec): Promise<string>;
  /** Of a disk one file, in the form qcow2. */
  ensure(image: ImageSpec): Promise<{ files: readonly string[] }>;
  state(image: ImageSpec): Promise<ImageState>;
}

/** An upload that somebody else has under way is looked at so often, and for so long at most. */
const looksMs = 2_000;
const waitsMs = 30 * 60_000;
/** Lists lag behind what was just made. */
const lagMs = [0, 500, 1_000, 2_000];
/** Glance gives the id of what was deleted to nothing else: so often the same image may be deleted behind our back. */
const generationsAtMost = 100;
const mebibyte = 2 ** 20;

export type CloudImages = ReturnType<typeof imagesOf>;

/**
 * Images of a zone in Glance: what the settings name for one; else, as the settings say, the one that is called as it, or the one that was uploaded, once for all zones and
 * servers of the project. An upload has the name of its content and an id that follows from it and the project, of which Glance takes no second.
 */
export function imagesOf(parts: ZoneParts, files: ImageFiles | null) {
  const named = remembered((name: string) => parts.cloud().glance.images({ name }));
  const all = remembered(() => parts.cloud().glance.images({}));
  /** Uploads by this server, by their names. */
  const underWay = new Map<string, Promise<GlanceImage>>();

  const invalid = (said: ReturnType<typeof say>) => new ProviderError('IMAGE_INVALID', said, false);
  const uploads = (image: ImageSpec) =>
    files !== null && image.kind === 'disk' && parts.cloud().settings.otherImages === 'upload' ? files : null;
  const wantedOf = ({ id }: ImageSpec) => pairsOf(parts.cloud().settings.images).get(id);

  /** What the settings name, or what is called as the image. */
  async function chosen({ name }: ImageSpec, wanted: string | undefined): Promise<GlanceImage> {
    const isActive = ({ status }: GlanceImage) => status === 'active';
    if (wanted === undefined) {
      const [first] = (await named.of(name)).filter(isActive);
      if (first === undefined) throw invalid(say('CLOUD_IMAGE_MISSING', { image: name }));
      return first;
    }
    const active = (await all.of('')).filter(isActive);
    const found = active.find(({ id }) => id === wanted) ?? active.find((one) => one.name === wanted);
    if (found === undefined) throw invalid(say('CLOUD_IMAGE_GONE', { image: name, wanted }));
    return found;
  }

  const nameOf = (key: string) => `trama-${key}`;
  /** What was uploaded of it, in the order in which it was made; by this project, whatever others call theirs. */
  async function uploaded(key: string): Promise<GlanceImage[]> {
    const { caller, glance } = parts.cloud();
    const { project } = await caller.grant();
    return (await glance.images({ name: nameOf(key), owner: project.id })).toSorted(
      (a, b) => a.created_at.localeCompare(b.created_at) || a.id.localeCompare(b.id),
    );
  }
  /** For who makes many VMs of it. */
  const uploadedLately = remembered(uploaded);
  const isWhole = (image: GlanceImage) =>
    image.status === 'active' &&
    (image.os_hash_algo !== 'sha512' || image.trama_sha512 == null || image.os_hash_value === image.trama_sha512);

  /**
   * Of what was uploaded, or begun, the one to go on with: one that is whole, else one that is being filled, or waits for the same bytes. What servers build by themselves may
   * differ in its bytes.
   */
  function usable(found: readonly GlanceImage[], digest: string): GlanceImage | undefined {
    const isBusy = ({ status }: GlanceImage) => status === 'saving' || status === 'importing';
    return found.find(isWhole) ?? found.find((one) => isBusy(one) || one.trama_sha512 === digest);
  }

  /** Made, and nothing in it; found again where it was made already. */
  async function made(key: string, digest: string): Promise<GlanceImage> {
    const { caller, glance } = parts.cloud();
    const { project } = await caller.grant();
    const name = nameOf(key);
    for (let generation = 0; generation < generationsAtMost; generation += 1) {
      const id = uuidOf(`glance ${project.id} ${key}`, generation);
      try {
        return await glance.createImage({ id, name, sha512: digest });
      } catch (error) {
        if (!hasStatus(error, 409)) throw error;
      }
      for (const ms of lagMs) {
        if (ms > 0) await parts.pause(ms);
        const found = usable(await uploaded(key), digest);
        if (found !== undefined) return found;
      }
      parts.log('An image that was uploaded is not in the cloud any more, or not whole; it is uploaded anew.', {
        name,
        id,
      });
    }
    throw invalid(say('CLOUD_IMAGE_DAMAGED', { image: name }));
  }

  async function upload(image: ImageSpec, from: ImageFiles, key: string): Promise<GlanceImage> {
    const found = await uploaded(key);
    const whole = found.find(isWhole);
    if (whole !== undefined) return whole;
    const [file] = (await from.ensure(image)).files;
    if (file === undefined) throw new Error('A disk has a file.');
    const digest = await sha512Of(file);
    const { size } = await stat(file);
    const { glance } = parts.cloud();
    let now: GlanceImage | undefined = usable(found, digest) ?? (await made(key, digest));
    const since = Date.now();
    for (;;) {
      if (now === undefined) throw invalid(say('CLOUD_IMAGE_DELETED', { image: image.name }));
      if (isWhole(now)) return now;
      if (now.status === 'active' || now.status === 'killed' || now.status === 'deactivated')
        throw invalid(say('CLOUD_IMAGE_DAMAGED', { image: nameOf(key) }));
      if (now.status === 'queued')
        await glance.uploadImage(now.id, { path: file, bytes: size }).catch((error: unknown) => {
          // somebody else has begun, or an earlier try whose answer was lost has
          if (!hasStatus(error, 404, 409, 410)) throw error;
        });
      else if (Date.now() - since > waitsMs)
        throw new ProviderError(
          'UNAVAILABLE',
          say('CLOUD_IMAGE_STUCK', { image: nameOf(key), status: now.status }),
          true,
        );
      const { id }: GlanceImage = now;
      now = (await uploaded(key)).find((one) => one.id === id);
      if (now !== undefined && !isWhole(now)) await parts.pause(looksMs);
    }
  }

  function uploadOnce(image: ImageSpec, from: ImageFiles, key: string): Promise<GlanceImage> {
    const known = underWay.get(key);
    if (known !== undefined) return known;
    const work = upload(image, from, key).finally(() => {
      underWay.delete(key);
      uploadedLately.forget();
    });
    underWay.set(key, work);
    return work;
  }

  return {
    /** The one that VMs are made of. IMAGE_INVALID, saying what to do, where it is not there. */
    async of(image: ImageSpec): Promise<GlanceImage> {
      const wanted = wantedOf(image);
      const from = wanted === undefined ? uploads(image) : null;
      if (from === null) return chosen(image, wanted);
      const key = await from.keyOf(image);
      // another server may have uploaded meanwhile what was missed here
      const found = (await uploadedLately.of(key)).find(isWhole) ?? (await uploaded(key)).find(isWhole);
      if (found === undefined) throw invalid(say('CLOUD_IMAGE_DELETED', { image: image.name }));
      return found;
    },
    /** The same, uploaded first where the settings say so and it is not there. */
    async ensure(image: ImageSpec): Promise<GlanceImage> {
      const wanted = wantedOf(image);
      const from = wanted === undefined ? uploads(image) : null;
      return from === null ? chosen(image, wanted) : uploadOnce(image, from, await from.keyOf(image));
    },
    async state(image: ImageSpec): Promise<ImageState> {
      const wanted = wantedOf(image);
      const from = wanted === undefined ? uploads(image) : null;
      if (from === null) return { state: 'verified', sizeMb: sizeOf(await chosen(image, wanted)) };
      const key = await from.keyOf(image);
      if (underWay.has(key)) return { state: 'fetching', doneMb: 0, totalMb: null };
      const [found] = (await uploaded(key)).filter(isWhole);
      if (found !== undefined) return { state: 'verified', sizeMb: sizeOf(found) };
      // what is here of it is not there yet
      const here = await from.state(image);
      return here.state === 'verified' ? { state: 'absent' } : here;
    },
  };
}

/** In MiB. */
export const sizeOf = ({ size }: GlanceImage) => Math.max(1, Math.ceil((size ?? 0) / mebibyte));

async function sha512Of(file: string): Promise<string> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file, { highWaterMark: mebibyte }), hash);
  return hash.digest('hex');
}
