/** Cases about registers and what is on before anything is configured: X24 to X28, X33. */
import { PRESETS } from '../../../idr/presets.ts';
import { outcomes, type XenCase } from './case.ts';

/** A host with a 4K granule only and 44-bit addresses. */
const SMALL = { ...PRESETS['v3.3-full'], IDR5: 0x14 };

/** The cases. */
export const REGISTER_CASES: readonly XenCase[] = [
  {
    id: 'X24', title: 'kexec: the new kernel finds SMMUEN set and writes GBPA', source: '1.12 (own)',
    run: (make) => {
      const scene = make();
      const guest = scene.xen.guest('dom1');
      guest?.start();
      return scene.outcome(`${guest?.start().text ?? ''}, GBPA ${scene.get(0x44)?.toString(16) ?? 'aborts'}`);
    },
    expected: outcomes('data abort at offset 0x44, GBPA aborts', 'the SMMU is on, GBPA 0', 'the SMMU is on, GBPA 0', 'the SMMU is on, GBPA 100000'),
  },
  {
    id: 'X25', title: 'Byte and doubleword writes to CR0', source: '1.3 (Julien)',
    run: (make) => {
      const scene = make();
      scene.set(0x20, 4, 1);
      const byte = scene.get(0x20) ?? 0;
      scene.set(0x20, 0xc, 8);
      return scene.outcome(`byte: CR0 ${byte}, doubleword: CR0 ${scene.get(0x20) ?? 0}`);
    },
    expected: outcomes('byte: CR0 4, doubleword: CR0 12', 'byte: CR0 0, doubleword: CR0 0', 'byte: CR0 0, doubleword: CR0 0'),
  },
  {
    id: 'X26', title: 'The halves of STRTAB_BASE are written while SMMUEN is 1', source: '1.3 (Julien)',
    run: (make) => {
      const scene = make();
      scene.setup();
      scene.set(0x80, 0x7000_0000);
      scene.set(0x84, 3);
      return scene.outcome(scene.get(0x80, 8) === 0x3_7000_0000 ? 'torn base is taken' : 'ignored');
    },
    expected: outcomes('torn base is taken', 'ignored', 'ignored'),
  },
  {
    id: 'X27', title: 'Another vCPU changes the STE while Xen reads it', source: '3.4 (own): time of check against time of use',
    run: (make) => {
      const scene = make();
      scene.setup();
      let reads = 0;
      scene.xen.runtime.observer = {
        step: (step) => {
          // Just before the entry itself is read, it becomes another one.
          if (step.kind === 'hypervisor' && step.action === 'table read' && ++reads === 2) scene.ste(0, { Config: 4 });
        },
      };
      scene.nest(0, 5);
      scene.xen.runtime.observer = null;
      return scene.outcome(`${reads} reads, ${scene.physical('/nic')}`);
    },
    expected: outcomes('2 reads, stage 2 only', '2 reads, stage 2 only', '2 reads, stage 2 only'),
  },
  {
    id: 'X28', title: 'DMA with SMMUEN 0, and with SMMUEN 1 before the first CFGI_STE', source: '1.7 (own)',
    run: (make) => {
      const scene = make();
      const off = scene.dma('/nic', scene.at(0x3000));
      scene.setup();
      return scene.outcome(`off: ${off}, on: ${scene.dma('/nic', scene.at(0x3000))}`);
    },
    expected: outcomes('off: RAM+0x3000, on: RAM+0x3000', 'off: RAM+0x3000, on: RAM+0x3000', 'off: RAM+0x3000, on: RAM+0x3000', 'off: RAM+0x3000, on: abort'),
  },
  {
    id: 'X33', title: 'ID registers promise what the hardware lacks', source: '1.3 (Julien)',
    run: (make) => {
      const scene = make({ smmus: [{ model: SMALL }] });
      scene.setup();
      const idr5 = scene.get(0x14) ?? 0;
      const hasGranule = (idr5 & 0x20) !== 0;
      scene.configure(0, { Config: 5, S1ContextPtr: scene.context(5, hasGranule ? { TG0: 2 } : {}) });
      return scene.outcome(`16K ${hasGranule ? 'promised' : 'absent'}, OAS ${idr5 & 7}, tables: ${scene.dma('/nic', 0x1000)}`);
    },
    expected: outcomes('16K promised, OAS 5, tables: C_BAD_CD', '16K absent, OAS 4, tables: RAM+0x5000', '16K absent, OAS 4, tables: RAM+0x5000'),
  },
];
