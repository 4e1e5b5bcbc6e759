import { hex } from '../../units.ts';
import { VPCI_STREAMS } from '../vsids.ts';
import type { Problem } from '../../../problem.ts';
import type { Domain, System } from '../types.ts';
import { atSpan, inConfig, problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';

const WITH_PCI = (address: string): string => guest({ more: `viommu = "smmuv3"\npci = [ "${address}" ]\n` }).replace('--- domd.cfg\n', '--- domd.cfg\n# vsmmu: dialect=viommu-v3\n');

/** VM001: what virtual PCI behind a virtual SMMU can express. */
export const vmPci: SystemRule = {
  id: 'vsmmu-pci-requester-id',
  level: 'warning',
  title: 'PCI function beyond what the virtual SMMU maps',
  explanation: 'The series reserves 0x1000 virtual StreamIDs for the guest\'s virtual PCI root complex, for RequesterIDs 0 to 0xfff, starting at physical StreamID 0. A function on bus 16 or above, or a host `iommu-map` that does not start at 0, is not representable.',
  remedy: 'Assign functions of buses 0 to 15 of a root complex whose map starts at StreamID 0.',
  bad: board() + WITH_PCI('0000:10:00.0') + fragment(),
  good: board() + WITH_PCI('0000:01:00.0') + fragment(),
  sources: ['the vSMMUv3 series, v3: XEN_DOMCTL_viommu_alloc_vsid_range of 0x1000 from pSID 0'],
  *check(system) {
    for (const domain of system.domains) {
      const { config } = domain;
      if (config === undefined || domain.vsmmu === undefined || !domain.vsmmu.mapsStreamIds) continue;
      if (config.pci.length > 0) yield* shiftedMaps(this, system, domain);
      for (const { value, atom } of config.pci) {
        const rid = (value.bus << 8) | (value.device << 3) | (value.function ?? 0);
        if (rid < VPCI_STREAMS) continue;
        yield problem(this, inConfig(config, atom), { message: `RequesterID ${hex(rid)} is beyond the 0x1000 that the virtual SMMU maps.`, advice: 'Only buses 0 to 15 can be assigned to a guest with a virtual SMMU.' });
      }
    }
  },
};

/** Host root complexes whose RequesterIDs are not their StreamIDs; with several, any one may be the one that is meant. */
function* shiftedMaps(rule: SystemRule, { host }: System, domain: Domain): Iterable<Problem> {
  const maps = (host?.context.platform.masters ?? []).filter((master) => master.enabled && master.iommuMap !== undefined);
  const first = maps[0]?.iommuMap?.entries.find((entry) => entry.complete && entry.output[0] !== undefined);
  const pci = domain.config?.pci[0];
  if (host === undefined || pci === undefined || domain.config === undefined || maps.length !== 1 || first === undefined || first.output[0]?.value === first.ridBase) return;
  yield problem(rule, inConfig(domain.config, pci.atom), {
    message: `The host's iommu-map turns RequesterID ${hex(first.ridBase)} into StreamID ${hex(first.output[0]?.value ?? 0)}; the virtual SMMU assumes that the two are equal.`,
    advice: 'PCI devices of this board cannot be assigned to a guest with a virtual SMMU.',
    related: [{ range: atSpan(host, first.span), message: 'The host\'s map' }],
  });
}
