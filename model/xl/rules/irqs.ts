import { FIRST_SPI, VUART_INTERRUPT } from '../interruptIds.ts';
import { virtioSlots } from '../virtioSlots.ts';
import { BASE } from './examples.ts';
import { faultsOf, problemAt, replacement, type XlRule } from './rule.ts';

/** XL016: which interrupts can be given away. */
export const irqs: XlRule = {
  id: 'xl-irqs',
  level: 'error',
  title: 'Interrupt that cannot be given to the guest',
  explanation: '`irqs` takes decimal interrupt ids: the SPI number of the device tree plus 32. Ids below 32 are private to a CPU. Id 32 is the emulated UART\'s when `vuart` is set, and the ids from 33 (34 with a virtual SMMU) belong to virtio-mmio devices, as many as the guest has.',
  remedy: 'Write SPI + 32 in decimal, and leave out what the guest\'s own emulated devices use.',
  bad: `${BASE}irqs = [ "0x70" ]\n`,
  good: `${BASE}irqs = [ 112 ]\n`,
  sources: ['xl: "xl: Invalid argument parsing irq: X"', 'libxl: "Physical IRQ 32 conflicting with pl011 SPI"', 'libxl: "Physical IRQ N conflicting with Virtio MMIO IRQ range"', 'Xen: only SPIs can be bound'],
  *check(guest) {
    yield* faultsOf(this, guest, 'irqs');
    const virtio = virtioSlots(guest);
    const hasVuart = guest.text('vuart')?.value === 'sbsa_uart';
    for (const { value, atom } of guest.irqs) {
      if (value < FIRST_SPI) {
        yield problemAt(this, guest, atom, {
          message: `Interrupt id ${value} is private to a CPU and cannot be given to a guest.`,
          advice: `If ${value} is the SPI number of the device tree, write ${value + FIRST_SPI}.`,
          fixes: [replacement(guest, atom, `Change to ${value + FIRST_SPI} (SPI ${value})`, String(value + FIRST_SPI))],
        });
      } else if (value === VUART_INTERRUPT && hasVuart) {
        yield problemAt(this, guest, atom, { message: 'Interrupt id 32 is the emulated UART\'s, which vuart asks for.', advice: 'Remove it, or remove vuart.' });
      } else if (value >= virtio.firstInterrupt && value < virtio.firstInterrupt + virtio.count) {
        yield problemAt(this, guest, atom, {
          message: `Interrupt id ${value} belongs to one of the guest's ${virtio.count} virtio-mmio devices (${virtio.firstInterrupt} to ${virtio.firstInterrupt + virtio.count - 1}).`,
          advice: 'The physical interrupt cannot be given to this guest while it has that many virtio devices.',
        });
      }
    }
  },
};
