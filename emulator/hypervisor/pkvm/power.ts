/**
 * Power domains of SMMUs (fact sheet A.6): the host asks for power by a call, or EL2 listens to what
 * the host tells the firmware over SCMI. Registers survive, translations are taken not to: nothing is
 * invalidated while the power is off. Firmware here accepts or refuses as it is told to; its polling,
 * and other SCMI protocols, are not modelled.
 */
import type { History } from '../../history/history.ts';
import { PAGE_SIZE } from '../pages.ts';
import { Box } from '../state.ts';

/** How an SMMU gets power. */
export type PowerControl =
  | { readonly kind: 'hvc'; readonly device: number }
  | { readonly kind: 'scmi'; readonly domain: number; readonly smc: number; readonly shared: { readonly base: number; readonly size: number } };

/** Errors of power calls and of registration. */
export type PowerError = '-E2BIG' | '-EINVAL' | '-ENOENT' | '-ENOSPC' | '-ENXIO';

/** A message of the host to the firmware. */
export interface ScmiMessage {
  /** Number of the SMC. */
  readonly smc: number;
  readonly protocol: number;
  readonly message: number;
  readonly domain: number;
  /** Bit 0 asks for completion later. */
  readonly flags: number;
  /** Bit 30 set is off. */
  readonly state: number;
  /** Whether the firmware does as it is asked. */
  readonly isAccepted: boolean;
}

/** What became of a message. */
export type ScmiFate = 'not ours' | 'refused by EL2' | 'refused by firmware' | 'done';

const MOST_DOMAINS = 32;
const POWER_PROTOCOL = 0x11;
const STATE_SET = 4;
const ASYNC = 1;
const STATE_OFF = 0x4000_0000;

/** A registered SMMU. */
interface Registered {
  readonly smmu: number;
  readonly control: PowerControl;
}

/** The power of all SMMUs of a machine. */
export class PowerDomains {
  readonly #registered: Box<readonly Registered[]>;
  readonly #off: Box<readonly number[]>;
  readonly #onChange: (smmu: number, isOn: boolean) => void;

  /** `onChange` is told when the power of an SMMU comes or goes. */
  constructor(history: History, onChange: (smmu: number, isOn: boolean) => void) {
    this.#registered = new Box<readonly Registered[]>(history, 'pkvm.power', []);
    this.#off = new Box<readonly number[]>(history, 'pkvm.off', []);
    this.#onChange = onChange;
  }

  /** Registers an SMMU at boot; an error, or undefined. There is one SCMI channel. */
  register(smmu: number, control: PowerControl): PowerError | undefined {
    const { value } = this.#registered;
    if (value.length >= MOST_DOMAINS) return '-ENOSPC';
    if (control.kind === 'scmi') {
      const { base, size } = control.shared;
      if (base % PAGE_SIZE !== 0 || size % PAGE_SIZE !== 0 || size < PAGE_SIZE) return '-EINVAL';
      const other = value.find((r) => r.control.kind === 'scmi');
      if (other?.control.kind === 'scmi' && (other.control.smc !== control.smc || other.control.shared.base !== base)) return '-ENXIO';
    } else if (control.device >= MOST_DOMAINS) return '-E2BIG';
    this.#registered.value = [...value, { smmu, control }];
    return undefined;
  }

  /** Whether an SMMU has no power. */
  isOff(smmu: number): boolean {
    return this.#off.value.includes(smmu);
  }

  /** `hvc_pd`: the host switches a device's power. */
  call(device: number, isOn: boolean): PowerError | undefined {
    if (device >= MOST_DOMAINS) return '-E2BIG';
    const found = this.#registered.value.filter(({ control }) => control.kind === 'hvc' && control.device === device);
    if (found.length === 0) return '-ENOENT';
    for (const { smmu } of found) this.#switch(smmu, isOn);
    return undefined;
  }

  /** A message that EL2 traps. Going off comes before the firmware is asked, going on after. */
  scmi(message: ScmiMessage): ScmiFate {
    const found = this.#registered.value.filter(({ control }) => control.kind === 'scmi' && control.smc === message.smc && control.domain === message.domain);
    if (found.length === 0 || message.protocol !== POWER_PROTOCOL || message.message !== STATE_SET) return 'not ours';
    if ((message.flags & ASYNC) !== 0) return 'refused by EL2';
    const isOn = (message.state & STATE_OFF) === 0;
    const set = (value: boolean): void => {
      for (const { smmu } of found) this.#switch(smmu, value);
    };
    if (!isOn) set(false);
    if (message.isAccepted) {
      if (isOn) set(true);
      return 'done';
    }
    if (!isOn) set(true);
    return 'refused by firmware';
  }

  #switch(smmu: number, isOn: boolean): void {
    if (this.isOff(smmu) !== isOn) return;
    const others = this.#off.value.filter((s) => s !== smmu);
    this.#off.value = isOn ? others : [...others, smmu].sort((a, b) => a - b);
    this.#onChange(smmu, isOn);
  }
}
