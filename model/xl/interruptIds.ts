/** Interrupt ids with a fixed meaning in a Xen guest on Arm (`arch-arm.h`, August 2026). */

/** The first id of an SPI: SPI n has id n + 32. */
export const FIRST_SPI = 32;

/** `GUEST_VPL011_SPI`: the emulated UART that `vuart` and `vpl011` ask for. */
export const VUART_INTERRUPT = 32;
