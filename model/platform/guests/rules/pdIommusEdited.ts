import type { OwnedDevice } from '../types.ts';
import { hex } from '../../units.ts';
import { hostNode, problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';
import { fragmentIommus, VIOMMU_KEYS } from './pdIommus.ts';

const GENERATED_FIRST = 65000;

/** PD013: a hand that helps too much. */
export const pdIommusEdited: SystemRule = {
  id: 'pd-iommus-edited',
  level: 'warning',
  title: '`iommus` of a partial device tree was changed by hand',
  explanation: 'The toolstack expects the host\'s own numbers: it looks the StreamID up on the host\'s SMMU and puts the virtual one in its place. The virtual SMMU\'s phandle, or a StreamID that the host device does not have, makes it map the wrong stream, or none.',
  remedy: 'Copy the host\'s `iommus` unchanged.',
  bad: board() + guest({ more: VIOMMU_KEYS }) + fragment({ eth: 'interrupt-parent = <0xfde8>; interrupts = <0 80 4>; iommus = <65002 0x0>;' }),
  good: board() + guest({ more: VIOMMU_KEYS }) + fragment({ eth: 'interrupt-parent = <0xfde8>; interrupts = <0 80 4>; iommus = <0x1 0x8>;' }),
  sources: ['the vSMMUv3 series, v3: the user writes the unmodified host iommus; "Can\'t allocate new vSID/vRID for guest IOMMU device"'],
  *check(system) {
    for (const { domain, node, cells, at } of fragmentIommus(system)) {
      if (domain?.vsmmu === undefined) continue;
      const device = domain.devices.find((one) => one.part === node);
      const wrong = cells.findIndex((cell, i) => (i % 2 === 0 ? cell.value >= GENERATED_FIRST : device !== undefined && !hasStream(device, cell.value)));
      const cell = cells[wrong];
      if (cell === undefined) continue;
      yield problem(this, at, {
        message: wrong % 2 === 0
          ? `${cell.value} is the phandle of a node that Xen generates; the host's own phandle is expected here.`
          : `StreamID ${hex(cell.value)} is not one of ${node.name}'s in the host tree (${streams(device)}).`,
        advice: 'Copy the host\'s iommus unchanged: the toolstack writes the virtual numbers.',
        related: device === undefined ? [] : hostNode(system, device),
      });
    }
  },
};

/** With nothing known of the host's streams, nothing can be wrong. */
function hasStream(device: OwnedDevice, sid: number): boolean {
  return device.streams.length === 0 || device.streams.some((one) => one.psid <= sid && sid < one.psid + one.count);
}

function streams(device: OwnedDevice | undefined): string {
  return (device?.streams ?? []).map((one) => hex(one.psid)).join(', ');
}
