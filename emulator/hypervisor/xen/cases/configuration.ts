/** Cases about guest stream table entries and their merge: X01 to X04, X09 to X18. */
import { outcomes, type XenCase } from './case.ts';
import { PLACE } from './scene.ts';

const MANY = { domain: { devices: ['/many'] } };
const OLD = 'RAM+0x5000';

/** The cases. */
export const CONFIGURATION_CASES: readonly XenCase[] = [
  {
    id: 'X01', title: 'STE with Config 1, 2, 3 or 7', source: '1.6 (Luca)',
    run: (make) => [1, 2, 3, 7].map((Config) => {
      const scene = make();
      scene.setup();
      scene.configure(0, { Config });
      return `${Config}: ${scene.outcome(scene.events().join(' '))}`;
    }).join('; '),
    expected: outcomes(
      '1: the host crashes; 2: the host crashes; 3: the host crashes; 7: the host crashes',
      '1: C_BAD_STE(0x0); 2: C_BAD_STE(0x0); 3: C_BAD_STE(0x0); 7: C_BAD_STE(0x0)',
      '1: C_BAD_STE(0x0); 2: C_BAD_STE(0x0); 3: C_BAD_STE(0x0); 7: C_BAD_STE(0x0)',
    ),
  },
  {
    id: 'X02', title: 'A second stage-1 configuration on a nested device', source: '1.7 (Luca)',
    run: (make) => {
      const scene = make();
      scene.setup();
      scene.nest(0, 5);
      scene.nest(0, 6);
      return scene.outcome(scene.dma('/nic', 0x1000));
    },
    expected: outcomes('the host crashes', 'RAM+0x6000', 'RAM+0x6000'),
  },
  {
    id: 'X03', title: 'A nested device is set to bypass', source: '1.7 (own)',
    run: (make) => {
      const scene = make();
      scene.setup();
      scene.nest(0, 5);
      scene.configure(0, { Config: 4 });
      return scene.outcome(`${scene.physical('/nic')}, ${scene.dma('/nic', scene.at(0x3000))}`);
    },
    expected: outcomes('the host crashes', 'nested, F_TRANSLATION', 'stage 2 only, RAM+0x3000'),
  },
  {
    id: 'X04', title: 'Nested, then abort, then bypass', source: '1.7 (own, from a remark of Luca)',
    run: (make) => {
      const scene = make();
      scene.setup();
      scene.nest(0, 5);
      scene.configure(0, { Config: 0 });
      scene.configure(0, { Config: 4 });
      return scene.outcome(`${scene.physical('/nic')}, ${scene.dma('/nic', 0x1000)}`);
    },
    expected: outcomes(`nested, ${OLD}`, `nested, ${OLD}`, 'stage 2 only, F_TRANSLATION'),
  },
  {
    id: 'X09', title: 'CFGI_STE after clearing V', source: '1.6 (own)',
    run: (make) => {
      const scene = make();
      scene.setup();
      scene.nest(0, 5);
      scene.configure(0, { V: 0 });
      return scene.outcome(`${scene.physical('/nic')}, ${scene.dma('/nic', 0x1000)}`);
    },
    expected: outcomes(`nested, ${OLD}`, `nested, ${OLD}`, 'abort, abort'),
  },
  {
    id: 'X10', title: 'CFGI_ALL after changing entries', source: '1.4 (own)',
    run: (make) => {
      const scene = make();
      scene.setup();
      scene.ste(0, { Config: 5, S1ContextPtr: scene.context(5) });
      scene.command('CFGI_STE_RANGE', { Range: 31 });
      return scene.outcome(scene.physical('/nic'));
    },
    expected: outcomes('stage 2 only', 'stage 2 only', 'nested'),
  },
  {
    id: 'X11', title: 'A live CD is changed, then CFGI_CD', source: '1.4 (own)',
    run: (make) => {
      const scene = make();
      scene.setup();
      scene.nest(0, 5);
      const before = scene.dma('/nic', 0x1000);
      scene.domain?.memory.store(scene.context(5) + 8, { hi: 0, lo: scene.at(PLACE.tables) });
      scene.context(5, { ASID: 9, EPD0: 1 });
      scene.command('CFGI_CD', { StreamID: 0, Leaf: 1 });
      return scene.outcome(`${before}, ${scene.dma('/nic', 0x1000)}`);
    },
    expected: outcomes(`${OLD}, ${OLD}`, `${OLD}, ${OLD}`, `${OLD}, F_TRANSLATION`),
  },
  {
    id: 'X12', title: 'A linear stream table', source: '1.12 (reviewers)',
    run: (make) => {
      const scene = make();
      scene.setup({ isLinear: true });
      // As posted, Xen takes this CD for an STE: T0SZ 25 reads as V=1, Config=4.
      scene.configure(0, { Config: 5, S1ContextPtr: scene.context(5, { T0SZ: 25 }) });
      return scene.outcome(scene.physical('/nic'));
    },
    expected: outcomes('stage 2 only', 'nested', 'nested'),
  },
  {
    id: 'X13', title: 'A two-level table with SPLIT 6', source: '1.5 (Luca)',
    run: (make) => {
      const scene = make(MANY);
      scene.setup({ split: 6 });
      scene.level1(0, { Span: 0 });
      scene.level1(1, { Span: 7, L2Ptr: scene.at(PLACE.level2 + 64 * 64) });
      scene.configure(0x45, { Config: 5, S1ContextPtr: scene.context(5) });
      return scene.outcome(scene.physical('/many'));
    },
    expected: outcomes('stage 2 only', 'nested', 'nested'),
  },
  {
    id: 'X14', title: 'A StreamID beyond the table', source: '1.5 (own)',
    run: (make) => {
      const scene = make(MANY);
      scene.setup({ log2Size: 3 });
      scene.configure(9, { Config: 4 });
      return scene.outcome(scene.events().join(' '));
    },
    expected: outcomes('C_BAD_STE(0x9)', 'C_BAD_STE(0x9)', 'C_BAD_STREAMID(0x9)'),
  },
  {
    id: 'X15', title: 'Entry 1 of a level-2 table with one entry', source: '1.5 (own)',
    run: (make) => {
      const scene = make(MANY);
      scene.setup();
      scene.level1(0, { Span: 1, L2Ptr: scene.at(PLACE.level2) });
      scene.configure(1, { Config: 5, S1ContextPtr: scene.context(5) });
      return scene.outcome([scene.physical('/many'), ...scene.events()].join(' '));
    },
    expected: outcomes('nested', 'nested', 'abort C_BAD_STREAMID(0x1)'),
  },
  {
    id: 'X16', title: 'A level-1 descriptor with span 0', source: '1.5 (own)',
    run: (make) => {
      const scene = make();
      scene.setup();
      scene.level1(0, { Span: 0 });
      scene.configure(0, { Config: 4 });
      return scene.outcome(scene.events().join(' ') || 'a line in the log');
    },
    expected: outcomes('a line in the log', 'a line in the log', 'C_BAD_STREAMID(0x0)'),
  },
  {
    id: 'X17', title: 'A virtual StreamID that is not in the map', source: '1.5, by design',
    run: (make) => {
      const scene = make();
      scene.setup();
      scene.configure(7, { Config: 4 });
      return scene.outcome(scene.events().join(' '));
    },
    expected: outcomes('C_BAD_STE(0x7)', 'C_BAD_STE(0x7)', 'C_BAD_STE(0x7)'),
  },
  {
    id: 'X18', title: 'Two devices with the same StreamID behind different SMMUs', source: '1.7 (Volodymyr, Luca)',
    run: (make) => {
      const scene = make({ domain: { devices: ['/nic', '/gpu'] } });
      scene.setup();
      scene.nest(1, 5);
      return scene.outcome(`/nic ${scene.physical('/nic')}, /gpu ${scene.physical('/gpu')}`);
    },
    expected: outcomes('/nic nested, /gpu stage 2 only', '/nic nested, /gpu stage 2 only', '/nic stage 2 only, /gpu nested', '/nic abort, /gpu nested'),
  },
];
