/** Memory and registers of a real machine, loaded as they stand: `image`. Nobody drives its SMMU; scenarios do so by hand. */
import { loadImage, type Image } from '../../emulator/replay/image.ts';
import type { Machine } from '../../emulator/machine/machine.ts';
import type { MemoryView } from '../../emulator/hypervisor/memoryView.ts';
import type { Observer } from '../../emulator/steps/step.ts';
import { HOST, physicalMemory, physicalSmmus, systemDevices, systemSmmus, unsupported } from './base.ts';
import type { Description } from './description.ts';
import type { DmaOutcome, DmaRequest, SmmuAccess, System } from './system.ts';
import { transfer } from './transfer.ts';

/** A system without software. */
export class ImageSystem implements System {
  readonly kind = 'image';
  readonly hypervisor = undefined;
  readonly domains = [HOST];
  readonly ownerNames: ReadonlyMap<string, string> = new Map();
  readonly machine: Machine;
  readonly smmus: System['smmus'];
  readonly devices: System['devices'];
  readonly #access: readonly SmmuAccess[];

  constructor(description: Description, image: Image) {
    this.machine = loadImage(image, description.cache).machine;
    this.smmus = systemSmmus(description);
    this.devices = systemDevices(description);
    this.#access = physicalSmmus(this.machine, description, HOST.name);
    this.machine.history.recording = true;
  }

  observe(observer: Observer | null): void {
    this.machine.observer = observer;
  }

  dma(request: DmaRequest): DmaOutcome {
    return transfer(this.machine, request);
  }

  driver(): undefined {
    return undefined;
  }

  actions(): undefined {
    return undefined;
  }

  smmusOf(): readonly SmmuAccess[] {
    return this.#access;
  }

  memoryOf(): MemoryView {
    return physicalMemory(this.machine, HOST.name);
  }

  call(): ReturnType<System['call']> {
    return unsupported('a call');
  }

  setDomain(): ReturnType<System['setDomain']> {
    return unsupported('creating or ending guests');
  }

  revoke(): ReturnType<System['revoke']> {
    return unsupported('taking memory away');
  }

  ownerOf(): string {
    return HOST.name;
  }

  compare(): undefined {
    return undefined;
  }
}
