/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merlin, an SoC that exists only in these examples: the numbers that its device tree and its
 * drivers share. A board defines MERLIN_REV before it includes merlin.dtsi.
 */
#ifndef MERLIN_H
#define MERLIN_H

#ifndef MERLIN_REV
#define MERLIN_REV 1
#endif

/* Interrupt specifiers of the GIC: kind, number, trigger. */
#define GIC_SPI			0
#define GIC_PPI			1
#define IRQ_EDGE		1
#define IRQ_LEVEL		4

/* StreamIDs behind the I/O SMMU. Revision 2 moved every Ethernet queue to a stream of its own. */
#define MERLIN_SID_DMA0		0x10
#define MERLIN_SID_SDHCI	0x14
#define MERLIN_SID_USB		0x18
#define MERLIN_SID_DISPLAY	0x1c
#define MERLIN_SID_GPU(unit)	(0x40 + (unit))

#if MERLIN_REV >= 2
#define MERLIN_SID_ETH(port)	(0x120 + ((port) << 3))
#else
#define MERLIN_SID_ETH(port)	(0x20 + (port))
#endif

/* Behind the PCIe SMMU, each root port has 64 K streams: its requester IDs. */
#define MERLIN_SID_PCIE(port)	((port) << 16)

#endif
