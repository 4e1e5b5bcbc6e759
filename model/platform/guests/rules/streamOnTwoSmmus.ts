import { hex } from '../../units.ts';
import { nameOf } from '../../values.ts';
import { assigned, problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';
import type { OwnedDevice } from '../types.ts';

const TWO = guest({
  dtdev: 'dtdev = [ "/ethernet@fe100000", "/dma-controller@fe200000" ]', irqs: 'irqs = [ 112, 113 ]',
  iomem: 'iomem = [ "0xfe100,1", "0xfe200,1" ]', more: 'viommu = "smmuv3"\n',
}).replace('--- domd.cfg\n', '--- domd.cfg\n# vsmmu: dialect=viommu-v3\n');

/** PD015: two physical streams of equal number behind one virtual SMMU. */
export const streamOnTwoSmmus: SystemRule = {
  id: 'guest-stream-on-two-smmus',
  level: 'warning',
  title: 'Equal StreamIDs on two SMMUs behind one virtual SMMU',
  explanation: 'The guest has one virtual SMMU for several physical ones. Where a virtual StreamID equals the physical one, two devices of equal number cannot be told apart. The posted series (v3) maps numbers, but looks a physical event up by its number alone, so events of the two devices mix.',
  remedy: 'Give the two devices to different guests, or change one StreamID in the host tree if the hardware allows it.',
  bad: board() + TWO + fragment(),
  good: board().replace('iommus = <&smmu1 8>', 'iommus = <&smmu1 9>') + TWO + fragment(),
  sources: ['the vSMMUv3 series, v3, patches 21 and 22: vSID to pSID map', 'reported by users of product layers'],
  *check(system) {
    for (const domain of system.domains) {
      if (domain.vsmmu === undefined) continue;
      const seen = new Map<number, OwnedDevice>();
      for (const { device } of [...assigned(system)].filter((one) => one.domain === domain)) {
        for (const stream of device.streams) {
          const first = seen.get(stream.psid);
          const smmu = first?.streams.find((one) => one.psid === stream.psid)?.iommu;
          if (first === undefined || smmu === undefined) seen.set(stream.psid, device);
          else if (smmu !== stream.iommu) {
            yield problem(this, device.at, {
              message: `StreamID ${hex(stream.psid)} of ${device.path} is on ${nameOf(stream.iommu.node)}, and ${first.path} has the same number on ${nameOf(smmu.node)}.`,
              advice: 'Behind one virtual SMMU the two cannot always be told apart: give one to another guest.',
              related: [{ range: first.at, message: `${first.path} is assigned here` }],
            });
          }
        }
      }
    }
  },
};
