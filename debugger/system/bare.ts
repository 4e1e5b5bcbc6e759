/** What systems without a hypervisor have in common: one owner of everything, and nobody to ask for anything. */
import type { Machine } from '../../emulator/machine/machine.ts';
import type { SmmuDriver } from '../../emulator/hypervisor/driver/driver.ts';
import type { MemoryView } from '../../emulator/hypervisor/memoryView.ts';
import type { Observer } from '../../emulator/steps/step.ts';
import { HOST, NO_GUESTS, NO_REVOKE, physicalMemory, systemDevices, systemSmmus, unsupported } from './base.ts';
import type { Description } from './description.ts';
import type { DmaOutcome, DmaRequest, DomainActions, SmmuAccess, System, SystemDevice, SystemKind } from './system.ts';
import { transfer } from './transfer.ts';

/** A system without a hypervisor. */
export abstract class BareSystem implements System {
  abstract readonly kind: SystemKind;
  readonly hypervisor = undefined;
  readonly domains = [HOST];
  readonly ownerNames: ReadonlyMap<string, string> = new Map();
  readonly machine: Machine;
  readonly smmus: System['smmus'];
  readonly devices: System['devices'];
  readonly #access: readonly SmmuAccess[];

  constructor(description: Description, machine: Machine, access: readonly SmmuAccess[]) {
    this.machine = machine;
    this.smmus = systemSmmus(description);
    this.devices = systemDevices(description);
    this.#access = access;
    machine.history.recording = true;
  }

  abstract driver(domain: string, target: SystemDevice | number): SmmuDriver | undefined;
  abstract actions(domain: string): DomainActions | undefined;

  observe(observer: Observer | null): void {
    this.machine.observer = observer;
  }

  dma(request: DmaRequest): DmaOutcome {
    return transfer(this.machine, request);
  }

  smmusOf(): readonly SmmuAccess[] {
    return this.#access;
  }

  memoryOf(domain: string | undefined): MemoryView {
    return physicalMemory(this.machine, domain ?? HOST.name);
  }

  call(): ReturnType<System['call']> {
    return unsupported('there is no hypervisor to call');
  }

  setDomain(): ReturnType<System['setDomain']> {
    return unsupported(NO_GUESTS);
  }

  revoke(): ReturnType<System['revoke']> {
    return unsupported(NO_REVOKE);
  }

  ownerOf(): string {
    return HOST.name;
  }

  compare(): undefined {
    return undefined;
  }
}
