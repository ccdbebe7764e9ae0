import { say, type Said } from '#shared/sentence';
import { chooseAccelerator } from './accelerator';
import type { ImageStore } from './images/image-store';
import type { Accelerator } from './qemu-args';
import { probeUser, type VmUsers } from './vm-users';
import type { ZoneFolder } from './zone-folder';

const imageSpecOfTiny = {
  id: 0,
  name: 'tiny',
  kind: 'kernel',
  source: 'builtin:tiny',
  sha256: null,
  readyMarker: null,
} as const;

interface Zone {
  wanted: Accelerator | 'auto';
  folder: ZoneFolder;
  users: VmUsers;
  images: ImageStore;
  qemuVersion: () => Promise<string>;
}

/** What a zone's VMs are run with: what was configured, or what a probe finds when the first of them is started. */
export class AcceleratorChoice {
  readonly #zone: Zone;
  #chosen: Promise<Accelerator> | null = null;
  inWords: Said = say('ACCELERATOR_UNTRIED');

  constructor(zone: Zone) {
    this.#zone = zone;
  }

  /** Probes once; again after a probe that failed. */
  choose(): Promise<Accelerator> {
    this.#chosen ??= this.#probe().then(
      (chosen) => {
        this.inWords = say(chosen === 'kvm' ? 'ACCELERATOR_KVM' : 'ACCELERATOR_TCG');
        return chosen;
      },
      (error: unknown) => {
        this.#chosen = null;
        throw error;
      },
    );
    return this.#chosen;
  }

  async #probe(): Promise<Accelerator> {
    const { wanted, folder, users, images, qemuVersion } = this.#zone;
    if (wanted !== 'auto') return wanted;
    const tinyImage = async () => {
      const image = await images.ensure(imageSpecOfTiny);
      const files = await folder.linkImage(image.key, image.files);
      return files.map((file) => file.slice('../images/'.length));
    };
    return chooseAccelerator({
      runAs: probeUser(users),
      root: folder.root,
      qemuVersion: await qemuVersion(),
      tinyImage,
    });
  }
}
