import { describe, expect, it } from 'vitest';
import { board, domU, domUFragment, fragment, guest } from '../../../../model/platform/guests/rules/examples.ts';
import { systemFindings, systemIn } from './systemOf.ts';

const V3 = '# vsmmu: dialect=viommu-v3\nviommu = "smmuv3"\n';
const REG = 'interrupt-parent = <&gic>; interrupts = <0 80 4>; xen,path = "/ethernet@fe100000"; xen,reg =';
const CHANNEL = (remote: string): string => domU(`
  ch0: evtchn0 { compatible = "xen,evtchn-v1"; xen,evtchn = <10 &ch1>; };
  ch1: evtchn1 { compatible = "xen,evtchn-v1"; xen,evtchn = <11 ${remote}>; };
  ch2: evtchn2 { compatible = "xen,evtchn-v1"; xen,evtchn = <12 &ch2>; };`);
const PCI_HOST = (map: string): string => board().replace('\tdma: dma-controller', `\tpcie@40000000 { device_type = "pci"; compatible = "pci-host-ecam-generic"; reg = <0 0x40000000 0 0x1000000>; #address-cells = <3>; #size-cells = <2>; ranges; ${map} };\n\tdma: dma-controller`);
const GRANT_PCI = (map: string): string => board().replace('\tdma: dma-controller', `\tgrants: xen_iommu { compatible = "xen,grant-dma"; #iommu-cells = <1>; };\n\tpcie@40000000 { device_type = "pci"; iommu-map = ${map}; };\n\tdma: dma-controller`);

/** The messages of all system rules, without advice. */
function messages(text: string, association: 'stated' | 'guessed' = 'stated'): string[] {
  return systemFindings(systemIn(text, association)).map((problem) => `${problem.id}: ${problem.message}`);
}

describe('findings over a system', () => {
  it.each([
    ['frames written in decimal', board() + guest({ iomem: 'iomem = [ "0xfe100,1", "1040640,1" ]' }) + fragment(), ['guest-iomem-unowned: No node of the host tree has registers at 0x1040640000.']],
    ['a host address that is no register of the device', board({ chosen: domU('passthrough = "enabled";') }) + domUFragment(`${REG} <0x0 0xfe900000 0x0 0x1000 0x0 0xfe100000>;`), ['pd-host-mismatch: Host address 0xfe900000 is no register of /ethernet@fe100000.']],
    ['an event channel that names nobody back', board({ chosen: CHANNEL('&ch2') }), ['dom0less-children: evtchn1 does not name evtchn0 back in its xen,evtchn.', 'dom0less-children: evtchn2 does not name evtchn1 back in its xen,evtchn.']],
    ['event channels that name each other', board({ chosen: CHANNEL('&ch0') }), []],
    ['a shifted map of the host', PCI_HOST('iommu-map = <0x0 &smmu0 0x100 0x10000>;') + guest({ more: `${V3}pci = [ "0000:01:00.0" ]\n` }) + fragment(), ['vsmmu-pci-requester-id: The host\'s iommu-map turns RequesterID 0x0 into StreamID 0x100; the virtual SMMU assumes that the two are equal.']],
    ['an identity map of the host', PCI_HOST('iommu-map = <0x0 &smmu0 0x0 0x8>;') + guest({ more: `${V3}pci = [ "0000:01:00.0" ]\n` }) + fragment(), []],
    ['a grant map over many functions', GRANT_PCI('<0x0 &grants 1 0x8>'), ['grant-iommu-map: An entry for 8 functions gives each of them another back end: domain ids count up with the RequesterID.']],
    ['a grant map for each function', GRANT_PCI('<0x0 &grants 1 1>, <0x8 &grants 2 1>'), []],
    ['nodes that a product layer copies', board() + guest({ more: 'dt_passthrough_nodes = [ "/clock" ]\n' }) + fragment({ beside: '\n\tclock { };' }), []],
    ['two windows on one page', board() + guest({ iomem: 'iomem = [ "fe100,1", "fe100,1" ]' }) + fragment(), []],
    ['an empty /passthrough', board() + guest({ dtdev: '', irqs: '', iomem: '' }) + '--- domd.dts\n/dts-v1/;\n/ { passthrough { }; };\n', []],
    ['a dummy node without reg', board().replace('ethernet@fe100000 {', 'dummy { iommus = <&smmu0 9>; xen,passthrough; };\n\teth2: ethernet@fe100000 {') + guest({ dtdev: 'dtdev = [ "/dummy" ]', irqs: '', iomem: '' }), []],
    ['a template', board() + guest({ irqs: 'irqs = [ [IRQS] ]', iomem: 'iomem = [ @IOMEM@ ]' }) + fragment(), []],
    ['interrupts and frames that another file brings', board() + guest({ irqs: 'irqs = [ 112, 113, 114 ]' }) + fragment(), []],
  ])('%s', (_what, text, expected) => expect(messages(text)).toEqual(expected));

  it('is silent about a guest of another board, where the board was guessed', () => {
    expect(messages(board() + guest({ dtdev: 'dtdev = [ "/soc/gpu@1" ]' }) + fragment(), 'guessed')).toEqual([]);
  });
});
