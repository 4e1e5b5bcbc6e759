import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBlob } from '../../../model/devicetree/blob/write.ts';
import { type Compilation, compile, compileSteps } from '../../../model/devicetree/compile.ts';
import type { FileHost } from '../../../model/devicetree/source/files.ts';
import { bytes } from '../../../model/devicetree/tree/values.ts';

const RUNS = Number(process.env['VSMMU_FUZZ_RUNS'] ?? 60);

function hostOf(files: Record<string, string | Uint8Array>): FileHost {
  return {
    readText: (path) => (typeof files[path] === 'string' ? files[path] : undefined),
    readBytes: (path) => (typeof files[path] === 'object' ? files[path] : undefined),
  };
}

const FILES = {
  '/b/board.dts': `/dts-v1/;
#include "soc.dtsi"
#include <dt-bindings/sids.h>
/ { model = "board"; };
&uart { iommus = <&smmu SID_UART>; status = "okay"; };
#ifdef EXTRA
&smmu { dma-coherent; };
#endif
`,
  '/b/soc.dtsi': `#include <dt-bindings/sids.h>
#define NODE(name, address) name@address { reg = <0x##address 1>; };
/ {
	#address-cells = <1>;
	soc {
		smmu: iommu@1000 { #iommu-cells = <1>; };
		uart: serial@2000 { status = "disabled"; };
		NODE(timer, 3000)
	};
};
/include/ "pins.dtsi"
`,
  '/b/pins.dtsi': '/ { pins: pins { }; };\n',
  '/i/dt-bindings/sids.h': '#ifndef SIDS\n#define SIDS\n#define SID_UART (BASE + 4)\n#define BASE 0x10\n#endif\n',
};
const OPTIONS = { includeRoots: ['/i'] };

/** What a compilation says, in a form that can be compared. */
function outcome(c: Compilation): object {
  return {
    text: c.expanded.text, problems: c.problems, items: c.syntax.items, files: [...c.files.keys()], blob: Buffer.from(toBlob(c.tree)).toString('hex'),
  };
}

describe('compile', () => {
  it('joins preprocessor, parser and merge', () => {
    const c = compile('/b/board.dts', hostOf(FILES), OPTIONS);
    expect(c.problems).toEqual([]);
    expect([...c.files.keys()]).toEqual(Object.keys(FILES).sort((a, b) => [...c.files.keys()].indexOf(a) - [...c.files.keys()].indexOf(b)));
    const uart = c.tree.labels.get('uart');
    expect([...uart?.properties.keys() ?? []]).toEqual(['status', 'iommus']);
    expect(uart?.properties.get('status')?.overridden).toHaveLength(1);
    expect(c.tree.byPath('/soc/timer@3000')).toBeDefined();
  });

  it('puts a problem where a person would act, with the macro behind it', () => {
    const files = { '/b/a.dts': '/dts-v1/;\n#define BAD <&nowhere 1>\n/ {\n\tp = BAD;\n};\n' };
    const [problem, ...more] = compile('/b/a.dts', hostOf(files), OPTIONS).problems;
    const text = files['/b/a.dts'];
    expect(more).toEqual([]);
    expect(problem?.id).toBe('dtc-phandle-references');
    expect(text.slice(problem?.range.start, problem?.range.end)).toBe('BAD');
    const [note] = problem?.related ?? [];
    expect(text.slice(note?.range.start).startsWith('BAD <&nowhere')).toBe(true);
  });

  it('asks for the version tag at the start of the root file, whatever stands there', () => {
    const files = { '/b/a.dts': '#include "x.dtsi"\n/ { };\n', '/b/x.dtsi': '/ { };\n' };
    const [problem] = compile('/b/a.dts', hostOf(files), OPTIONS).problems;
    expect(problem).toMatchObject({ id: 'dts-version-tag', range: { file: '/b/a.dts', start: 0 } });
    expect(problem?.fixes?.[0]?.edits).toEqual([{ range: { file: '/b/a.dts', start: 0, end: 0 }, text: '/dts-v1/;\n\n' }]);
  });

  it('says once what is wrong in a file that is included twice', () => {
    const files = { '/b/a.dts': '/dts-v1/;\n#include "x.dtsi"\n#include "x.dtsi"\n', '/b/x.dtsi': '/ { p = <&nowhere>; };\n' };
    expect(compile('/b/a.dts', hostOf(files), OPTIONS).problems).toHaveLength(1);
  });

  it('finds the files of /incbin/ beside the file that names them, then in the roots', () => {
    const files = {
      '/b/a.dts': '/dts-v1/;\n/ { a = /incbin/("x.bin"); b = /incbin/("x.bin", 1, 2); c = /incbin/("sub/y.bin"); d = /incbin/("none.bin"); };\n',
      '/b/x.bin': new Uint8Array([1, 2, 3, 4]), '/i/sub/y.bin': new Uint8Array([9]),
    };
    const { tree, problems } = compile('/b/a.dts', hostOf(files), OPTIONS);
    const data = [...tree.root.properties.values()].map((p) => [...bytes(p).data]);
    expect(data).toEqual([[1, 2, 3, 4], [2, 3], [9], []]);
    expect(problems.map((p) => `${p.id} ${p.message}`)).toEqual(['dts-incbin cannot read `none.bin`']);
  });

  it('reads a file of /incbin/ again when it has changed', () => {
    const files: Record<string, string | Uint8Array> = { '/b/a.dts': '/dts-v1/;\n/ { a = /incbin/("x.bin"); };\n/ { b; };\n/ { c; };\n', '/b/x.bin': new Uint8Array([1]) };
    const before = compile('/b/a.dts', hostOf(files), OPTIONS);
    files['/b/x.bin'] = new Uint8Array([2]);
    const after = compile('/b/a.dts', hostOf(files), OPTIONS, before);
    expect([...after.tree.root.properties.values()].map((p) => [...bytes(p).data])[0]).toEqual([2]);
  });

  it('says that it cannot read the root', () => {
    const { problems } = compile('/b/none.dts', hostOf(FILES), OPTIONS);
    expect(problems.map((p) => p.range.file)).toContain('/b/none.dts');
  });

  it('caps the problems of each file', () => {
    const files = { '/b/a.dts': `/dts-v1/;\n/ { ${'p = <&nowhere>; /delete-property/ p; '.repeat(50)} };\n` };
    const { problems } = compile('/b/a.dts', hostOf(files), { ...OPTIONS, limits: { problemsPerFile: 5 } });
    expect(problems.map((p) => p.id)).toEqual([...Array.from({ length: 5 }, () => 'dtc-duplicate-property-names'), 'limit-problems-per-file']);
  });

  it('works in slices', () => {
    const files = { '/b/a.dts': `/dts-v1/;\n/ { ${Array.from({ length: 20_000 }, (_, i) => `n${i} { p = <${i}>; };`).join('\n')} };\n` };
    let slices = 0;
    for (const steps = compileSteps('/b/a.dts', hostOf(files), OPTIONS); steps.next().done !== true; slices++);
    expect(slices).toBeGreaterThan(20);
  });
});

interface Edit { file: string; at: number; remove: number; insert: string }

const INSERTS = [' ', '\n', ';', '}', '{', '"', '/*', '*/', '#', 'SID_UART', 'x;', '&uart { y; };\n', '#define EXTRA\n', '#undef BASE\n', '#include <dt-bindings/sids.h>\n', '#if 0\n', '#endif\n', '/ { z; };\n', 'NODE(a, 5)', '// c\n'];

const edits: fc.Arbitrary<Edit[]> = fc.array(fc.record({
  file: fc.constantFrom(...Object.keys(FILES)), at: fc.double({ min: 0, max: 1, noNaN: true }), remove: fc.oneof(fc.constant(0), fc.nat(10)), insert: fc.constantFrom(...INSERTS),
}), { minLength: 1, maxLength: 8 });

describe('a compilation after an edit', () => {
  it('equals one from scratch', () => {
    fc.assert(fc.property(edits, (list) => {
      const files: Record<string, string> = { ...FILES };
      let previous = compile('/b/board.dts', hostOf(files), OPTIONS);
      for (const { file, at, remove, insert } of list) {
        const text = files[file] ?? '';
        const offset = Math.floor(at * text.length);
        files[file] = text.slice(0, offset) + insert + text.slice(offset + remove);
        previous = compile('/b/board.dts', hostOf(files), OPTIONS, previous);
        expect(outcome(previous)).toEqual(outcome(compile('/b/board.dts', hostOf(files), OPTIONS)));
      }
    }), { numRuns: RUNS });
  }, 3_600_000);
});
