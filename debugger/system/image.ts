/** Memory and registers of a real machine, loaded as they stand: `image`. Nobody drives its SMMU; scenarios do so by hand. */
import { loadImage, type Image } from '../../emulator/replay/image.ts';
import { BareSystem } from './bare.ts';
import { HOST, physicalSmmus } from './base.ts';
import type { Description } from './description.ts';

/** A system without software. */
export class ImageSystem extends BareSystem {
  readonly kind = 'image';

  constructor(description: Description, image: Image) {
    const { machine } = loadImage(image, description.cache);
    super(description, machine, physicalSmmus(machine, description, HOST.name));
  }

  driver(): undefined {
    return undefined;
  }

  actions(): undefined {
    return undefined;
  }
}
