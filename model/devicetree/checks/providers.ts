/**
 * dtc's checks of properties that refer to providers (clocks, IOMMUs, resets ...). A table,
 * because dtc's own checks are one: each row gives two checks, one of the list and one of the
 * provider's `#...-cells`. The meaning of the arguments belongs to the bindings.
 */
import { defineCheck, type DtcCheck } from './check.ts';
import { cellsFormatCheck } from './formats.ts';
import { checkPhandleArgs } from './phandleArgs.ts';

interface Row {
  /** dtc's name for it, from which the names of both checks are made. */
  readonly name: string;
  readonly property: string;
  readonly cells: string;
  readonly optional?: boolean;
  readonly effect: string;
}

const ROWS: readonly Row[] = [
  { name: 'clocks', property: 'clocks', cells: '#clock-cells', effect: 'The driver gets no clock, or a wrong one.' },
  { name: 'cooling_device', property: 'cooling-device', cells: '#cooling-cells', effect: 'The thermal zone is not cooled.' },
  { name: 'dmas', property: 'dmas', cells: '#dma-cells', effect: 'The driver gets no DMA channel, or a wrong one.' },
  { name: 'hwlocks', property: 'hwlocks', cells: '#hwlock-cells', effect: 'The driver gets no hardware lock.' },
  { name: 'interrupts_extended', property: 'interrupts-extended', cells: '#interrupt-cells', effect: 'All interrupts after the faulty entry are misread.' },
  { name: 'io_channels', property: 'io-channels', cells: '#io-channel-cells', effect: 'The driver gets no channel.' },
  { name: 'iommus', property: 'iommus', cells: '#iommu-cells', effect: 'The device\'s StreamIDs are misread; its DMA faults, or bypasses the IOMMU.' },
  { name: 'mboxes', property: 'mboxes', cells: '#mbox-cells', effect: 'The driver gets no mailbox channel.' },
  { name: 'msi_parent', property: 'msi-parent', cells: '#msi-cells', optional: true, effect: 'The device\'s message-signalled interrupts are not delivered.' },
  { name: 'mux_controls', property: 'mux-controls', cells: '#mux-control-cells', effect: 'The driver gets no multiplexer.' },
  { name: 'phys', property: 'phys', cells: '#phy-cells', effect: 'The driver gets no PHY.' },
  { name: 'power_domains', property: 'power-domains', cells: '#power-domain-cells', effect: 'The device is not powered.' },
  { name: 'pwms', property: 'pwms', cells: '#pwm-cells', effect: 'The driver gets no PWM.' },
  { name: 'resets', property: 'resets', cells: '#reset-cells', effect: 'The device stays in reset, or another one is reset.' },
  { name: 'sound_dai', property: 'sound-dai', cells: '#sound-dai-cells', effect: 'The sound card is not assembled.' },
  { name: 'thermal_sensors', property: 'thermal-sensors', cells: '#thermal-sensor-cells', effect: 'The thermal zone has no temperature.' },
];

function snippet(row: Row, count: number): string {
  return `/ {\n\tprovider: provider {\n\t\t${row.cells} = <1>;\n\t};\n\tdevice {\n\t\t${row.property} = <&provider${' 7'.repeat(count)}>;\n\t};\n};`;
}

function propertyCheck(row: Row): DtcCheck {
  const provider = { property: row.cells, optional: row.optional === true };
  const absent = provider.optional ? ' A node without it takes no arguments.' : '';
  return defineCheck({
    name: `${row.name}_property`,
    usage: 'warning',
    title: `\`${row.property}\` does not match \`${row.cells}\` of what it refers to`,
    explanation: `\`${row.property}\` is a list of references, each followed by as many cells as \`${row.cells}\` of the node referred to says.${absent} With more or fewer, the next cell is taken for a reference. ${row.effect}`,
    remedy: `Write the number of cells that \`${row.cells}\` says after each reference, and refer to nodes that have it.`,
    bad: snippet(row, 0),
    good: snippet(row, 1),
  }, function* find(tree) {
    for (const property of tree.properties(row.property)) {
      if (tree.tick()) yield;
      yield* checkPhandleArgs(property, provider, tree);
    }
  });
}

/** Both checks of every kind of provider, in dtc's order. */
export const PROVIDER_CHECKS: readonly DtcCheck[] = ROWS.flatMap((row) => [
  propertyCheck(row),
  cellsFormatCheck(`${row.name}_is_cell`, row.cells),
]);
