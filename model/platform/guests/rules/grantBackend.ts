import { nearestWord } from '../../../xl/nearest.ts';
import { isDomain0 } from '../system.ts';
import { problem, type SystemRule } from './rule.ts';
import { board, fragment, guest } from './examples.ts';

const VIRTIO = (backend: string): string => guest({ deviceTree: '', dtdev: '', irqs: '', iomem: '', more: `virtio = [ "type=virtio,device22,transport=mmio,backend=${backend}" ]\n` }, 'doma');

/** Grant DMA: the back end that the endpoint's IOMMU cell will name. */
export const grantBackend: SystemRule = {
  id: 'grant-backend-unknown',
  level: 'warning',
  title: 'Back end of a virtio device is no domain of this project',
  explanation: 'libxl writes the back end\'s domain id into the device\'s `iommus` (the cell of `xen,grant-dma`), and the guest grants its memory to that domain. A name that no guest has is not found when the guest starts.',
  remedy: 'Write the name of the back-end domain as its configuration has it.',
  bad: board() + guest() + VIRTIO('domdd') + fragment(),
  good: board() + guest() + VIRTIO('domd') + fragment(),
  sources: ['libxl: no such domain, when the guest is created', 'Linux Documentation/devicetree/bindings/iommu/xen,grant-dma.yaml: the cell is the back end\'s domain id'],
  *check(system) {
    const names = new Set(system.domains.map((domain) => domain.name));
    // With one guest in view, the back end's configuration is simply not here.
    if (system.input.association !== 'stated' || system.input.guests.length < 2) return;
    for (const domain of system.domains) {
      for (const grant of domain.grants) {
        if (/^\d+$/.test(grant.backend) || isDomain0(grant.backend) || names.has(grant.backend)) continue;
        const nearest = nearestWord(grant.backend, names);
        if (nearest === undefined) continue;
        yield problem(this, grant.at, { message: `No domain of this project is called "${grant.backend}".`, advice: `Did you mean "${nearest}"?` });
      }
    }
  },
};
